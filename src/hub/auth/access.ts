import {
  type Clock,
  freeName,
  type Grant,
  IrisError,
  includes,
  OFFERING,
  plainText,
  type Role,
  roleOf,
  type Timer,
} from '../../core/index.ts';
import { grantedPrincipal, type Principal } from '../principal.ts';
import { type IssuedTokens, TokenFamilies } from './families.ts';
import { type Invitation, PairingCodes } from './pairing.ts';
import type { AccessRecords, AccessStore, BearerRecord, DeviceRecord } from './records.ts';
import { digestOf, newId, newToken } from './secrets.ts';

/** More devices, or tokens of scripts, are refused. */
const MAX_DEVICES = 1_000;
const MAX_TOKENS = 1_000;
/** Grants of one device or token; of more the oldest are forgotten. */
const MAX_GRANTS = 256;
const MAX_NAME_CHARS = 128;
/** When somebody was last here is written down this often. */
const SEEN_EVERY_MS = 60_000;
/** What is over is looked for at the latest after this: the wall clock may have been set. */
const LOOK_LIMIT_MS = 10 * 60_000;

export interface AccessOptions {
  readonly clock: Clock;
  readonly store: AccessStore;
  readonly records: AccessRecords;
  /** What a device or token may do has changed. */
  readonly changed: (principal: string) => void;
  /** A device or token is gone. */
  readonly gone: (principal: string) => void;
}

/** Who may come in over the network, and what they may do: devices that were paired, and tokens of scripts. */
export class Access {
  readonly codes: PairingCodes;
  readonly families: TokenFamilies;
  readonly #o: AccessOptions;
  readonly #devices: Map<string, DeviceRecord>;
  readonly #tokens: Map<string, BearerRecord>;
  readonly #byDigest: Map<string, string>;
  readonly #revoked = new Map<string, AbortController>();
  #timer: Timer | undefined;

  constructor(options: AccessOptions) {
    const { clock, store, records } = options;
    this.#o = options;
    this.codes = new PairingCodes(clock);
    this.families = new TokenFamilies(clock, store, records.families);
    this.#devices = new Map(records.devices.map((device) => [device.id, device]));
    this.#tokens = new Map(records.tokens.map((token) => [token.id, token]));
    this.#byDigest = new Map(records.tokens.map((token) => [token.digest, token.id]));
  }

  /** Ends what is over: what has ended while there was no hub at once, the rest when its time has come. */
  begin(): void {
    this.#sweep();
  }

