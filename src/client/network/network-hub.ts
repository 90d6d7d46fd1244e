import type { Duplex } from 'node:stream';
import type { Clock } from '../../core/index.ts';
import type { AuthPayload } from '../../protocol/index.ts';
import type { Credentials, KnownHub } from '../credentials/index.ts';
import type { HubAddress } from '../options.ts';
import { Device, pairAgain } from './device.ts';
import { HubApi, STREAM_PATH } from './hub-api.ts';
import { type HubPlace, readPlace, type Trust } from './place.ts';
import { openSecurely } from './secure-socket.ts';

/** A hub that this device was paired with: its address, to be asked for at each attempt to connect. It may have moved since the last one. */
export function addressOfKnown(credentials: Credentials, hub: KnownHub, clock: Clock): () => Promise<HubAddress> {
  let at: Found | undefined;
  return async () => {
    const now = credentials.hubs.newest(hub);
    if (!at || !samePlace(at.hub, now)) at = find(credentials, now, clock);
    const { place, trust, device } = at;
    return attempt(place, trust, clock, pairAgain(now.url), () => device.streamAuth());
  };
}

/** Where it was found; kept, as it has learned what the clock there says. */
interface Found {
  readonly hub: KnownHub;
  readonly place: HubPlace;
  readonly trust: Trust;
  readonly device: Device;
}

function find(credentials: Credentials, hub: KnownHub, clock: Clock): Found {
  const { place, trust } = placeOfKnown(hub);
  return { hub, place, trust, device: new Device(credentials, new HubApi(place, trust, clock), hub) };
}

function samePlace(a: KnownHub, b: KnownHub): boolean {
  return a.url === b.url && a.trust === b.trust && a.fingerprint === b.fingerprint;
}

/** The same for a script, which has a token of its own in place of a device. */
export function addressOfKnownWithToken(
  credentials: Credentials,
  hub: KnownHub,
  token: string,
  clock: Clock,
): () => Promise<HubAddress> {
  return async () => {
    const { place, trust } = placeOfKnown(credentials.hubs.newest(hub));
    return addressWithToken(place, trust, token, clock)();
  };
}

/** A hub that gave us a token: for scripts. */
export function addressWithToken(
  place: HubPlace,
  trust: Trust,
  token: string,
  clock: Clock,
): () => Promise<HubAddress> {
  const refused = 'ask its owner for another token (iris-tui token create there), and put it into IRIS_TOKEN';
  return () => attempt(place, trust, clock, refused, async () => ({ method: 'token', token }));
}

export function placeOfKnown({ url, trust, fingerprint }: KnownHub): { place: HubPlace; trust: Trust } {
  return {
    place: readPlace(url, { insecure: trust === 'none' }),
    trust: trust === 'pin' ? { kind: 'pin', fingerprint } : { kind: trust },
  };
}

/** Connection and credentials are fetched at once: over a slow network that is a round trip or two less. */
async function attempt(
  place: HubPlace,
  trust: Trust,
  clock: Clock,
  refused: string,
  credentials: () => Promise<AuthPayload>,
): Promise<HubAddress> {
  const connection: Promise<Duplex> = openSecurely(place, trust, clock);
  try {
    const [auth, socket] = await Promise.all([credentials(), connection]);
    return { url: `${place.origin.replace(/^http/, 'ws')}${STREAM_PATH}`, connection: socket, auth, refused };
  } catch (error) {
    connection.then(
      (socket) => socket.destroy(),
      () => {},
    );
    throw error;
  }
}
