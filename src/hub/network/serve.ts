import { createServer as createHttpServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import rateLimit from '@fastify/rate-limit';
import { type FastifyRequest, fastify } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import { IrisError } from '../../core/index.ts';
import { MAX_MESSAGE_BYTES } from '../../protocol/index.ts';
import type { AcceptOptions } from '../accept.ts';
import { keyOf } from '../auth/attempts.ts';
import { Logins, type Visit } from '../auth/logins.ts';
import { RequestRate } from '../auth/request-rate.ts';
import type { HubContext } from '../context.ts';
import { reason } from '../folder.ts';
import { formatAddress, type ListenAddress, plainAddress } from './address.ts';
import type { Certificate } from './certificate.ts';
import { answerFailure, bodyOf, HttpRefusal, headersOf, statusOf } from './failures.ts';
import type { OwnNames } from './own-names.ts';
import { addRoutes } from './routes.ts';

const STREAM_PATH = '/api/clients/stream';
/** Those that somebody may try by mistake. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Requests of one address a minute; a script that looks 20 times a second gets along. More: 429. */
const REQUESTS_PER_ADDRESS = 1_200;
/** Of all addresses together: what one core can check of signatures in a fraction of that time. More: 429. */
const REQUESTS_ALTOGETHER = 20_000;
const RATE_WINDOW_MS = 60_000;
/** Connections at once, streams included; the library drops what comes beyond. */
const MAX_CONNECTIONS = 2_048;
/** Of one address: whoever takes more than their share does not shut others out. */
const MAX_OF_ADDRESS = 512;
/** From the first byte to the end of the headers, and to the end of the body. */
const HEADERS_WITHIN_MS = 10_000;
const REQUEST_WITHIN_MS = 60_000;
const HANDSHAKE_WITHIN_MS = 10_000;
/** A hub that stops gives requests this long to be answered. */
const REQUESTS_END_MS = 1_000;

export interface ServeOptions {
  readonly hub: HubContext;
  readonly address: ListenAddress;
  /** Absent: without TLS. */
  readonly certificate?: Certificate;
  readonly names: OwnNames;
  /** Nothing is answered before. */
  readonly ready: Promise<void>;
  readonly accept: (socket: WebSocket, raw: NetSocket, who: Pick<AcceptOptions, 'authenticate' | 'from'>) => void;
}

export interface Served {
  readonly address: ListenAddress;
  /** From now on, for new connections. */
  renew(certificate: Certificate): void;
  /** Takes nothing more. Streams that are open stay. */
  close(): void;
}

/** REST and streams on one port. @throws IrisError when it can't listen */
export async function serve(options: ServeOptions): Promise<Served> {
  const { hub, certificate, names } = options;
  const logins = new Logins(hub.clock, hub.access, hub.audit);
  const scheme = certificate ? 'https' : 'http';
  const rate = new RequestRate(hub.clock, REQUESTS_ALTOGETHER, RATE_WINDOW_MS);
  let server!: Server;
  const app = fastify({
    logger: false,
    trustProxy: false,
    exposeHeadRoutes: false,
    // A path stands in no answer: what somebody put there by mistake may be a secret.
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 64 },
    serverFactory: (handler) => {
      server = certificate
        ? createHttpsServer(
            {
              cert: certificate.cert,
              key: certificate.key,
              handshakeTimeout: HANDSHAKE_WITHIN_MS,
              minVersion: 'TLSv1.2',
            },
            handler,
          )
        : createHttpServer(handler);
      server.headersTimeout = HEADERS_WITHIN_MS;
      server.requestTimeout = REQUEST_WITHIN_MS;
      server.maxConnections = MAX_CONNECTIONS;
      return server;
    },
  });
  const visitOf = (request: IncomingMessage): Visit => ({
    from: plainAddress(request.socket.remoteAddress ?? ''),
    method: request.method ?? '',
    url: names.urlOf(request.headers.host ?? '', request.url ?? '/'),
  });
  const look = (request: IncomingMessage): void => {
    mustBeMeant(request, names);
    if (!rate.allows()) throw tooMany(rate.waitMs);
  };

  app.setErrorHandler((error, _request, reply) => answerFailure(error, reply, hub.log));
  app.setNotFoundHandler((_request, reply) => {
    return answerFailure(new HttpRefusal(404, 'not-found', 'there is nothing here'), reply, hub.log);
  });
  app.addHook('onRequest', async (request, reply) => {
    // By the clock that proofs are held against: a device whose own is wrong learns by how much.
    const date = new Date(hub.clock.wall()).toUTCString();
    reply.headers({ date, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    look(request.raw);
    await options.ready;
  });
  await app.register(rateLimit, {
    max: REQUESTS_PER_ADDRESS,
    timeWindow: RATE_WINDOW_MS,
    keyGenerator: (request: FastifyRequest) => keyOf(plainAddress(request.socket.remoteAddress ?? '')),
    errorResponseBuilder: (_request, { ttl }) => tooMany(ttl),
  });
  const methods = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    methods.set(url, [...(methods.get(url) ?? []), ...[method].flat()]);
  });
  const routes = addRoutes(app, { hub, logins, visitOf: ({ raw }) => visitOf(raw) });
  app.get(STREAM_PATH, (_request, reply) => {
    const refusal = new HttpRefusal(426, 'usage', 'this is a WebSocket');
    return answerFailure(refusal, reply.header('upgrade', 'websocket'), hub.log);
  });
  for (const [url, allowed] of [...methods]) {
    app.route({
      url,
      method: METHODS.filter((method) => !allowed.includes(method)),
      // Before anything of a body is read.
      onRequest: async ({ method }, reply) => {
        reply.header('allow', allowed.join(', '));
        throw new HttpRefusal(405, 'usage', `that is asked with ${allowed.join(' or ')}, not ${method}`);
      },
      handler: () => undefined,
    });
  }
  await app.ready();

  boundByAddress(server);
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });
  const upgrade = async (request: IncomingMessage, raw: Duplex, head: Buffer): Promise<void> => {
    look(request);
    if (request.url !== STREAM_PATH) throw new HttpRefusal(404, 'not-found', 'there is nothing here');
    const visit = visitOf(request);
    logins.admit(visit.from);
    await options.ready;
    sockets.handleUpgrade(request, raw, head, (socket) => {
      options.accept(socket, raw as NetSocket, {
        from: visit.from,
        authenticate: (auth) => logins.stream(auth, visit),
      });
    });
  };
  server.on('upgrade', (request, raw, head) => {
    raw.on('error', () => raw.destroy());
    upgrade(request, raw, head).catch((error: unknown) => refuse(raw, IrisError.from(error)));
  });

  const { host, port } = options.address;
  try {
    await listening(server, options.address);
  } catch (error) {
    await app.close();
    throw cannotListen(options.address, error);
  }
  server.on('error', (error) => hub.log.warn('network', { problem: reason(error) }));
  const bound = server.address();
  const address = { host, port: typeof bound === 'object' && bound ? bound.port : port };
  hub.log.info('listens', { address: formatAddress(address), scheme });
  return {
    address,
    renew: ({ cert, key }) => (server as HttpsServer).setSecureContext({ cert, key }),
    close: () => {
      routes.endWaits();
      // It ends when the streams that are open have: nobody here waits for that.
      server.close();
      server.closeIdleConnections();
      app.close().catch((error: unknown) => hub.log.warn('network', { problem: reason(error) }));
      hub.clock.after(REQUESTS_END_MS, () => server.closeAllConnections());
    },
  };
}

