import type { Clock, Timer } from '../core/index.ts';
import { Heartbeat, Whereabouts } from '../core/index.ts';
import { encodeBrief, StreamTable } from './brief.ts';
import { CLOSE, type CloseName, ProtocolError } from './close-codes.ts';
import { Decoder, encode, type Frame } from './codec.ts';
import { DEAD_AFTER_MS, PING_EVERY_MS } from './limits.ts';
import type { ClientMessage, HubMessage, Message } from './messages.ts';

/** What a link needs of a WebSocket; `ws` has it. */
export interface Socket {
  /** 0 connecting, 1 open, 2 closing, 3 closed. */
  readonly readyState: number;
  readonly bufferedAmount: number;
  send(data: Frame, options: { binary: boolean }, done?: (error?: Error | null) => void): void;
  close(code: number, reason: string): void;
  terminate(): void;
  on(event: 'message', listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: 'close', listener: (code: number, reason: Uint8Array) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ping' | 'pong', listener: () => void): unknown;
}

export type LinkSide = 'client' | 'hub';
/** What the other side of a `Side` link sends. */
export type Incoming<Side extends LinkSide> = Side extends 'client' ? HubMessage : ClientMessage;
export type Outgoing<Side extends LinkSide> = Side extends 'client' ? ClientMessage : HubMessage;

export interface LinkClosed {
  readonly code: number;
  readonly reason: string;
  readonly error?: Error;
}

export interface LinkOptions<Side extends LinkSide> {
  readonly side: Side;
  readonly socket: Socket;
  readonly clock: Clock;
  readonly pingEveryMs?: number;
  readonly message: (message: Incoming<Side>) => void;
  /** Called once; nothing comes after it. */
  readonly closed: (closed: LinkClosed) => void;
  readonly roundTrip?: (ms: number) => void;
  /** The peer owes an answer for some seconds, or was heard again. */
  readonly quiet?: (isQuiet: boolean) => void;
  /** Bytes read from the socket below, for the heartbeat. */
  readonly bytesHeard?: () => number;
  /**
   * For who dialled, over a network: the addresses of this machine. When those change, or the machine has slept, the peer is asked at once whether it
   * is still there.
   */
  readonly network?: () => string;
}

/** What may wait in our memory for a peer that does not read: above it the link is cut. Output is bounded far below by flow control. */
const MAX_BUFFERED_BYTES = 48 * 1024 * 1024;
/** A peer that does not answer a close is cut after this. */
const CLOSE_GRACE_MS = 2_000;
/** An unknown message is answered; a stream of them is a broken peer. */
const MAX_UNKNOWN = 100;

/** A WebSocket that speaks the protocol: codec, heartbeat, and a definite end. The same on both sides. */
export class Link<Side extends LinkSide> {
  readonly #o: LinkOptions<Side>;
  readonly #decoder: Decoder<'client' | 'hub'>;
  readonly #heartbeat: Heartbeat;
  readonly #whereabouts: Whereabouts;
  #binary = false;
  /** Of a hub that may be brief. */
  #streams: StreamTable | undefined;
  #state: 'open' | 'closing' | 'closed' | 'released' = 'open';
  #unknown = 0;
  #pingId = 0;
  #pingAt = 0;
  #error: Error | undefined;
  #grace: Timer | undefined;

