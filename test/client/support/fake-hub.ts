import { spawnSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlain, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  type ClientMessage,
  Decoder,
  encode,
  type HubMessage,
  type Message,
  PROTOCOL,
} from '../../../src/protocol/index.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** A certificate of its own for names of this machine, as a hub makes one. */
export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'ice-'));
  try {
    const at = (name: string): string => join(folder, name);
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=test'];
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    const out = ['-keyout', at('key'), '-out', at('cert')];
    const made = spawnSync('openssl', ['req', '-x509', ...curve, ...names, ...out], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`openssl: ${made.error?.message ?? made.stderr}`);
    const cert = readFileSync(at('cert'), 'utf8');
    const digest = createHash('sha256').update(new X509Certificate(cert).raw).digest('hex');
    return { cert, key: readFileSync(at('key'), 'utf8'), fingerprint: `sha256:${digest}` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export interface RestReply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FakeHubOptions {
  readonly certificate?: Certificate;
  /** Without TLS. */
  readonly clear?: boolean;
  readonly port?: number;
  /** What REST answers. Default: 404 in the form of a hub. */
  readonly rest?: (asked: Asked) => RestReply;
  /** What a stream gets for its auth; `refuse` closes it as a hub does. Default: a welcome without sessions. */
  readonly welcome?: (auth: ClientMessage) => Message[] | { refuse: string } | { busyMs: number };
  /** What a request to speak WebSocket gets in place of a WebSocket. */
  readonly upgrade?: () => RestReply | undefined;
  readonly protocol?: number;
}

/** Something that listens as a hub does, and says what a test wants. What it was asked is kept. */
export class FakeHub implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly auths: ClientMessage[] = [];
  readonly sockets = new Set<Socket>();
  readonly streams = new Set<WebSocket>();
  /** Bytes that were read from clients after TLS. */
  bytesRead = 0;
  connections = 0;
  port = 0;
  #server: ReturnType<typeof createServer> | ReturnType<typeof createPlain> | undefined;
  readonly #o: FakeHubOptions;

  private constructor(options: FakeHubOptions) {
    this.#o = options;
  }

  static async listen(options: FakeHubOptions = {}): Promise<FakeHub> {
    const hub = new FakeHub(options);
    const certificate = options.certificate ?? makeCertificate();
    const server = options.clear ? createPlain() : createServer({ cert: certificate.cert, key: certificate.key });
    hub.#server = server;
    const streams = new WebSocketServer({ noServer: true, perMessageDeflate: false });
    server.on('connection', (socket: Socket) => {
      hub.connections += 1;
      hub.sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => hub.sockets.delete(socket));
    });
    server.on('secureConnection', (socket: Socket) => socket.on('data', (chunk) => (hub.bytesRead += chunk.length)));
    server.on('request', async (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const { method = '', url: path = '', headers } = request;
      const asked = { method, path, headers, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
      hub.asked.push(asked);
      const missing: RestReply = { status: 404, body: { error: { code: 'not-found', message: 'nothing there' } } };
      const answer = options.rest?.(asked) ?? missing;
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
    });
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const refused = options.upgrade?.();
      if (refused) {
        const { status, headers = {}, body } = refused;
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('')}connection: close\r\n\r\n${JSON.stringify(body)}`);
        return;
      }
      streams.handleUpgrade(request, socket, head, (ws) => hub.#stream(ws));
    });
    server.listen(options.port ?? 0, '127.0.0.1');
    await once(server, 'listening');
    hub.port = (server.address() as AddressInfo).port;
    return hub;
  }

  get origin(): string {
    return `${this.#o.clear ? 'http' : 'https'}://127.0.0.1:${this.port}`;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  #stream(ws: WebSocket): void {
    this.streams.add(ws);
    ws.on('close', () => this.streams.delete(ws));
    const decoder = new Decoder('client');
    const say = (message: Message): void => {
      for (const frame of encode(message, false)) ws.send(frame);
    };
    ws.on('message', (data: Buffer, isBinary) => {
      const decoded = decoder.decode(isBinary ? data : data.toString());
      if (decoded.kind !== 'message') return;
      const { message } = decoded;
      if (message.type === 'hello') {
        const protocol = this.#o.protocol ?? PROTOCOL;
        say({ type: 'hello', ts: 1, payload: { protocol, software: 'iris-tui/9.9.9', role: 'hub', encodings: [] } });
      } else if (message.type === 'auth') {
        this.auths.push(message);
        const answer = this.#o.welcome?.(message) ?? [WELCOME];
        if ('refuse' in answer) {
          say({ type: 'error', ts: 1, payload: { code: 'not-allowed', message: answer.refuse } });
          ws.close(4003, answer.refuse);
        } else if ('busyMs' in answer) {
          const payload = { code: 'hub-unreachable', message: 'busy: too many', retriable: true };
          say({ type: 'error', ts: 1, payload: { ...payload, retryAfterMs: answer.busyMs } });
          ws.close(4010, 'busy: too many');
        } else for (const one of answer) say(one);
      } else if (message.type === 'ping') {
        say({ type: 'pong', ts: 1, payload: message.payload });
      }
    });
  }
}

export const WELCOME: HubMessage = {
  type: 'status',
  ts: 1,
  payload: { kind: 'welcome', viewer: 'v1', sessions: [] },
};
