import { chmodSync, rmSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket as NetSocket } from 'node:net';
import { dirname } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Clock, IrisError, type Timer } from '../core/index.ts';
import { MAX_MESSAGE_BYTES } from '../protocol/index.ts';
import { privateFolder, reason } from './folder.ts';

/** sun_path has 104 bytes on macOS and 108 on Linux, with a zero at the end. */
const MAX_SOCKET_PATH_BYTES = 103;
/** How often the hub looks whether its socket is still there. */
const LOOK_EVERY_MS = 2_000;
/** Connections at once, those that have not said hello included; more are refused. */
const MAX_CONNECTIONS = 512;

export interface ListenerOptions {
  readonly socket: string;
  readonly clock: Clock;
  readonly connection: (socket: WebSocket, raw: NetSocket) => void;
  readonly warn: (line: string) => void;
  /** A request that is no WebSocket; true: it was answered. */
  readonly request?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export interface Listener {
  /** Takes no more connections and removes the socket. Those that are open stay. */
  close(): Promise<void>;
}

/**
 * WebSocket over a Unix socket, 0600 in a 0700 folder. The caller holds the lock: what lies at the path is of a hub that is gone. The folder of the
 * socket may be swept away under us ($XDG_RUNTIME_DIR goes at logout): then it is made again, so that sessions stay within reach.
 */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const { socket: path, clock } = options;
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new IrisError('storage', `the path of the socket is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`, {
      remedy: 'set IRIS_HOME to a shorter path',
    });
  }
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  let server = await bind(path, sockets, options);
  let identity = identityOf(path);
  let timer: Timer | undefined;
  let closed = false;
  let problem = '';
  const look = async (): Promise<void> => {
    if (identityOf(path) !== identity) {
      try {
        // First the old one: closing it removes whatever lies at its path.
        await closeServer(server);
        if (closed) return;
        server = await bind(path, sockets, options);
        identity = identityOf(path);
        problem = '';
        options.warn('the socket was removed; it is there again');
      } catch (error) {
        const line = `the socket was removed and can't be made again: ${reason(error)}`;
        if (line !== problem) options.warn(line);
        problem = line;
      }
    }
    if (!closed) timer = clock.after(LOOK_EVERY_MS, () => void look());
  };
  timer = clock.after(LOOK_EVERY_MS, () => void look());
  return {
    async close() {
      closed = true;
      timer?.cancel();
      await closeServer(server);
    },
  };
}

/** Does someone take connections at this socket? */
export function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

async function bind(path: string, sockets: WebSocketServer, options: ListenerOptions): Promise<Server> {
  privateFolder(dirname(path));
  rmSync(path, { force: true });
  const server = createServer((request, response) => {
    if (options.request?.(request, response)) return;
    response.writeHead(426, { 'content-type': 'text/plain' });
    response.end('this is a WebSocket\n');
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('upgrade', (request, raw, head) => {
    raw.on('error', () => raw.destroy());
    sockets.handleUpgrade(request, raw, head, (socket) => options.connection(socket, raw as NetSocket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new IrisError('storage', `can't listen on ${path}: ${reason(error)}`, { cause: error })),
    );
    // The socket is never there with more rights, not even for a moment: bind happens within `listen`.
    const mask = process.umask(0o177);
    try {
      server.listen(path, resolve);
    } finally {
      process.umask(mask);
    }
  });
  server.on('error', (error) => options.warn(reason(error)));
  chmodSync(path, 0o600);
  return server;
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {});
    // `close` waits for open connections; no more are taken from here on, which is all we need.
    server.closeIdleConnections();
    resolve();
  });
}

/** Device and inode: a socket made anew is another one. */
function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