function tooMany(waitMs: number): HttpRefusal {
  return new HttpRefusal(429, 'failed', 'busy: too many requests', `wait ${Math.ceil(waitMs / 1000)} s`, waitMs);
}

/** @throws HttpRefusal for another hub's name, another's page, or a query: tokens in addresses end up in logs */
function mustBeMeant({ headers, url, socket }: IncomingMessage, names: OwnNames): void {
  const { host, origin } = headers;
  if (!names.allows(host, origin, socket.localAddress)) {
    const remedy = 'if that is a name of this hub, put it into hub.names of its config';
    throw new HttpRefusal(403, 'not-allowed', 'this hub does not answer to that Host or Origin', remedy);
  }
  if (url?.includes('?')) {
    const remedy = 'a token goes into the auth message, or into the Authorization header';
    throw new HttpRefusal(400, 'usage', 'nothing here takes a query', remedy);
  }
}

function refuse(raw: Duplex, error: IrisError): void {
  const status = statusOf(error);
  const body = JSON.stringify(bodyOf(error));
  const headers = {
    ...headersOf(error),
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  raw.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${lines.join('')}\r\n${body}`);
}

/** Not by Fastify: for localhost it would make servers of its own, without streams. */
function listening(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function boundByAddress(server: Server): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: NetSocket) => {
    const key = keyOf(plainAddress(socket.remoteAddress ?? ''));
    const count = (open.get(key) ?? 0) + 1;
    open.set(key, count);
    socket.once('close', () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
    if (count > MAX_OF_ADDRESS) socket.destroy();
  });
}

function cannotListen(address: ListenAddress, error: unknown): IrisError {
  const { code } = error as NodeJS.ErrnoException;
  const at = formatAddress(address);
  const [why, remedy]: [string, string] =
    code === 'EADDRINUSE'
      ? ['something else listens there', 'choose another port, or end what has it']
      : code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND'
        ? ['this machine has no such address', 'name one of its own, or 0.0.0.0 for all of them']
        : code === 'EACCES'
          ? ['permission denied', 'ports below 1024 are for root: choose another']
          : [reason(error), 'choose another address'];
  return new IrisError('failed', `can't listen on ${at}: ${why}`, { cause: error, remedy });
}
