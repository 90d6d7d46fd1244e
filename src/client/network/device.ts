import { IrisError } from '../../core/index.ts';
import type { AuthPayload } from '../../protocol/index.ts';
import type { Credentials, DeviceSecrets, KnownHub } from '../credentials/index.ts';
import type { HubApi } from './hub-api.ts';
import { HubRefusal } from './rest.ts';

/** A token that ends sooner than this is renewed before it is used: the answer may be on its way for a while. */
const SPARE_MS = 30_000;

/** This device, to one hub: has a valid token whenever one is asked for, and renews it together with all other processes of this user. */
export class Device {
  readonly #credentials: Credentials;
  readonly #api: HubApi;
  /** It may be renamed, and its secrets may move: by its `secret` it is found again. */
  readonly #hub: KnownHub;

  constructor(credentials: Credentials, api: HubApi, hub: KnownHub) {
    this.#credentials = credentials;
    this.#api = api;
    this.#hub = hub;
  }

  /** For the first message of a stream; asked for anew at each attempt. @throws IrisError */
  async streamAuth(): Promise<AuthPayload> {
    return this.#authorized((secrets) => this.#api.streamAuth(secrets.key, secrets.accessToken));
  }

  /** Tells the hub to forget this device. @throws IrisError */
  async leave(): Promise<void> {
    await this.#authorized((secrets) => this.#api.leave(secrets.key, secrets.accessToken));
  }

  async #authorized<T>(act: (secrets: DeviceSecrets) => Promise<T>): Promise<T> {
    const secrets = await this.#fresh();
    try {
      return await act(secrets);
    } catch (error) {
      // It ended by the hub's clock, or the hub has lost it: what renews it may still be good.
      if (!(error instanceof HubRefusal) || !error.isAboutLogin) throw error;
      return act(await this.#renewed(secrets.accessToken));
    }
  }

  async #fresh(): Promise<DeviceSecrets> {
    const secrets = await this.#credentials.secrets(this.#known());
    return this.#isFresh(secrets) ? secrets : this.#renewed(secrets.accessToken);
  }

  /** In place of a token that is of no use any more. */
  #renewed(worn: string): Promise<DeviceSecrets> {
    return this.#credentials.alone(this.#hub, async () => {
      // Another process may have done it while this one waited.
      const before = await this.#credentials.secrets(this.#known());
      if (before.accessToken !== worn && this.#isFresh(before)) return before;
      const tokens = await this.#refresh(before);
      const after = { ...before, ...tokens };
      await this.#credentials.renew(this.#known(), after);
      return after;
    });
  }

  async #refresh({ key, refreshToken }: DeviceSecrets): ReturnType<HubApi['refresh']> {
    try {
      return await this.#api.refresh(key, refreshToken);
    } catch (error) {
      if (!(error instanceof HubRefusal) || !error.isAboutLogin) throw error;
      throw new IrisError('not-allowed', `${this.#hub.name} does not let this device in any more (${error.message})`, {
        cause: error,
        remedy: pairAgain(this.#hub.url),
      });
    }
  }

  #isFresh({ accessExpiresAt }: DeviceSecrets): boolean {
    return this.#api.time < accessExpiresAt - SPARE_MS;
  }

  #known(): KnownHub {
    return this.#credentials.hubs.newest(this.#hub);
  }
}

/** What to do where a hub does not know this device any more. */
export function pairAgain(url: string): string {
  return `ask its owner for a code of iris-tui hub pair, then iris-tui pair ${url} CODE`;
}
