import { connect as connectSocket, type Socket as NetSocket } from 'node:net';
import WebSocket from 'ws';
import { type Clock, IrisError, plainText } from '../core/index.ts';
import {
  CLOSE,
  closeName,
  fromFailure,
  type HubMessage,
  Link,
  type LinkClosed,
  MAX_MESSAGE_BYTES,
  networkNow,
  OUR_ENCODINGS,
  type Outgoing,
  ownVersion,
  PROTOCOL,
  readTurnedAway,
  type Socket,
  TURNED_AWAY_LIMIT_BYTES,
  versionMismatch,
} from '../protocol/index.ts';
import { bodyOf, mayPass, retryAfterMs } from './http-answer.ts';
import type { HubAddress, LinkFailure } from './options.ts';

/** connect, hello, auth and welcome together. */
const HANDSHAKE_WITHIN_MS = 5_000;
/** Also how often the round trip is measured. */
const PING_EVERY_MS = 5_000;
/** The first ping waits until the program has started: before that it would measure how busy we are. */
const FIRST_PING_MS = 500;

/** The socket ended without a close frame (RFC 6455, 7.1.5). */
const CUT = 1006;

export type Welcome = Extract<HubMessage, { payload: { kind: 'welcome' } }>['payload'];

export interface HubVersion {
  readonly software: string;
  readonly pid: number | undefined;
}

export interface DialOptions {
  readonly clock: Clock;
  readonly version: string;
  readonly clientId: string;
  readonly purpose: 'use' | 'manage';
  readonly ready: (welcome: Welcome, hub: HubVersion, ts: number) => void;
  /** After `ready`; hello and welcome are not among them. */
  readonly message: (message: HubMessage) => void;
  /** Once, whether it was ready or not. Nothing comes after it. */
  readonly lost: (failure: LinkFailure) => void;
  readonly roundTrip: (ms: number) => void;
  readonly quiet?: (isQuiet: boolean) => void;
  /** As a runner: once let in, the other side is the viewer. Called instead of `ready`; nothing comes after it. */
  readonly turned?: (socket: Socket, raw: { readonly bytesRead: number }, welcome: Welcome) => void;
}

/** One attempt and the connection that comes of it. After `drop` it calls nobody. */
export interface Dialed {
  send(message: Outgoing<'client'>): void;
  /** Cuts it; nothing is called any more. */
  drop(): void;
  /** Says goodbye, sends what waits; nothing is called any more. */
  leave(): void;
}

export function dial(address: HubAddress, options: DialOptions): Dialed {
  const { clock } = options;
  const where = nameOf(address);
  let phase: 'hello' | 'welcome' | 'ready' | 'over' = 'hello';
  let hub: HubVersion = { software: 'unknown', pid: undefined };
  let said: LinkFailure | undefined;
  const socket = open(address);

  const finish = (failure: LinkFailure): void => {
    if (phase === 'over') return;
    phase = 'over';
    timer.cancel();
    options.lost(failure);
  };
  let timer = clock.after(HANDSHAKE_WITHIN_MS, () => {
    finish(transient(`the hub at ${where} does not answer`));
    socket.terminate();
  });
  let below: { readonly bytesRead: number } = { bytesRead: 0 };
  socket.once('upgrade', (response) => {
    below = response.socket;
  });
  let answered: HttpAnswer | undefined;
  socket.once('unexpected-response', (_request, response) => {
    const { statusCode = 0, headers } = response;
    answered = { status: statusCode, retryAfterMs: retryAfterMs(headers['retry-after']) };
    // At the end of a stream is a program of ours, which says why it found no hub.
    if ('stream' in address) {
      void bodyOf(response, TURNED_AWAY_LIMIT_BYTES).then((body) => {
        const error = readTurnedAway(body);
        if (error) said = { error: there(error, where), permanent: !error.retriable };
        socket.terminate();
      });
    } else socket.terminate();
  });
  const link = new Link<'client'>({
    side: 'client',
    socket: socket as Socket,
    clock,
    pingEveryMs: PING_EVERY_MS,
    ...('url' in address || 'stream' in address ? { network: networkNow } : {}),
    roundTrip: options.roundTrip,
    ...(options.quiet ? { quiet: options.quiet } : {}),
    message: (message) => {
      if (phase === 'ready') {
        if (message.type === 'error') said = undefined;
        options.message(message);
      } else if (phase !== 'over') greet(message);
    },
    closed: (closed) => {
      const upgrade = answered && refusedUpgrade(answered, nameOf(address));
      // A hub that said why it closes knows better than what carried its word, and has ended since.
      const carrier = closed.code === CUT ? carrierFailure(address) : undefined;
      finish(said ?? upgrade ?? carrier ?? failureOf(closed, address, phase === 'ready'));
    },
  });
  const begin = (): void => {
    if (phase === 'over') return;
    const ts = clock.wall();
    const own = ownVersion(options.version);
    link.send({
      type: 'hello',
      clientId: options.clientId,
      ts,
      payload: {
        ...own,
        role: options.turned ? 'runner' : 'viewer',
        encodings: [...OUR_ENCODINGS],
        purpose: options.purpose,
      },
    });
    link.send({ type: 'auth', ts, payload: 'url' in address ? address.auth : { method: 'local' } });
  };
  if (socket.readyState === WebSocket.OPEN) begin();
  else socket.once('open', begin);

  function greet(message: HubMessage): void {
    if (message.type === 'hello') {
      const { protocol, software, encodings, pid } = message.payload;
      hub = { software, pid };
      if (options.purpose === 'use') {
        const mismatch = versionMismatch(ownVersion(options.version), { protocol, software }, elsewhere(address));
        if (mismatch) {
          said = { error: mismatch, permanent: true };
          link.close('version-mismatch', `protocol ${PROTOCOL}`);
          finish(said);
          return;
        }
      }
      link.agree(encodings);
      link.allowParts();
      phase = 'welcome';
    } else if (message.type === 'status' && message.payload.kind === 'welcome' && phase === 'welcome') {
      timer.cancel();
      if (options.turned) {
        phase = 'over';
        link.release();
        options.turned(socket as Socket, below, message.payload);
        return;
      }
      phase = 'ready';
      options.ready(message.payload, hub, message.ts);
      if ((phase as string) === 'ready') timer = clock.after(FIRST_PING_MS, () => link.ping());
    } else if (message.type === 'error') {
      const error = refused(fromFailure(message.payload), address);
      said = { error, permanent: !error.retriable };
    }
  }

  return {
    send: (message) => link.send(message),
    drop: () => {
      phase = 'over';
      timer.cancel();
      link.terminate();
    },
    leave: () => {
      const connected = phase === 'ready' || phase === 'welcome';
      phase = 'over';
      timer.cancel();
      if (connected) link.close('done', '');
      else link.terminate();
    },
  };
}

