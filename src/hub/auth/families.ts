import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../core/index.ts';
import type { AccessStore, FamilyRecord } from './records.ts';
import { digestOf, familyOf, newId, newRefreshToken, newSalt, newToken, successorsOf } from './secrets.ts';

export const ACCESS_LIFE_MS = 15 * 60_000;
export const REFRESH_LIFE_MS = 90 * 24 * 3_600_000;
/** A device that did not get the answer to a refresh asks again within this time; later it is somebody else, or a copy. */
export const RETRY_WITHIN_MS = 60_000;
/** Pairings of one device; with one more the oldest is over. */
const MAX_OF_DEVICE = 8;
/** Refreshes within RETRY_WITHIN_MS, and access tokens that are still good: of more the oldest are forgotten. */
const MAX_KEPT = 8;

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970. */
  readonly accessExpiresAt: number;
  readonly refreshExpiresAt: number;
}

export type Refreshed =
  | { readonly kind: 'issued'; readonly family: string; readonly device: string; readonly tokens: IssuedTokens }
  /** It was never given out, or is over. */
  | { readonly kind: 'unknown' }
  /** Somebody has it who has not the key. */
  | { readonly kind: 'stolen'; readonly device: string }
  /** It was replaced long ago: there are two who have it, and the key. The family is over. */
  | { readonly kind: 'reused'; readonly device: string };

/** Tokens of devices: an access token and a refresh token a pairing, each replaced by its successor. */
export class TokenFamilies {
  readonly #clock: Clock;
  readonly #store: AccessStore;
  readonly #families = new Map<string, FamilyRecord>();
  readonly #byAccess = new Map<string, string>();
  readonly #revoked = new Map<string, AbortController>();

  constructor(clock: Clock, store: AccessStore, records: readonly FamilyRecord[]) {
    this.#clock = clock;
    this.#store = store;
    for (const record of records) this.#keep(record);
  }

  issue(device: string): IssuedTokens {
    const own = [...this.#families.values()].filter((one) => one.device === device);
    for (const one of own.slice(0, Math.max(0, own.length - MAX_OF_DEVICE + 1))) this.revoke(one.id);
    const id = newId();
    const tokens = this.#lives(newToken('access'), newRefreshToken(id));
    this.#save({
      id,
      device,
      access: [{ digest: digestOf(tokens.accessToken), expiresAt: tokens.accessExpiresAt }],
      refresh: digestOf(tokens.refreshToken),
      refreshExpiresAt: tokens.refreshExpiresAt,
      replaced: [],
    });
    return tokens;
  }

  /** `thumbprint`: of the key that was proved; `keyOf`: that of a device. */
  refresh(token: string, thumbprint: string, keyOf: (device: string) => string | undefined): Refreshed {
    const id = familyOf(token);
    const family = id === undefined ? undefined : this.#families.get(id);
    const now = this.#clock.wall();
    if (!family || family.refreshExpiresAt <= now) return { kind: 'unknown' };
    const { device } = family;
    if (keyOf(device) !== thumbprint) return { kind: 'stolen', device };
    const digest = digestOf(token);
    const issued = (tokens: IssuedTokens): Refreshed => ({ kind: 'issued', family: family.id, device, tokens });
    if (equal(digest, family.refresh)) return issued(this.#rotate(family, token, digest, now));
    const before = family.replaced.find((one) => equal(digest, one.digest));
    if (before && Math.abs(now - before.at) < RETRY_WITHIN_MS) {
      const { access, refresh } = successorsOf(token, family.id, before.salt);
      const { accessExpiresAt, refreshExpiresAt } = before;
      return issued({ accessToken: access, refreshToken: refresh, accessExpiresAt, refreshExpiresAt });
    }
    this.revoke(family.id);
    return { kind: 'reused', device };
  }

  /** The family of an access token that is good now. */
  byAccess(token: string): FamilyRecord | undefined {
    const digest = digestOf(token);
    const family = this.#families.get(this.#byAccess.get(digest) ?? '');
    const access = family?.access.find((one) => one.digest === digest);
    return access && access.expiresAt > this.#clock.wall() ? family : undefined;
  }

  /** Aborted when the family is over. */
  revokedSignal(id: string): AbortSignal {
    return this.#revoked.get(id)?.signal ?? AbortSignal.abort();
  }

  revoke(id: string): void {
    const family = this.#families.get(id);
    if (!family) return;
    this.#families.delete(id);
    for (const { digest } of family.access) this.#byAccess.delete(digest);
    this.#store.deleteAccess('family', id);
    this.#revoked.get(id)?.abort();
    this.#revoked.delete(id);
  }

  revokeDevice(device: string): void {
    for (const family of [...this.#families.values()]) if (family.device === device) this.revoke(family.id);
  }

  /** Ends those whose refresh token is over. @returns when the next one is, in milliseconds since 1970 */
  sweep(now: number): number {
    for (const family of [...this.#families.values()]) if (family.refreshExpiresAt <= now) this.revoke(family.id);
    return Math.min(...[...this.#families.values()].map(({ refreshExpiresAt }) => refreshExpiresAt));
  }

  #rotate(family: FamilyRecord, token: string, digest: string, now: number): IssuedTokens {
    const salt = newSalt();
    const { access, refresh } = successorsOf(token, family.id, salt);
    const tokens = this.#lives(access, refresh);
    const { accessExpiresAt, refreshExpiresAt } = tokens;
    const recent = family.replaced.filter(({ at }) => Math.abs(now - at) < RETRY_WITHIN_MS);
    const replaced = [...recent, { digest, salt, at: now, accessExpiresAt, refreshExpiresAt }].slice(-MAX_KEPT);
    // The one before stays good until it is over: another program of this device may be using it.
    const good = family.access.filter(({ expiresAt }) => expiresAt > now);
    const all = [...good, { digest: digestOf(access), expiresAt: accessExpiresAt }].slice(-MAX_KEPT);
    for (const old of family.access) this.#byAccess.delete(old.digest);
    this.#save({ ...family, access: all, refresh: digestOf(refresh), refreshExpiresAt, replaced });
    return tokens;
  }

  #lives(accessToken: string, refreshToken: string): IssuedTokens {
    const now = this.#clock.wall();
    return {
      accessToken,
      refreshToken,
      accessExpiresAt: now + ACCESS_LIFE_MS,
      refreshExpiresAt: now + REFRESH_LIFE_MS,
    };
  }

  #save(record: FamilyRecord): void {
    this.#keep(record);
    this.#store.saveAccess({ kind: 'family', record });
  }

  #keep(record: FamilyRecord): void {
    this.#families.set(record.id, record);
    for (const { digest } of record.access) this.#byAccess.set(digest, record.id);
    if (!this.#revoked.has(record.id)) this.#revoked.set(record.id, new AbortController());
  }
}

/** Two digests, in a time that says nothing about where they differ. */
function equal(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
