import { type Clock, EVERYTHING, type Grant, IrisError, OFFERING, spanOf } from '../../core/index.ts';
import type { AuthPayload } from '../../protocol/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Principal } from '../principal.ts';
import type { Access } from './access.ts';
import { FailedAttempts, LOGIN_LIMITS, PAIRING_LIMITS } from './attempts.ts';
import type { IssuedTokens } from './families.ts';
import { ProofChecker, type ProofTarget } from './proof.ts';
import { RequestRate } from './request-rate.ts';
import { digestOf, familyOf, kindOfToken, newToken } from './secrets.ts';

/** A stream is opened at once, or the token was for nothing. */
export const SESSION_LIFE_MS = 60_000;
/** Session tokens that wait for their stream; of more the oldest are worth nothing, and their devices ask again. */
const MAX_SESSIONS = 4_096;

/** Where a request comes from, and what it was made to. */
export interface Visit {
  /** Network address. */
  readonly from: string;
  readonly method: string;
  /** As the client made it. */
  readonly url: string;
}

/** Refused, with the status of HTTP that says so. */
export class LoginError extends IrisError {
  readonly status: 400 | 401 | 429;

  constructor(status: 400 | 401 | 429, message: string, options: { remedy?: string; retryAfterMs?: number } = {}) {
    super(status === 429 ? 'failed' : 'not-allowed', message, { ...options, retriable: status === 429 });
    this.status = status;
  }
}

/** Refusals of strangers that are written down in a minute: more of them would push everything else out of the audit. How many more there were is told. */
const REFUSALS_A_MINUTE = 60;

export interface Paired extends IssuedTokens {
  readonly deviceId: string;
  readonly grants: readonly Grant[];
}

/** Checks whoever comes by the network: codes, tokens, and the keys that go with them. */
export class Logins {
  readonly #clock: Clock;
  readonly #access: Access;
  readonly #audit: Audit;
  readonly #proofs: ProofChecker;
  readonly #pairings: FailedAttempts;
  readonly #failures: FailedAttempts;
  /** By digest: in memory only, as they are good for a minute. */
  readonly #sessions = new Map<
    string,
    { readonly family: string; readonly device: string; readonly deadline: number }
  >();

  readonly #told: RequestRate;
  #untold = 0;

  constructor(clock: Clock, access: Access, audit: Audit) {
    this.#clock = clock;
    this.#access = access;
    this.#audit = audit;
    this.#proofs = new ProofChecker(clock);
    this.#told = new RequestRate(clock, REFUSALS_A_MINUTE, 60_000);
    this.#pairings = new FailedAttempts(clock, PAIRING_LIMITS);
    this.#failures = new FailedAttempts(clock, LOGIN_LIMITS);
  }

  /** May this address try to log in? @throws LoginError 429 */
  admit(from: string): void {
    const waitMs = this.#failures.blocked(from);
    if (waitMs !== undefined) throw tooMany(waitMs);
  }

