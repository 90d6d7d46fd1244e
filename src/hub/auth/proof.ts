import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, EmbeddedJWK, type JWK, jwtVerify } from 'jose';
import { type Clock, IrisError } from '../../core/index.ts';

/**
 * How far the clocks of two machines may be apart. A proof is good for one use, whatever its age, so that this may be generous: a laptop whose
 * clock is some minutes off still gets in.
 */
export const PROOF_WINDOW_MS = 5 * 60_000;
/** Proofs that are remembered while they could be used again. More within that time are refused: a proof that was forgotten could be replayed. */
const MAX_REMEMBERED = 100_000;
const MAX_JTI_CHARS = 128;

/** What a proof has to be about. */
export interface ProofTarget {
  /** HTTP method. */
  readonly method: string;
  /** Of the request as the client made it, without query. */
  readonly url: string;
  /** Token that is sent beside it. */
  readonly token?: string;
}

/** Checks proofs of possession (DPoP, RFC 9449): that whoever sends a token has the key of the device it was given to. */
export class ProofChecker {
  readonly #clock: Clock;
  /** Digest of key and jti → when it may be forgotten. In the order in which they came. */
  readonly #used = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * @returns the thumbprint of the key (RFC 7638)
   * @throws IrisError `not-allowed`
   */
  async check(proof: string, target: ProofTarget): Promise<string> {
    let payload: Record<string, unknown>;
    let jwk: JWK;
    try {
      const verified = await jwtVerify(proof, EmbeddedJWK, { algorithms: ['EdDSA', 'Ed25519'], typ: 'dpop+jwt' });
      payload = verified.payload;
      jwk = verified.protectedHeader.jwk as JWK;
    } catch {
      throw refused('it is not signed as it should be');
    }
    if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519') throw refused('its key is not Ed25519');
    const { htm, htu, iat, jti, ath } = payload;
    if (htm !== target.method) throw refused('it is for another method');
    if (typeof htu !== 'string' || !sameUrl(htu, target.url)) throw refused('it is for another address');
    if (typeof iat !== 'number' || Math.abs(this.#clock.wall() - iat * 1000) > PROOF_WINDOW_MS) {
      throw refused('it is stale', 'set the clocks of both machines right');
    }
    if (ath !== (target.token === undefined ? undefined : hashOf(target.token)))
      throw refused('it is for another token');
    if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_CHARS) throw refused('it has no jti');
    const thumbprint = await calculateJwkThumbprint(jwk, 'sha256');
    this.#use(hashOf(`${thumbprint} ${jti}`));
    return thumbprint;
  }

  #use(key: string): void {
    const now = this.#clock.now();
    for (const [old, until] of this.#used) {
      if (until > now) break;
      this.#used.delete(old);
    }
    if (this.#used.has(key)) throw refused('it was used before');
    if (this.#used.size >= MAX_REMEMBERED) {
      throw new IrisError('not-allowed', 'too many logins at once', { remedy: 'wait a moment', retriable: true });
    }
    // One whose clock is ahead stays good for longer: twice the window covers both.
    this.#used.set(key, now + 2 * PROOF_WINDOW_MS);
  }
}

/** `ath` of RFC 9449, section 4.2. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Equal after normalization, query and fragment left out (RFC 9449, section 4.3). */
function sameUrl(claimed: string, own: string): boolean {
  try {
    const [a, b] = [new URL(claimed), new URL(own)];
    return a.protocol === b.protocol && a.host === b.host && a.pathname === b.pathname;
  } catch {
    return false;
  }
}

function refused(why: string, remedy?: string): IrisError {
  return new IrisError('not-allowed', `the proof of the device's key was refused: ${why}`, remedy ? { remedy } : {});
}