  constructor(options: LinkOptions<Side>) {
    this.#o = options;
    this.#decoder = new Decoder(options.side === 'client' ? 'hub' : 'client');
    const { socket, clock } = options;
    this.#heartbeat = new Heartbeat({
      clock,
      everyMs: options.pingEveryMs ?? PING_EVERY_MS,
      deadAfterMs: DEAD_AFTER_MS,
      ping: () => this.ping(),
      dead: () => {
        this.close('silent', 'nothing heard for 30 s');
        socket.terminate();
      },
      ...(options.quiet ? { quiet: options.quiet } : {}),
      ...(options.bytesHeard ? { bytesHeard: options.bytesHeard } : {}),
    });
    this.#whereabouts = new Whereabouts(clock, options.network, () => this.#heartbeat.probe());
    if (options.network) this.#whereabouts.watch();
    socket.on('message', (data, isBinary) => this.#received(data, isBinary));
    socket.on('ping', () => this.#heartbeat.heard());
    socket.on('pong', () => this.#heartbeat.heard());
    socket.on('error', (error) => {
      this.#error ??= error;
    });
    socket.on('close', (code, reason) => this.#ended(code, Buffer.from(reason).toString('utf8')));
  }

  get open(): boolean {
    return this.#state === 'open';
  }

  get bufferedBytes(): number {
    return this.#o.socket.bufferedAmount;
  }

  /** What the other side's hello offers; we offer OUR_ENCODINGS. */
  agree(encodings: readonly string[]): void {
    this.#binary = encodings.includes('binary');
    if (!this.#binary || !encodings.includes('brief')) return;
    if (this.#o.side === 'hub') this.#streams = new StreamTable();
    else this.#decoder.allowBrief();
  }

  /** Both are brief: output goes without envelopes, changes of sessions without what stays the same. */
  get brief(): boolean {
    return this.#streams !== undefined;
  }

  /** The peer is known: longer messages may come in parts. */
  allowParts(): void {
    this.#decoder.allowParts();
  }

  send(message: Outgoing<Side>): void {
    if (this.#state !== 'open') return;
    if (this.#streams) {
      const frame = encodeBrief(message as Message, this.#streams);
      if (frame) {
        this.sendFrames([frame]);
        return;
      }
      this.#streams.learn(message as Message);
    } else if (message.type === 'control' && message.payload.op === 'detach')
      this.#decoder.forget(message.payload.stream);
    this.sendFrames(encode(message as Message, this.#binary));
  }

  /** Frames that were encoded before, for a message that goes to many links alike. */
  sendFrames(frames: readonly Frame[]): void {
    if (this.#state !== 'open') return;
    for (const frame of frames) this.#o.socket.send(frame, { binary: typeof frame !== 'string' }, ignore);
    if (this.#o.socket.bufferedAmount > MAX_BUFFERED_BYTES) {
      this.close('too-slow', 'too much waits to be read');
      this.#o.socket.terminate();
    }
  }

  get binary(): boolean {
    return this.#binary;
  }

  /** Nothing while the socket is not open yet. */
  ping(): void {
    if (this.#o.socket.readyState !== 1) return;
    this.#pingId += 1;
    this.#pingAt = this.#o.clock.now();
    this.send({ type: 'ping', ts: this.#o.clock.wall(), payload: { id: this.#pingId } } as Outgoing<Side>);
  }

  /** Says goodbye with a named code. What was sent before is still delivered. */
  close(why: CloseName, reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'closing';
    this.#quiet();
    this.#o.socket.close(CLOSE[why], clip(reason));
    this.#grace = this.#o.clock.after(CLOSE_GRACE_MS, () => this.#o.socket.terminate());
  }

  /** Lets go of the socket, which goes on as a link of the other side: nothing is called any more. */
  release(): void {
    if (this.#state !== 'open') return;
    this.#state = 'released';
    this.#quiet();
  }

  /** Cuts the connection without a word. */
  terminate(): void {
    this.#o.socket.terminate();
  }

  #quiet(): void {
    this.#heartbeat.stop();
    this.#whereabouts.rest();
  }

  #received(data: unknown, isBinary: boolean): void {
    if (this.#state !== 'open') return;
    this.#heartbeat.heard();
    try {
      const bytes = toBytes(data);
      const decoded = this.#decoder.decode(
        isBinary ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8'),
      );
      if (decoded.kind === 'message') this.#handle(decoded.message);
      else if (decoded.kind === 'unknown') this.#answerUnknown(decoded.name);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#error ??= error;
      this.close(error.close, error.message);
    }
  }

  #handle(message: ClientMessage | HubMessage): void {
    if (message.type === 'ping') {
      this.send({ type: 'pong', ts: this.#o.clock.wall(), payload: message.payload } as Outgoing<Side>);
    } else if (message.type === 'pong') {
      if (message.payload.id === this.#pingId) this.#o.roundTrip?.(this.#o.clock.now() - this.#pingAt);
    } else {
      if (message.type === 'control' && message.payload.op === 'detach') this.#streams?.forget(message.payload.stream);
      this.#o.message(message as Incoming<Side>);
    }
  }

  #answerUnknown(name: string): void {
    this.#unknown += 1;
    if (this.#unknown > MAX_UNKNOWN) throw new ProtocolError('bad-message', 'too many unknown messages');
    // An unknown message may be about anything; answering `error` to `error` would never end.
    if (name === 'error') return;
    this.send({
      type: 'error',
      ts: this.#o.clock.wall(),
      payload: { code: 'usage', message: `unknown message ${JSON.stringify(name)}` },
    } as Outgoing<Side>);
  }

  #ended(code: number, reason: string): void {
    if (this.#state === 'closed' || this.#state === 'released') return;
    this.#state = 'closed';
    this.#quiet();
    this.#grace?.cancel();
    this.#o.closed({ code, reason, ...(this.#error ? { error: this.#error } : {}) });
  }
}

function ignore(): void {}

/** A close reason has at most 123 bytes (RFC 6455, 5.5). */
function clip(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  return bytes.length <= 123 ? reason : new TextDecoder().decode(bytes.subarray(0, 120)).replace(/\ufffd+$/, '');
}

function toBytes(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  if (Array.isArray(data)) return Buffer.concat(data as Uint8Array[]);
  throw new ProtocolError('bad-message', 'neither text nor bytes');
}
