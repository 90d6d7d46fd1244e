import { IrisError, type ProcessEnd, plainText } from '../../core/index.ts';

const NETWORK = 'check the network and the address';

/** Error codes of the system that say: the network, now; the same may succeed later. The words are those of the openssh transport. */
const TRANSIENT: Record<string, ((host: string) => string) | undefined> = {
  ECONNREFUSED: (host) => `${host} refused the connection: no sshd listens there`,
  ETIMEDOUT: (host) => `${host} did not answer in time`,
  EHOSTUNREACH: (host) => `no way leads to ${host}`,
  ENETUNREACH: (host) => `no way leads to ${host}`,
  ENETDOWN: (host) => `no way leads to ${host}`,
  EHOSTDOWN: (host) => `no way leads to ${host}`,
  EADDRNOTAVAIL: (host) => `no way leads to ${host}`,
  ECONNRESET: (host) => `${host} reset the connection`,
  ECONNABORTED: (host) => `the connection to ${host} broke`,
  EPIPE: (host) => `the connection to ${host} broke`,
  ENOTFOUND: (host) => `the name of ${host} could not be resolved`,
  EAI_AGAIN: (host) => `the name of ${host} could not be resolved`,
};

export function unreachable(message: string, remedy = NETWORK, cause?: unknown): IrisError {
  return new IrisError('unreachable', message, { remedy, retriable: true, cause });
}

export function refusedLogin(message: string, remedy: string): IrisError {
  return new IrisError('login-refused', message, { remedy });
}

export function hostKeyFailure(message: string, remedy: string): IrisError {
  return new IrisError('host-key', message, { remedy });
}

/** `before`: nobody was logged in yet. */
export function connectionLost(host: string, before = false): IrisError {
  return unreachable(`${host} closed the connection${before ? ' before the login' : ''}`);
}

export function keepaliveLost(host: string): IrisError {
  return unreachable(`${host} did not answer any more`);
}

export function connectTimeout(host: string): IrisError {
  return unreachable(`${host} did not answer in time`);
}

/** What went wrong with a connection, from codes alone; text of the other side only explains. */
export function connectionFailure(error: unknown, place: string): IrisError {
  if (error instanceof IrisError) return error;
  const { code, level, message = String(error) } = error as { code?: unknown; level?: unknown; message?: string };
  if (typeof code === 'string') {
    const known = TRANSIENT[code];
    if (known) return unreachable(known(place), NETWORK, error);
  }
  const detail = plainText(message, 300);
  // A number is the server's own reason (RFC 4253, 11.1): 2 is what sshd says after too many keys, 14 and 13 name the login.
  if (typeof code === 'number') {
    if (/too many authentication failures/i.test(message) || code === 13 || code === 14) {
      return refusedLogin(`${place} had too many keys offered`, 'set identity, and IdentitiesOnly in ~/.ssh/config');
    }
    return unreachable(`${place} ended the connection: ${detail}`, 'look at the log of sshd there', error);
  }
  if (message === 'Connection lost before handshake') return connectionLost(place, true);
  if (level === 'handshake') {
    if (/no matching/i.test(message)) {
      return new IrisError('unreachable', `${place} and ssh2 have no algorithms in common (${detail})`, {
        remedy: 'update sshd there, or set ssh2: false',
        cause: error,
      });
    }
    if (/signature verification|Wrong signature|Malformed signature/i.test(message)) {
      return hostKeyFailure(`${place} could not prove its host key`, 'do not connect: somebody may be in between');
    }
  }
  return unreachable(`the connection to ${place} was lost: ${detail}`, NETWORK, error);
}

/** A stop of ProxyJump could not go on (RFC 4254, 5.1): 1 is a prohibition, the others may pass. */
export function jumpFailure(error: unknown, from: string, to: string): IrisError {
  const { reason, message = '' } = error as { reason?: unknown; message?: string };
  const detail = plainText(message.replace(/^\(SSH\) Channel open failure: /, ''), 300);
  if (reason === 1) {
    return new IrisError('login-refused', `${from} does not let connections through to ${to} (${detail})`, {
      remedy: 'AllowTcpForwarding there has to allow it',
      cause: error,
    });
  }
  return unreachable(`${from} cannot reach ${to}: ${detail}`, 'check the network behind it, and the address', error);
}

/** The login was taken, the process was not: RFC 4254, 5.1; without a reason the server refused the terminal or the command. */
export function channelFailure(error: unknown, place: string): IrisError {
  if (error instanceof IrisError) return error;
  const { reason, message = '' } = error as { reason?: unknown; message?: string };
  const detail = plainText(message.replace(/^\(SSH\) Channel open failure: /, ''), 300);
  if (message === 'the connection was closed') return connectionLost(place);
  if (reason === 4) return unreachable(`${place} has no room for another session: ${detail}`, NETWORK, error);
  if (typeof reason === 'number') {
    return refusedLogin(`${place} opens no session: ${detail}`, 'look at MaxSessions in sshd_config there');
  }
  return new IrisError('login-refused', `${place} does not run what it is asked to: ${detail}`, {
    remedy: 'look at sshd_config there',
    cause: error,
  });
}

/** A shell was to run there and something else did, or nothing. `inShell`: one ran, and did not come to the program. */
export function noShell(host: string, end: ProcessEnd, inShell: boolean, said: string): IrisError {
  const how = end.exitCode === undefined ? 'was ended' : `ended with ${end.exitCode}`;
  const last = plainText(said.split(/[\r\n]+/).findLast((line) => line.trim() !== '') ?? '', 200);
  const words = last === '' ? '' : `: ${last}`;
  if (inShell) {
    return new IrisError('failed', `the shell on ${host} ${how} before the program ran${words}`, {
      remedy: 'look at what .profile there does',
    });
  }
  return new IrisError('failed', `no shell runs on ${host}: the login ${how}${words}`, {
    remedy: 'the account needs a login shell that takes commands, and sh has to be there',
  });
}
