import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from '../../core/index.ts';
import { networkFailure, wrongCertificate } from './failures.ts';
import { type HubPlace, isLoopback, type Trust, whereOf } from './place.ts';

/** TCP and TLS together; a network worse than this is as good as none. */
const CONNECT_WITHIN_MS = 10_000;

/**
 * A connection to a hub, whose certificate was judged before a byte of ours was sent over it. The caller destroys it.
 * @throws IrisError `host-key` for a wrong certificate, `hub-unreachable`
 */
export async function openSecurely(place: HubPlace, trust: Trust, clock: Clock): Promise<Socket> {
  const where = whereOf(place);
  if (trust.kind === 'none') {
    // Asked for at the command line and checked there; it must never be reached for anything else.
    if (!isLoopback(place.host)) throw new Error('without TLS only this machine itself may be spoken to');
    return opened(connectPlain({ host: place.host, port: place.port, noDelay: true }), 'connect', where, clock);
  }
  const socket = startTls(place, trust.kind);
  await opened(socket, 'secureConnect', where, clock);
  if (trust.kind === 'pin') {
    const seen = fingerprintOf(socket);
    if (seen !== trust.fingerprint) {
      socket.destroy();
      throw wrongCertificate(where, seen, trust);
    }
  }
  return socket;
}

/** @throws IrisError when no hub is there, or another one */
export async function mustBeThere(place: HubPlace, trust: Trust, clock: Clock): Promise<void> {
  (await openSecurely(place, trust, clock)).destroy();
}

/** What a hub shows of itself, before anything is believed: its certificate's fingerprint, and whether the authorities of this machine vouch for it. */
export async function lookAt(
  place: HubPlace,
  clock: Clock,
): Promise<{ readonly fingerprint: string; readonly vouchedFor: boolean }> {
  const socket = startTls(place, 'look');
  await opened(socket, 'secureConnect', whereOf(place), clock);
  // With the name checked, too: Node looks at it as well where it does not insist.
  const seen = { fingerprint: fingerprintOf(socket), vouchedFor: socket.authorized };
  socket.destroy();
  return seen;
}

/** `ca`: insists on authorities of this machine; `look`: asks them. Without insisting, the certificate is to be judged by whoever asks for this, before writing. */
function startTls({ host, port }: HubPlace, how: 'ca' | 'pin' | 'look'): TLSSocket {
  const socket = connectTls({
    host,
    port,
    // A name is asked for (RFC 6066, 3); an address must not be.
    ...(isIP(host) === 0 ? { servername: host } : {}),
    // To read all of them takes 20 ms and more; a pinned certificate needs none.
    ca: how === 'pin' ? [] : authorities(),
    ALPNProtocols: ['http/1.1'],
    minVersion: 'TLSv1.2',
    rejectUnauthorized: how === 'ca',
  });
  socket.setNoDelay(true);
  return socket;
}

let known: string[] | undefined;

/** Those that Node brings and is told (NODE_EXTRA_CA_CERTS), and those of the system. */
function authorities(): string[] {
  // By this way, as an import of the module would load all of them at each start of the bundle.
  const { getCACertificates, rootCertificates } = process.getBuiltinModule('node:tls');
  // Node 22.15 and later can tell.
  known ??= getCACertificates
    ? [...new Set([...getCACertificates('default'), ...getCACertificates('system')])]
    : [...rootCertificates];
  return known;
}

function fingerprintOf(socket: TLSSocket): string {
  return `sha256:${socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()}`;
}

function opened<S extends Socket>(
  socket: S,
  event: 'connect' | 'secureConnect',
  where: string,
  clock: Clock,
): Promise<S> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      timer.cancel();
      socket.destroy();
      reject(networkFailure(error, where));
    };
    const timer = clock.after(CONNECT_WITHIN_MS, () => fail(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })));
    const ended = (): void => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    // Stays: an error of a socket that nobody listens to ends the program.
    socket.on('error', fail);
    socket.once('close', ended);
    socket.once(event, () => {
      timer.cancel();
      socket.off('close', ended);
      resolve(socket);
    });
  });
}
