import { Credentials, type KnownHub } from '../client/credentials/index.ts';
import type { HubAddress } from '../client/index.ts';
import {
  addressOfKnown,
  addressOfKnownWithToken,
  addressWithToken,
  readFingerprint,
  readPlace,
  type Trust,
  whereOf,
} from '../client/network/index.ts';
import { IrisError } from '../core/index.ts';
import { systemClock } from '../protocol/index.ts';
import type { Environment } from './environment.ts';
import type { Paths } from './paths.ts';

/** What may stand beside `--hub`, for a hub that was not paired with. */
export interface FarOptions {
  readonly fingerprint?: string | undefined;
  /** Without TLS, to this machine alone. */
  readonly insecure?: boolean | undefined;
}

/** What this device knows of hubs on the network. */
export function openCredentials({ configDir, stateDir }: Paths): Credentials {
  return new Credentials({ configFolder: configDir, stateFolder: stateDir, clock: systemClock });
}

export function knownNames(paths: Paths): string[] {
  return openCredentials(paths)
    .hubs.list()
    .map(({ name }) => name);
}

/**
 * The addresses of a hub on the network, as its user names it. Undefined: a word that no hub is known by.
 * @throws IrisError
 */
export function networkAddresses(
  given: string,
  env: Environment,
  paths: Paths,
  options: FarOptions,
): (() => Promise<HubAddress>) | undefined {
  const credentials = openCredentials(paths);
  const token = env.vars.IRIS_TOKEN || undefined;
  const addressOf = (known: KnownHub): (() => Promise<HubAddress>) =>
    token === undefined
      ? addressOfKnown(credentials, known, systemClock)
      : addressOfKnownWithToken(credentials, known, token, systemClock);
  const isWord = !given.includes(':');
  if (isWord) {
    const known = credentials.hubs.find(given);
    return known && addressOf(known);
  }
  const place = readPlace(given, { insecure: options.insecure === true });
  const known = credentials.hubs.list().find((hub) => hub.url === place.origin);
  const fingerprint = options.fingerprint === undefined ? place.fingerprint : readFingerprint(options.fingerprint);
  if (token !== undefined) {
    if (fingerprint === undefined && known) return addressOf(known);
    const trust: Trust = !place.tls
      ? { kind: 'none' }
      : fingerprint === undefined
        ? { kind: 'ca' }
        : { kind: 'pin', fingerprint, given: true };
    return addressWithToken(place, trust, token, systemClock);
  }
  if (known) return addressOf(known);
  throw new IrisError('not-allowed', `this device was not paired with ${whereOf(place)}`, {
    remedy: `iris-tui pair ${place.origin} CODE, with a code of iris-tui hub pair there; scripts set IRIS_TOKEN`,
  });
}