  get devices(): readonly DeviceRecord[] {
    return [...this.#devices.values()];
  }

  get tokens(): readonly BearerRecord[] {
    return [...this.#tokens.values()];
  }

  device(id: string): DeviceRecord | undefined {
    return this.#devices.get(id);
  }

  /** May this device offer sessions of its own here? One that is no more may not. */
  offers(device: string): boolean {
    return roleOf(this.#devices.get(device)?.grants ?? [], OFFERING, this.#o.clock.wall()) === 'owner';
  }

  /** A device is known by its key: paired again it stays what it is, and may do what the new invitation says as well. */
  enrol(
    invitation: Invitation,
    asks: { thumbprint: string; name: string; software: string; from: string },
  ): {
    device: DeviceRecord;
    tokens: IssuedTokens;
  } {
    const { clock } = this.#o;
    const known = this.devices.find(({ thumbprint }) => thumbprint === asks.thumbprint);
    if (!known && this.#devices.size >= MAX_DEVICES) throw tooMany(MAX_DEVICES, 'devices are paired');
    const now = clock.wall();
    const { grant, grantMs } = invitation;
    const added: Grant = { ...grant, ...(grantMs === undefined ? {} : { expiresAt: now + grantMs }) };
    const device: DeviceRecord = {
      id: known?.id ?? newId(),
      // Whoever is paired should not fail for a name: a number tells two apart, as with sessions.
      name: freeName(nameOf(invitation.name ?? (known ? known.name : asks.name)), (name) =>
        this.#isTaken(name, known?.id),
      ),
      thumbprint: asks.thumbprint,
      software: plainText(asks.software, MAX_NAME_CHARS),
      createdAt: known?.createdAt ?? now,
      seenAt: now,
      seenFrom: asks.from,
      grants: withGrant(known?.grants ?? [], added),
    };
    this.#saveDevice(device);
    const tokens = this.families.issue(device.id);
    if (known) this.#o.changed(device.id);
    this.#sweep();
    return { device, tokens };
  }

  /** As whom a device is here whose tokens are of this family. Undefined: it is not. */
  principalOf(family: string, deviceId: string): Principal | undefined {
    if (!this.#devices.has(deviceId)) return undefined;
    return this.#principal('device', deviceId, this.families.revokedSignal(family), () => this.#devices.get(deviceId));
  }

  /** As whom a script with this token is here. */
  bearer(token: string): Principal | undefined {
    const id = this.#byDigest.get(digestOf(token));
    const record = id === undefined ? undefined : this.#tokens.get(id);
    if (!record || record.expiresAt <= this.#o.clock.wall()) return undefined;
    return this.#principal('token', record.id, this.#revokedOf(record.id).signal, () => this.#tokens.get(record.id));
  }

  createToken(wanted: { name: string; session: string; role: Role; lifeMs: number }): {
    record: BearerRecord;
    token: string;
  } {
    if (this.#tokens.size >= MAX_TOKENS) throw tooMany(MAX_TOKENS, 'tokens are there');
    const token = newToken('bearer');
    const now = this.#o.clock.wall();
    const record: BearerRecord = {
      id: newId(),
      name: nameOf(wanted.name),
      digest: digestOf(token),
      createdAt: now,
      expiresAt: now + wanted.lifeMs,
      grants: [{ session: wanted.session, role: wanted.role }],
    };
    this.#saveToken(record);
    this.#sweep();
    return { record, token };
  }

  /** Somebody with this id, name, or unique beginning of the id. @throws IrisError `not-found` or `ambiguous` */
  findDevice(wanted: string): DeviceRecord {
    return find(this.devices, wanted, 'device');
  }

  findToken(wanted: string): BearerRecord {
    return find(this.tokens, wanted, 'token');
  }

  /** @throws IrisError `conflict` when another device has that name */
  rename(device: DeviceRecord, name: string): DeviceRecord {
    const renamed = { ...device, name: nameOf(name) };
    if (this.#isTaken(renamed.name, device.id)) {
      throw new IrisError('conflict', `another device is called ${renamed.name}`, { remedy: 'choose another name' });
    }
    this.#saveDevice(renamed);
    this.#o.changed(device.id);
    return renamed;
  }

  /** What a device or token may do. */
  grantsOf(principal: string): readonly Grant[] {
    return (this.#devices.get(principal) ?? this.#tokens.get(principal))?.grants ?? [];
  }

  /** What it may do on one session, in place of what was said before. None: as for everything. */
  setGrants(principal: string, session: string, wanted: readonly Grant[]): void {
    this.#changeGrants(principal, (grants) =>
      wanted.reduce(
        withGrant,
        grants.filter((one) => one.session !== session),
      ),
    );
    this.#sweep();
  }

  /** Its links are closed, its tokens are worth nothing, and what it left here is forgotten. */
  revokeDevice(id: string): void {
    if (!this.#devices.delete(id)) return;
    this.#o.store.deleteAccess('device', id);
    this.families.revokeDevice(id);
    this.#o.gone(id);
  }

  revokeToken(id: string): void {
    const token = this.#tokens.get(id);
    if (!token) return;
    this.#tokens.delete(id);
    this.#byDigest.delete(token.digest);
    this.#o.store.deleteAccess('token', id);
    this.#revokedOf(id).abort();
    this.#revoked.delete(id);
    this.#o.gone(id);
  }

  seen(principal: Principal, from: string): void {
    const record = this.#devices.get(principal.id) ?? this.#tokens.get(principal.id);
    const now = this.#o.clock.wall();
    if (!record || (record.seenFrom === from && Math.abs(now - (record.seenAt ?? 0)) < SEEN_EVERY_MS)) return;
    if ('thumbprint' in record) this.#saveDevice({ ...record, seenAt: now, seenFrom: from });
    else this.#saveToken({ ...record, seenAt: now, seenFrom: from });
  }

  /** Nobody has rights on a session that is no more. */
  forgetSession(session: string): void {
    this.codes.forgetSession(session);
    const without = (grants: readonly Grant[]): readonly Grant[] => {
      const left = grants.filter((one) => one.session !== session);
      return left.length === grants.length ? grants : left;
    };
    for (const { id } of [...this.#devices.values(), ...this.#tokens.values()]) this.#changeGrants(id, without);
  }

  /** Whatever was given out is on the disk. @throws IrisError `storage` */
  saved(): Promise<void> {
    return this.#o.store.saved();
  }

  dispose(): void {
    this.#timer?.cancel();
  }

  #principal(
    kind: 'device' | 'token',
    id: string,
    revoked: AbortSignal,
    record: () => DeviceRecord | BearerRecord | undefined,
  ): Principal {
    const last = record()?.name ?? '';
    return grantedPrincipal({
      kind,
      id,
      get name() {
        return record()?.name ?? last;
      },
      grants: () => record()?.grants ?? [],
      wall: () => this.#o.clock.wall(),
      revoked,
    });
  }

  #isTaken(name: string, by: string | undefined): boolean {
    return this.devices.some((one) => one.name === name && one.id !== by);
  }

  #revokedOf(id: string): AbortController {
    let controller = this.#revoked.get(id);
    if (!controller) {
      controller = new AbortController();
      this.#revoked.set(id, controller);
    }
    return controller;
  }

  #changeGrants(id: string, change: (grants: readonly Grant[]) => readonly Grant[]): void {
    const device = this.#devices.get(id);
    const token = this.#tokens.get(id);
    const before = (device ?? token)?.grants;
    if (!before) return;
    const grants = change(before);
    if (grants === before) return;
    if (device) this.#saveDevice({ ...device, grants });
    else if (token) this.#saveToken({ ...token, grants });
    this.#o.changed(id);
  }

  #saveDevice(device: DeviceRecord): void {
    this.#devices.set(device.id, device);
    this.#o.store.saveAccess({ kind: 'device', record: device });
  }

  #saveToken(token: BearerRecord): void {
    this.#tokens.set(token.id, token);
    this.#byDigest.set(token.digest, token.id);
    this.#o.store.saveAccess({ kind: 'token', record: token });
  }

  /** What is over ends, whoever is in by it: a grant with its time, a token of a script, a device that was not here for long. */
  #sweep(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = this.#o.clock.wall();
    let next = this.families.sweep(now);
    for (const token of this.tokens) {
      if (token.expiresAt <= now) this.revokeToken(token.id);
      else next = Math.min(next, token.expiresAt);
    }
    const hold = (grants: readonly Grant[]): readonly Grant[] => {
      const left = grants.filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now);
      for (const { expiresAt } of left) next = Math.min(next, expiresAt ?? next);
      return left.length === grants.length ? grants : left;
    };
    for (const { id } of [...this.#devices.values(), ...this.#tokens.values()]) this.#changeGrants(id, hold);
    if (!Number.isFinite(next)) return;
    this.#timer = this.#o.clock.after(Math.min(LOOK_LIMIT_MS, Math.max(1, next - now)), () => this.#sweep());
  }
}

/** The same again says nothing new; and of two for one session, one that allows no more for no longer says nothing. */
function withGrant(grants: readonly Grant[], added: Grant): Grant[] {
  if (grants.some((one) => includesGrant(one, added))) return [...grants];
  return [...grants.filter((one) => !includesGrant(added, one)), added].slice(-MAX_GRANTS);
}

function includesGrant(one: Grant, other: Grant): boolean {
  if (one.session !== other.session) return false;
  const { role, expiresAt: end = Number.POSITIVE_INFINITY } = other;
  if ((one.expiresAt ?? Number.POSITIVE_INFINITY) < end) return false;
  return one.role === role || (one.role !== 'none' && role !== 'none' && includes(one.role, role));
}

function nameOf(name: string): string {
  // As a device calls itself: what has a slash is somebody of another hub.
  return plainText(name, MAX_NAME_CHARS).replaceAll('/', '-').trim() || 'unnamed';
}

function tooMany(count: number, what: string): IrisError {
  return new IrisError('failed', `${count} ${what} already`, { remedy: 'revoke some first' });
}

function find<T extends { readonly id: string; readonly name: string }>(
  all: readonly T[],
  wanted: string,
  what: string,
): T {
  const exact = all.find(({ id }) => id === wanted);
  if (exact) return exact;
  const named = all.filter(({ name }) => name === wanted);
  const found = named.length > 0 ? named : all.filter(({ id }) => id.startsWith(wanted));
  if (found.length === 1) return found[0]!;
  if (found.length === 0) throw new IrisError('not-found', `there is no ${what} ${wanted}`);
  throw new IrisError('ambiguous', `${found.length} ${what}s are called ${wanted}`, {
    remedy: `give an id: ${found.map(({ id }) => id.slice(0, 8)).join(', ')}`,
  });
}