  /** @throws LoginError, IrisError `storage` */
  async pair(
    asks: { readonly code: string; readonly name: string; readonly software: string },
    proof: string | undefined,
    visit: Visit,
  ): Promise<Paired> {
    this.#admitPairing(visit.from);
    let thumbprint: string;
    try {
      thumbprint = await this.#proved(proof, visit);
    } catch (error) {
      this.#pairings.failed(visit.from);
      throw error;
    }
    // Others from there may have failed meanwhile.
    this.#admitPairing(visit.from);
    const invitation = this.#access.codes.take(asks.code);
    if (!invitation) {
      this.#pairings.failed(visit.from);
      this.#refused('pair', visit.from, 'wrong, used or expired code');
      throw new LoginError(400, 'the code is wrong, was used, or is over', {
        remedy: 'ask for a new one: iris-tui hub pair',
      });
    }
    const { device, tokens } = this.#access.enrol(invitation, { ...asks, thumbprint, from: visit.from });
    try {
      await this.#access.saved();
    } catch (error) {
      // Nobody was told of them.
      this.#access.families.revoke(familyOf(tokens.refreshToken)!);
      throw error;
    }
    const { session, role } = invitation.grant;
    const span = invitation.grantMs === undefined ? '' : ` for ${spanOf(invitation.grantMs)}`;
    this.#audit.record({
      who: { kind: 'device', id: device.id, name: device.name },
      from: visit.from,
      action: 'pair',
      outcome: 'ok',
      ...(session === EVERYTHING || session === OFFERING ? {} : { session }),
      detail: `${session === OFFERING ? 'runner' : role}${span}, invited by ${invitation.by}`,
    });
    return { deviceId: device.id, ...tokens, grants: device.grants };
  }

  /** A token for one stream. @throws LoginError */
  async session(
    authorization: string | undefined,
    proof: string | undefined,
    visit: Visit,
  ): Promise<{ sessionToken: string; expiresAt: number }> {
    const { family, device } = await this.#byAccess(authorization, proof, visit);
    const sessionToken = newToken('session');
    this.#forgetSessions();
    if (this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
    this.#sessions.set(digestOf(sessionToken), { family, device, deadline: this.#clock.now() + SESSION_LIFE_MS });
    return { sessionToken, expiresAt: this.#clock.wall() + SESSION_LIFE_MS };
  }

  /** @throws LoginError, IrisError `storage` */
  async refresh(token: string, proof: string | undefined, visit: Visit): Promise<IssuedTokens> {
    this.admit(visit.from);
    const thumbprint = await this.#counted(visit.from, 'refresh', () => this.#proved(proof, visit));
    const done = this.#access.families.refresh(token, thumbprint, (id) => this.#access.device(id)?.thumbprint);
    if (done.kind !== 'issued') {
      this.#failures.failed(visit.from);
      const device = done.kind === 'unknown' ? undefined : this.#access.device(done.device);
      const why = {
        unknown: 'unknown or expired token',
        stolen: 'the token of another device',
        reused: 'a token that was replaced before: all that followed from its pairing are revoked',
      }[done.kind];
      this.#refused('refresh', visit.from, why, device);
      throw new LoginError(401, 'its access was revoked, or has run out', { remedy: 'pair this device again' });
    }
    await this.#access.saved();
    return done.tokens;
  }

  /** The device leaves. @throws LoginError */
  async leave(authorization: string | undefined, proof: string | undefined, visit: Visit): Promise<void> {
    const { device } = await this.#byAccess(authorization, proof, visit);
    const known = this.#access.device(device);
    this.#access.revokeDevice(device);
    const who = { kind: 'device', id: device, name: known?.name ?? '' };
    this.#audit.record({ who, from: visit.from, action: 'leave', outcome: 'ok' });
    await this.#access.saved();
  }

  /** Whoever makes a request: `DPoP` and an access token, or `Bearer` and the token of a script. @throws LoginError */
  async rest(authorization: string | undefined, proof: string | undefined, visit: Visit): Promise<Principal> {
    const { scheme, token } = schemeOf(authorization);
    if (scheme === 'bearer') return this.#bearer(token, visit.from);
    const wanted = 'a token is wanted here (Authorization: Bearer TOKEN, or DPoP ACCESS-TOKEN)';
    const { family, device } = await this.#byAccess(authorization, proof, visit, wanted);
    return this.#known(family, device, visit.from);
  }

  /** Whoever opens a stream. @throws IrisError `not-allowed` */
  async stream(auth: AuthPayload, visit: Visit): Promise<Principal> {
    this.admit(visit.from);
    if (auth.method !== 'token') {
      throw this.#failed(visit.from, 'login', 'a token is wanted here', 'without a token');
    }
    const { token, proof } = auth;
    const kind = kindOfToken(token);
    if (kind !== 'bearer' && kind !== 'session') {
      throw this.#failed(visit.from, 'login', 'that is no token of this hub', 'no token of a hub', {
        remedy: 'iris-tui token create makes one for a script; a device has a session token',
      });
    }
    if (kind === 'bearer') {
      const principal = this.#bearer(token, visit.from);
      this.#loggedIn(principal, visit.from);
      return principal;
    }
    const digest = digestOf(token);
    const thumbprint = await this.#counted(visit.from, 'login', () => this.#proved(proof, visit, token));
    this.#forgetSessions();
    const session = this.#sessions.get(digest);
    if (!session || this.#access.device(session.device)?.thumbprint !== thumbprint) {
      throw this.#failed(visit.from, 'login', 'the session token is not good (any more)', 'session token');
    }
    // One stream each.
    this.#sessions.delete(digest);
    const principal = this.#known(session.family, session.device, visit.from);
    this.#loggedIn(principal, visit.from);
    return principal;
  }

  async #byAccess(
    authorization: string | undefined,
    proof: string | undefined,
    visit: Visit,
    wanted = 'an access token is wanted here (Authorization: DPoP ACCESS-TOKEN)',
  ): Promise<{ family: string; device: string }> {
    this.admit(visit.from);
    const { scheme, token } = schemeOf(authorization);
    if (scheme !== 'dpop') throw this.#failed(visit.from, 'login', wanted, 'no token');
    const thumbprint = await this.#counted(visit.from, 'login', () => this.#proved(proof, visit, token));
    const family = this.#access.families.byAccess(token);
    if (!family || this.#access.device(family.device)?.thumbprint !== thumbprint) {
      // An access token that has run out is no attack: the device refreshes it.
      throw new LoginError(401, 'the access token is not good (any more)', { remedy: 'refresh it, or pair again' });
    }
    return { family: family.id, device: family.device };
  }

  #bearer(token: string, from: string): Principal {
    this.admit(from);
    const principal = this.#access.bearer(token);
    if (!principal) throw this.#failed(from, 'login', 'the token is not good (any more)', 'token of a script');
    this.#access.seen(principal, from);
    return principal;
  }

  #known(family: string, device: string, from: string): Principal {
    const principal = this.#access.principalOf(family, device);
    if (!principal || principal.revoked.aborted) throw new LoginError(401, 'access was revoked');
    this.#access.seen(principal, from);
    return principal;
  }

  #proved(proof: string | undefined, { method, url }: Visit, token?: string): Promise<string> {
    if (proof === undefined) {
      return Promise.reject(new LoginError(401, "a proof of the device's key is wanted here (DPoP, RFC 9449)"));
    }
    const target: ProofTarget = { method, url, ...(token === undefined ? {} : { token }) };
    return this.#proofs.check(proof, target).catch((error: unknown) => {
      const { message, remedy } = IrisError.from(error);
      throw new LoginError(401, message, remedy === undefined ? {} : { remedy });
    });
  }

  async #counted<T>(from: string, action: string, check: () => Promise<T>): Promise<T> {
    try {
      return await check();
    } catch (error) {
      this.#failures.failed(from);
      this.#refused(action, from, IrisError.from(error).message);
      throw error;
    }
  }

  #failed(from: string, action: string, message: string, detail: string, more: { remedy?: string } = {}): LoginError {
    this.#failures.failed(from);
    this.#refused(action, from, detail);
    return new LoginError(401, message, more);
  }

  #refused(action: string, from: string, detail: string, who?: { readonly id: string; readonly name: string }): void {
    if (!this.#told.allows()) {
      this.#untold += 1;
      return;
    }
    const more = this.#untold > 0 ? `; ${this.#untold} more were refused before` : '';
    this.#untold = 0;
    const by = who ? { kind: 'device', id: who.id, name: who.name } : { kind: 'unknown', id: '', name: '' };
    this.#audit.record({ who: by, from, action, outcome: 'refused', detail: detail + more });
  }

  #loggedIn({ kind, id, name }: Principal, from: string): void {
    this.#audit.record({ who: { kind, id, name }, from, action: 'login', outcome: 'ok' });
  }

  #admitPairing(from: string): void {
    const waitMs = this.#pairings.blocked(from);
    if (waitMs !== undefined) throw tooMany(waitMs);
  }

  #forgetSessions(): void {
    const now = this.#clock.now();
    for (const [digest, { deadline }] of this.#sessions) if (now >= deadline) this.#sessions.delete(digest);
  }
}

function schemeOf(authorization: string | undefined): { scheme: string; token: string } {
  const match = /^([A-Za-z]+) +([A-Za-z0-9._~+/-]{1,256}=*)$/.exec(authorization ?? '');
  return { scheme: match?.[1]?.toLowerCase() ?? '', token: match?.[2] ?? '' };
}

function tooMany(waitMs: number): LoginError {
  const remedy = `wait ${Math.ceil(waitMs / 1000)} s`;
  return new LoginError(429, 'busy: too many failed attempts', { remedy, retryAfterMs: waitMs });
}
