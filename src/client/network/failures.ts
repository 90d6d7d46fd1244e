import { IrisError } from '../../core/index.ts';
import type { Trust } from './place.ts';

const AGAIN = { retriable: true } as const;

/** Failures of a network that may pass by themselves, by the code of the call. */
const PASSING: Readonly<Record<string, (where: string) => IrisError>> = {
  ECONNREFUSED: (where) =>
    new IrisError('hub-unreachable', `no hub listens at ${where}`, {
      ...AGAIN,
      remedy: `start it there with iris-tui hub run --listen ${where}`,
    }),
  ENOTFOUND: (where) =>
    new IrisError('hub-unreachable', `no address is known for ${where}`, { ...AGAIN, remedy: 'check its name' }),
  EAI_AGAIN: (where) => new IrisError('hub-unreachable', `the name of ${where} can't be looked up now`, AGAIN),
  ENETUNREACH: (where) => new IrisError('hub-unreachable', `no network leads to ${where}`, AGAIN),
  EHOSTUNREACH: (where) => new IrisError('hub-unreachable', `${where} can't be reached`, AGAIN),
  ETIMEDOUT: (where) => new IrisError('hub-unreachable', `${where} does not answer`, AGAIN),
  ECONNRESET: (where) => new IrisError('hub-unreachable', `${where} broke the connection`, AGAIN),
  EPIPE: (where) => new IrisError('hub-unreachable', `${where} broke the connection`, AGAIN),
};

/** Certificates that no authority of this machine vouches for, by Node's code (OpenSSL's X509_V_ERR_…). */
const UNVERIFIED: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet: is a clock wrong?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is its own',
  SELF_SIGNED_CERT_IN_CHAIN: 'is of an authority unknown here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is of an authority unknown here',
  UNABLE_TO_GET_ISSUER_CERT: 'is of an authority unknown here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of an authority unknown here',
  CERT_REVOKED: 'was revoked',
};

/** Why there is no connection: from the diagnostics of the socket and of TLS, never from anything that was said over it. */
export function networkFailure(error: unknown, where: string): IrisError {
  if (error instanceof IrisError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  const passing = PASSING[code];
  if (passing) {
    const { code: kind, message: line, remedy } = passing(where);
    return new IrisError(kind, line, { ...AGAIN, cause: error, ...(remedy === undefined ? {} : { remedy }) });
  }
  const unverified = UNVERIFIED[code];
  if (unverified !== undefined) {
    return new IrisError('host-key', `the certificate of ${where} ${unverified}`, {
      cause: error,
      remedy: `pair with it, which pins its certificate, or name its fingerprint with --fingerprint`,
    });
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) {
    return new IrisError('hub-unreachable', `what answers at ${where} does not speak TLS as a hub does (${code})`, {
      cause: error,
      remedy: 'is that the port of the hub?',
    });
  }
  return new IrisError('hub-unreachable', `no connection to ${where} (${message || code || 'without a reason'})`, {
    ...AGAIN,
    cause: error,
  });
}

/** Somebody else's certificate, or a new one of the same hub, or a wrong fingerprint: nobody can tell from here. */
export function wrongCertificate(where: string, seen: string, wanted: Extract<Trust, { kind: 'pin' }>): IrisError {
  const compare = 'nothing was sent. Compare with iris-tui hub status on that machine';
  if (wanted.given) {
    return new IrisError(
      'host-key',
      `${where} shows another certificate than that of the fingerprint that was given (${seen})`,
      {
        remedy: `it was copied wrongly, or somebody may stand between you and it: ${compare}. Given: ${wanted.fingerprint}`,
      },
    );
  }
  return new IrisError('host-key', `${where} shows another certificate than the one that was pinned (${seen})`, {
    remedy:
      `somebody may stand between you and it, or its certificate was replaced: ${compare}; ` +
      `if that says the same, pair again. Pinned: ${wanted.fingerprint}`,
  });
}
