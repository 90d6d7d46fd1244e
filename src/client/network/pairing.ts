import { type Clock, IrisError, plainText, type ToldGrant } from '../../core/index.ts';
import { type Credentials, checkName, type DeviceKey, type KnownHub, nameFor } from '../credentials/index.ts';
import { HubApi } from './hub-api.ts';
import { type HubPlace, readFingerprint, type Trust } from './place.ts';
import { newDeviceKey } from './proof.ts';
import { HubRefusal } from './rest.ts';
import { lookAt } from './secure-socket.ts';

export interface PairRequest {
  readonly place: HubPlace;
  readonly code: string;
  /** What this device is to be called there. */
  readonly deviceName: string;
  /** `iris-tui/0.1.0` */
  readonly software: string;
  /** What the hub is to be called here; made from its own name when absent. */
  readonly name?: string;
  readonly fingerprint?: string;
  /** Is that the fingerprint that the hub prints? Asked when none was given and no authority vouches for it. Rejects where nobody can be asked. */
  readonly confirm: (fingerprint: string) => Promise<boolean>;
}

export interface PairResult {
  readonly hub: KnownHub;
  /** `name`: what the session is called there, of one that a grant is for. */
  readonly grants: readonly (ToldGrant & { readonly name?: string })[];
}

/**
 * Makes this device known to a hub, by a one-time code, and keeps what it is given. The code is sent to nobody whose certificate was not judged.
 * @throws IrisError
 */
export async function pair(credentials: Credentials, request: PairRequest, clock: Clock): Promise<PairResult> {
  const { place, code, deviceName, software, name } = request;
  if (name !== undefined) checkName(name);
  const judged = await judge(request, clock);
  const known = credentials.hubs.list();
  const { hub: before, same } = pairedBefore(known, place, judged);
  const others = known.filter((one) => one !== before);
  // Before the code is sent: it is good once.
  if (name !== undefined) mustBeFree(name, others);
  const key = (same ? await keyOf(credentials, before) : undefined) ?? newDeviceKey();
  const api = new HubApi(place, judged.trust, clock);
  const { deviceId, hub, grants, ...tokens } = await api.pair(key, { code, name: deviceName, software }).catch(explain);
  const kept = await credentials.keep(
    {
      name: nameFor([name ?? before?.name ?? hub.name, place.host], new Set(others.map((one) => one.name))),
      url: place.origin,
      fingerprint: judged.fingerprint,
      trust: judged.kept,
      deviceId,
      hub: { id: hub.id, name: plainText(hub.name, 256) },
      pairedAt: clock.wall(),
      ...(before ? { secret: before.secret } : {}),
    },
    { key, ...tokens },
  );
  return { hub: kept, grants };
}

/**
 * A hub is known by its certificate, wherever it is now; one whose certificates an authority vouches for by its address. With the same key this device stays
 * the same device there. `same` is false for another hub in the place of one that was known: it takes that one's place here as well.
 */
function pairedBefore(
  known: readonly KnownHub[],
  place: HubPlace,
  { fingerprint, kept }: Judged,
): { readonly hub: KnownHub | undefined; readonly same: boolean } {
  const shown = known.find((one) => fingerprint !== '' && one.fingerprint === fingerprint);
  if (shown) return { hub: shown, same: true };
  const there = known.find((one) => one.url === place.origin);
  return { hub: there, same: there !== undefined && kept !== 'pin' && there.trust === kept };
}

async function keyOf(credentials: Credentials, hub: KnownHub | undefined): Promise<DeviceKey | undefined> {
  // Its secrets may be lost: that may be why it is paired again.
  return hub && (await credentials.secrets(hub).catch(() => undefined))?.key;
}

function mustBeFree(name: string, others: readonly KnownHub[]): void {
  const other = others.find((one) => one.name === name);
  if (!other) return;
  throw new IrisError('conflict', `another hub is known as ${name} (${other.url})`, {
    remedy: `take another name, or iris-tui hubs forget ${name}`,
  });
}

interface Judged {
  /** For this call. */
  readonly trust: Trust;
  /** From now on. */
  readonly kept: KnownHub['trust'];
  readonly fingerprint: string;
}

async function judge(request: PairRequest, clock: Clock): Promise<Judged> {
  const { place } = request;
  if (!place.tls) return { trust: { kind: 'none' }, kept: 'none', fingerprint: '' };
  const seen = await lookAt(place, clock);
  const given = request.fingerprint === undefined ? place.fingerprint : readFingerprint(request.fingerprint);
  // Looked at again when the code is sent: what was seen now binds nobody. A wrong one fails there, before a byte is sent.
  if (given !== undefined) {
    const kept = seen.vouchedFor && given === seen.fingerprint ? 'ca' : 'pin';
    return { trust: { kind: 'pin', fingerprint: given, given: true }, kept, fingerprint: given };
  }
  const { fingerprint } = seen;
  if (seen.vouchedFor) return { trust: { kind: 'ca' }, kept: 'ca', fingerprint };
  if (!(await request.confirm(fingerprint))) {
    throw new IrisError('cancelled', 'nothing was sent: that is not the certificate you expected', {
      remedy: 'iris-tui hub status on that machine prints its fingerprint',
    });
  }
  return { trust: { kind: 'pin', fingerprint }, kept: 'pin', fingerprint };
}

/** A hub says the same of every code that it does not take; what it says of the rest (a name that is too long) needs no other code. */
function explain(error: unknown): never {
  if (error instanceof HubRefusal && error.status === 400 && error.code !== 'usage') {
    throw new IrisError('not-allowed', error.message, {
      cause: error,
      remedy: error.remedy ?? 'a code is good once, for 5 minutes: ask for another with iris-tui hub pair there',
    });
  }
  throw error;
}