/** An address that came too late: what was opened for it is closed. */
export function abandon(address: HubAddress): void {
  if ('url' in address) address.connection.destroy();
  else if ('stream' in address) address.stream.destroy();
  else if ('socket' in address) address.socket.terminate();
}

function nameOf(address: HubAddress): string {
  if ('url' in address) return new URL(address.url).host;
  return 'socketPath' in address ? address.socketPath : address.where;
}

/** Is it a hub that "iris-tui hub stop" on this machine does not stop? */
function elsewhere(address: HubAddress): boolean {
  return !('socketPath' in address);
}

/** What to do about it is known best where the credentials come from. */
function refused(error: IrisError, address: HubAddress): IrisError {
  if (error.code !== 'not-allowed' || error.retriable || !('url' in address)) return error;
  return new IrisError(error.code, error.message, { cause: error, remedy: address.refused });
}

/** Paths and programs in it are those of that machine. */
function there(error: IrisError, where: string): IrisError {
  const { code, message, remedy, retriable } = error;
  const options = { cause: error, retriable, ...(remedy === undefined ? {} : { remedy }) };
  return new IrisError(code, `${message}, on ${where}`, options);
}

/** What carried the connection knows best why it broke. */
function carrierFailure(address: HubAddress): LinkFailure | undefined {
  const error = 'stream' in address ? address.failure?.() : undefined;
  return error && { error, permanent: !error.retriable };
}

function open(address: HubAddress): WebSocket {
  const options: WebSocket.ClientOptions = { perMessageDeflate: false, maxPayload: MAX_MESSAGE_BYTES };
  if ('url' in address) {
    const { url, connection } = address;
    return new WebSocket(url, { ...options, createConnection: () => connection as NetSocket });
  }
  if ('socket' in address) return address.socket as WebSocket;
  if ('stream' in address) {
    const { stream } = address;
    return new WebSocket('ws://localhost/', { ...options, createConnection: () => stream as NetSocket });
  }
  const { socketPath } = address;
  // Not a ws+unix URL: a path may hold a colon or a blank.
  return new WebSocket('ws://localhost/', { ...options, createConnection: () => connectSocket(socketPath) });
}

function transient(line: string, remedy?: string, cause?: unknown): LinkFailure {
  const error = new IrisError('hub-unreachable', line, {
    retriable: true,
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
  return { error, permanent: false };
}

/** An answer to the request to speak WebSocket that is none of a WebSocket. */
interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
}

function refusedUpgrade({ status, retryAfterMs }: HttpAnswer, where: string): LinkFailure {
  if (status >= 400 && !mayPass(status)) {
    const line = `what answers at ${where} lets no viewer in (HTTP ${status})`;
    const remedy = 'is that the address of the hub, as it knows itself (hub.names in its config)?';
    return { error: new IrisError('not-allowed', line, { remedy }), permanent: true };
  }
  const line = `busy: ${where} lets nobody in just now (HTTP ${status})`;
  const again = { retriable: true, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { error: new IrisError('hub-unreachable', line, again), permanent: false };
}

/** From the diagnostics of the socket, never from anything a program printed. */
function failureOf(closed: LinkClosed, address: HubAddress, wasReady: boolean): LinkFailure {
  const { code, error } = closed;
  const where = nameOf(address);
  // The peer's words.
  const reason = plainText(closed.reason, 200);
  const errno = (error as NodeJS.ErrnoException | undefined)?.code;
  if (errno === 'ENOENT' || errno === 'ECONNREFUSED') {
    return transient(`no hub is running at ${where}`, 'start one with "iris-tui hub start"', error);
  }
  if (errno === 'EACCES' || errno === 'EPERM') {
    const refused = new IrisError('not-allowed', `${where} belongs to another user`, { cause: error });
    return { error: refused, permanent: true };
  }
  switch (code) {
    case CLOSE['hub-stopping']:
      return transient('the hub was stopped', 'start one with "iris-tui hub start"');
    case CLOSE['version-mismatch']:
    case CLOSE['auth-refused']: {
      const name = code === CLOSE['auth-refused'] ? 'not-allowed' : 'version-mismatch';
      return { error: refused(new IrisError(name, reason || closeName(code)), address), permanent: true };
    }
    case CLOSE.detached:
      return { error: new IrisError('cancelled', reason || 'detached'), permanent: true };
    case CLOSE.silent:
      return transient('the hub fell silent for 30 s');
  }
  const said = error ? error.message : reason || (code === CUT ? '' : closeName(code));
  const why = said === '' ? '' : ` (${said})`;
  return transient(wasReady ? `the connection to the hub broke${why}` : `${where} broke the connection${why}`);
}
