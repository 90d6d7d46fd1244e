import type { Clock, Grant } from '../../core/index.ts';
import { IrisError } from '../../core/index.ts';
import { digestOf, newCode, readCode } from './secrets.ts';

/** Long enough to walk to another machine. */
export const CODE_LIFE_MS = 5 * 60_000;
/** Codes at once; one more is refused until one was used or is over. */
const MAX_CODES = 48;

/** What whoever redeems a code gets. */
export interface Invitation {
  readonly grant: Omit<Grant, 'expiresAt'>;
  /** How long the grant is good for, from when it is redeemed; absent: until it is taken away. */
  readonly grantMs?: number;
  /** Name of the device, chosen by whoever invites. */
  readonly name?: string;
  /** Who made it, for the audit. */
  readonly by: string;
}

/** One-time codes. In memory only, and of each only the SHA-256: a hub that was started again knows none. */
export class PairingCodes {
  readonly #clock: Clock;
  readonly #codes = new Map<string, { readonly invitation: Invitation; readonly deadline: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws IrisError when there are too many */
  make(invitation: Invitation): { code: string; expiresAt: number } {
    this.#forgetOld();
    if (this.#codes.size >= MAX_CODES) {
      throw new IrisError('failed', `${MAX_CODES} codes are waiting to be used`, {
        remedy: 'use them, or wait five minutes',
        retriable: true,
      });
    }
    const code = newCode();
    this.#codes.set(digestOf(readCode(code)!), { invitation, deadline: this.#clock.now() + CODE_LIFE_MS });
    return { code, expiresAt: this.#clock.wall() + CODE_LIFE_MS };
  }

  /** Takes a code: nobody gets it a second time. Undefined: it was used, is over, or never was. */
  take(typed: string): Invitation | undefined {
    this.#forgetOld();
    const letters = readCode(typed);
    // The same work whatever it is.
    const digest = digestOf(letters ?? typed);
    const found = this.#codes.get(digest);
    this.#codes.delete(digest);
    return found?.invitation;
  }

  /** Of a session that is gone. */
  forgetSession(session: string): void {
    for (const [digest, { invitation }] of this.#codes) {
      if (invitation.grant.session === session) this.#codes.delete(digest);
    }
  }

  #forgetOld(): void {
    const now = this.#clock.now();
    for (const [digest, { deadline }] of this.#codes) if (now >= deadline) this.#codes.delete(digest);
  }
}
