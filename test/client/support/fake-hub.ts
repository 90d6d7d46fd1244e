import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createPlain, type IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
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
export async function makeCertificate(names: readonly string[] = ['localhost', '127.0.0.1']): Promise<Certificate> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=test',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const fingerprint = `sha256:${createHash('sha256').update(Buffer.from(made.rawData)).digest('hex')}`;
  return {
    cert: made.toString('pem'),
    key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`,
    fingerprint,
  };
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
  readonly welcome?: (auth: ClientMessage) => Message[] | { refuse: string };
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
    const certificate = options.certificate ?? (await makeCertificate());
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
