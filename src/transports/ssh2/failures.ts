import { IrisError, plainText } from '../../core/index.ts';

/** Error codes of the system that say: the network, now; the same may succeed later. */
const TRANSIENT: Record<string, readonly [what: (at: string) => string, remedy: string] | undefined> = {
  ECONNREFUSED: [(at) => `${at} refused the connection`, 'is sshd running there, and is the port right?'],
  ETIMEDOUT: [(at) => `${at} does not answer`, 'check the network and the address'],
  EHOSTUNREACH: [(at) => `there is no route to ${at}`, 'check the network'],
  ENETUNREACH: [(at) => `the network of ${at} cannot be reached`, 'check the network'],
  ENETDOWN: [() => 'the network is down', 'check the network'],
  EHOSTDOWN: [(at) => `${at} is down`, 'check the network and the host'],
  ECONNRESET: [(at) => `the connection was reset by ${at}`, 'check the network and the log of sshd there'],
  ECONNABORTED: [(at) => `the connection to ${at} was aborted`, 'check the network'],
  EPIPE: [(at) => `the connection to ${at} was closed`, 'check the network and the log of sshd there'],
  ENOTFOUND: [(at) => `there is no address for ${at}`, 'check the name, and whether DNS answers'],
  EAI_AGAIN: [(at) => `there is no address for ${at} now: DNS does not answer`, 'check the network'],
  EADDRNOTAVAIL: [(at) => `there is no way from here to ${at}`, 'check the network, and BindAddress'],
};

export function unreachable(message: string, remedy: string, cause?: unknown): IrisError {
  return new IrisError('unreachable', message, { remedy, retriable: true, cause });
}

export function refusedLogin(message: string, remedy: string): IrisError {
  return new IrisError('login-refused', message, { remedy });
}

export function hostKeyFailure(message: string, remedy: string): IrisError {
  return new IrisError('host-key', message, { remedy });
}

export function connectionLost(place: string): IrisError {
  return unreachable(`the connection to ${place} was closed`, 'check the network and the host');
}

export function keepaliveLost(place: string, seconds: number): IrisError {
  return unreachable(`${place} has not answered for ${seconds} s`, 'check the network');
}

/** What went wrong with a connection, from codes alone; text of the other side only explains. */
export function connectionFailure(error: unknown, place: string): IrisError {
  if (error instanceof IrisError) return error;
  const { code, level, message = String(error) } = error as { code?: unknown; level?: unknown; message?: string };
  if (typeof code === 'string') {
    const known = TRANSIENT[code];
    if (known) return unreachable(known[0](place), known[1], error);
  }
  const detail = plainText(message, 300);
  // A number is the server's own reason (RFC 4253, 11.1): 2 is what sshd says after too many keys, 14 and 13 name the login.
  if (typeof code === 'number') {
    if (/too many authentication failures/i.test(message) || code === 13 || code === 14) {
      return refusedLogin(
        `${place} refused the login after too many tries`,
        'name one key (identity), or set IdentitiesOnly yes for this host',
      );
    }
    return unreachable(`${place} ended the connection: ${detail}`, 'look at the log of sshd there', error);
  }
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
  return unreachable(
    `the connection to ${place} failed: ${detail}`,
    'check the network and the log of sshd there',
    error,
  );
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
  if (typeof reason === 'number' && reason !== 1) {
    return unreachable(
      `${place} has no room for another session: ${detail}`,
      'MaxSessions there may be too low',
      error,
    );
  }
  return new IrisError('login-refused', `${place} does not run what it is asked to: ${detail}`, {
    remedy: 'look at ForceCommand, PermitTTY and MaxSessions in sshd_config there',
    cause: error,
  });
}
