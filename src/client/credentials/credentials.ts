import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Clock, IrisError } from '../../core/index.ts';
import { encryptedFile } from './encrypted-file.ts';
import { osKeychain } from './keychain.ts';
import { type KnownHub, KnownHubs } from './known-hubs.ts';
import { withLock } from './lock-file.ts';
import { machineId } from './machine-id.ts';
import type { SecretStore } from './secret-store.ts';

const token = z.string().min(1).max(256);
const deviceKeySchema = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().max(64),
  d: z.string().max(64),
});
/** The private key of this device for one hub: a JWK (RFC 8037). */
export type DeviceKey = Readonly<z.infer<typeof deviceKeySchema>>;

const secretsSchema = z.object({
  key: deviceKeySchema,
  accessToken: token,
  /** Milliseconds since 1970, by the clock of the hub. */
  accessExpiresAt: z.number(),
  refreshToken: token,
  refreshExpiresAt: z.number(),
});
/** What proves to a hub that we are the device it was paired with. */
export type DeviceSecrets = Readonly<z.infer<typeof secretsSchema>>;

export interface CredentialsOptions {
  /** Where `hubs.json` is, and the secrets where no keychain keeps them. */
  readonly configFolder: string;
  /** Where the key of those secrets is, and the locks. */
  readonly stateFolder: string;
  readonly clock: Clock;
  /** Default: that of the operating system. */
  readonly keychain?: SecretStore;
  /** Default: that of this machine. */
  readonly machineId?: string;
}

/** The hubs this device knows, and what it proves itself to them with. */
export class Credentials {
  readonly hubs: KnownHubs;
  readonly #stateFolder: string;
  readonly #clock: Clock;
  readonly #keychain: SecretStore;
  readonly #file: SecretStore;

  constructor(options: CredentialsOptions) {
    const { configFolder, stateFolder, clock } = options;
    this.#stateFolder = stateFolder;
    this.#clock = clock;
    this.hubs = new KnownHubs(join(configFolder, 'hubs.json'), join(stateFolder, 'hubs.lock'), clock);
    this.#keychain = options.keychain ?? osKeychain(clock);
    this.#file = encryptedFile({
      folder: configFolder,
      keyFolder: stateFolder,
      machineId: options.machineId ?? machineId(),
      clock,
    });
  }

  /** @throws IrisError `not-allowed` when there are none, `storage` when they can't be reached */
  async secrets(hub: KnownHub): Promise<DeviceSecrets> {
    const pairAgain = `iris-tui pair ${hub.url} CODE, with a code of iris-tui hub pair there`;
    let text: string | undefined;
    try {
      text = await (hub.kept === 'keychain' ? this.#keychain : this.#file).get(hub.secret);
    } catch (cause) {
      if (cause instanceof IrisError) throw cause;
      throw new IrisError('storage', `the keychain that keeps what ${hub.name} knows this device by can't be opened`, {
        cause,
        remedy: `unlock it, or pair again from here: ${pairAgain}`,
      });
    }
    const parsed = text === undefined ? undefined : secretsSchema.safeParse(parse(text));
    if (parsed?.success) return parsed.data;
    throw new IrisError('not-allowed', `what ${hub.name} knows this device by is not kept here any more`, {
      remedy: `pair again: ${pairAgain}`,
    });
  }

  /** Keeps a hub that is new, or known by another address now. Gives it as it is known from now on. */
  async keep(hub: Omit<KnownHub, 'secret' | 'kept'> & { secret?: string }, secrets: DeviceSecrets): Promise<KnownHub> {
    const secret = hub.secret ?? randomUUID();
    const known = { ...hub, secret, kept: await this.#store(secret, secrets, 'keychain') };
    await this.hubs.put(known);
    return known;
  }

  /** Keeps newer tokens of a hub, where the older ones were. */
  async renew(hub: KnownHub, secrets: DeviceSecrets): Promise<void> {
    const kept = await this.#store(hub.secret, secrets, hub.kept);
    // By its newest name: somebody may have renamed it meanwhile, or forgotten it.
    const now = this.hubs.list().find((one) => one.secret === hub.secret);
    if (now && now.kept !== kept) await this.hubs.put({ ...now, kept });
  }

  async forget(hub: KnownHub): Promise<void> {
    await this.hubs.remove(hub);
    // In both: which one kept them may have changed.
    await this.#file.delete(hub.secret);
    if (hub.kept === 'keychain') await this.#keychain.delete(hub.secret).catch(() => {});
    rmSync(this.#lockOf(hub), { force: true });
  }

  /** One at a time, over all processes: two that renew the same tokens at once would look like a thief. */
  alone<T>(hub: KnownHub, act: () => Promise<T>): Promise<T> {
    return withLock(this.#lockOf(hub), this.#clock, act);
  }

  #lockOf({ secret }: KnownHub): string {
    return join(this.#stateFolder, `hub-${secret}.lock`);
  }

  /** In the keychain if that is wanted and there is one, else in the file; and nowhere else. */
  async #store(name: string, secrets: DeviceSecrets, wanted: KnownHub['kept']): Promise<KnownHub['kept']> {
    const text = JSON.stringify(secrets);
    if (wanted === 'keychain') {
      try {
        await this.#keychain.set(name, text);
        // From before there was a keychain.
        await this.#file.delete(name);
        return 'keychain';
      } catch {
        // No keychain, or a locked one: that is what the file is for.
      }
    }
    await this.#file.set(name, text);
    return 'file';
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
