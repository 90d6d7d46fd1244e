import { join } from 'node:path';
import { Credentials } from '../../../src/client/credentials/index.ts';
import { addressOfKnown, pair, readPlace } from '../../../src/client/network/index.ts';
import type { HubCommandArgs } from '../../../src/core/index.ts';
import type { HubOptions } from '../../../src/hub/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import type { Folder } from './index.ts';
import type { ListeningHub } from './listening.ts';

/** Hubs that the user of a folder was paired with, by name. */
export class Known {
  readonly #credentials: Credentials;
  readonly #hubs = new Map<string, ReturnType<typeof addressOfKnown>>();

  constructor(place: Folder) {
    const none = (): Promise<never> => Promise.reject(new Error('no keychain'));
    this.#credentials = new Credentials({
      configFolder: join(place.path, 'config'),
      stateFolder: join(place.path, 'client'),
      clock: systemClock,
      keychain: { get: none, set: none, delete: none },
    });
  }

  async pair(
    hub: ListeningHub,
    name: string,
    deviceName: string,
    wanted: HubCommandArgs<'pair.create'> = {},
    port?: number,
  ) {
    // Through something that stands between the two.
    const by = (url: string): string => (port === undefined ? url : url.replace(/:\d+$/, `:${port}`));
    const { code, url, fingerprint = '' } = await hub.owner.command('pair.create', wanted);
    const request = { place: readPlace(by(url)), fingerprint, code, name, deviceName, software: 'test/1' };
    const { hub: known } = await pair(this.#credentials, { ...request, confirm: async () => false }, systemClock);
    this.#hubs.set(name, addressOfKnown(this.#credentials, known, systemClock));
  }

  readonly farHubs: NonNullable<HubOptions['farHubs']> = ({ name }) => this.#hubs.get(name);
}
