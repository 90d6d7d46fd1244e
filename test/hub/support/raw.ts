import { connect as connectSocket } from 'node:net';
import WebSocket from 'ws';
import {
  type AuthPayload,
  Decoder,
  encode,
  type Frame,
  type HubMessage,
  type Message,
  PROTOCOL,
} from '../../../src/protocol/index.ts';
import { waitUntil } from '../../support/index.ts';

type Welcome = Extract<HubMessage, { payload: { kind: 'welcome' } }>['payload'];

/** Some tests open thousands of them. */
const OFTEN = { everyMs: 1 };

/** A peer that says what the test tells it to, well-behaved or not. */
export class RawPeer {
  readonly messages: HubMessage[] = [];
  readonly ws: WebSocket;
  closed: { code: number; reason: string } | undefined;
  bytes = 0;
  readonly #decoder = new Decoder('hub');

  constructor(to: string | WebSocket) {
    this.ws =
      typeof to === 'string'
        ? new WebSocket('ws://localhost/', {
            perMessageDeflate: false,
            createConnection: () => connectSocket(to),
          })
        : to;
    this.#decoder.allowParts();
    this.ws.on('message', (data: Buffer, isBinary: boolean) => {
      this.bytes += data.length;
      const decoded = this.#decoder.decode(isBinary ? data : data.toString());
      if (decoded.kind === 'message') this.messages.push(decoded.message);
    });
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
    });
    this.ws.on('error', () => {});
  }

  static async open(socketPath: string): Promise<RawPeer> {
    const peer = new RawPeer(socketPath);
    await waitUntil(() => peer.ws.readyState === WebSocket.OPEN, 'the WebSocket is open', OFTEN);
    return peer;
  }

  /** Over a connection that somebody else opened, or is opening. */
  static async of(ws: WebSocket): Promise<RawPeer> {
    const peer = new RawPeer(ws);
    await waitUntil(() => ws.readyState !== WebSocket.CONNECTING, 'the WebSocket is open');
    return peer;
  }

  /** hello, and who it is. */
  login(payload: AuthPayload, clientId = 'raw'): void {
    this.hello(PROTOCOL, clientId);
    this.say({ type: 'auth', ts: 1, payload });
  }

  async welcome(): Promise<Welcome> {
    await waitUntil(() => this.find('status'), 'the hub welcomes', { detail: () => JSON.stringify(this.closed) });
    return this.find('status')!.payload as Welcome;
  }

  /** Through hello and auth. */
  static async join(socketPath: string, clientId = 'raw'): Promise<RawPeer> {
    const peer = await RawPeer.open(socketPath);
    peer.hello(PROTOCOL, clientId);
    peer.say({ type: 'auth', ts: 1, payload: { method: 'local' } });
    await waitUntil(() => peer.find('status'), 'the hub welcomes', OFTEN);
    return peer;
  }

  hello(protocol: number, clientId = 'raw', purpose: 'use' | 'manage' = 'use'): void {
    const encodings = ['binary'];
    this.say({
      type: 'hello',
      clientId,
      ts: 1,
      payload: { protocol, software: 'raw/1', role: 'viewer', encodings, purpose },
    });
  }

  say(message: Message): void {
    for (const frame of encode(message, true)) this.send(frame);
  }

  send(frame: Frame): void {
    this.ws.send(frame, { binary: typeof frame !== 'string' });
  }

  find<T extends HubMessage['type']>(type: T): Extract<HubMessage, { type: T }> | undefined {
    return this.messages.find((m): m is Extract<HubMessage, { type: T }> => m.type === type);
  }

  all<T extends HubMessage['type']>(type: T): Extract<HubMessage, { type: T }>[] {
    return this.messages.filter((m): m is Extract<HubMessage, { type: T }> => m.type === type);
  }

  async closes(): Promise<{ code: number; reason: string }> {
    return waitUntil(() => this.closed, 'the hub closes the link', OFTEN);
  }

  leave(): void {
    this.ws.terminate();
  }
}
