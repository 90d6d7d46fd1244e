import { ProtocolError } from './close-codes.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import type { LogMessage, Message } from './messages.ts';

/**
 * Output without an envelope, when both hellos offered `brief`: what a screen writes is mostly some hundred bytes at a time, to which an envelope adds 160.
 * A kind (1 output, 2 error), then as LEB128 the stream, the newest entry, and how many entries it is; then the bytes. Session and epoch are what the last
 * other message about that stream said. Other binary messages begin with a length below 2^24, and so with 0.
 */
const KINDS = [undefined, 'output', 'error'] as const;
/** Room for the longest header. */
const MAX_HEADER_BYTES = 1 + 3 * 8;
/** Streams of one link; a hub has fewer. More are refused: they can only come from a broken peer. */
const MAX_STREAMS = 4_096;

interface StreamOf {
  readonly sessionId: string;
  readonly epoch: string;
}

/** What both ends of a link know of its streams. */
export class StreamTable {
  readonly #streams = new Map<number, StreamOf>();

  /** From what the hub says, in whole messages. */
  learn(message: Message): void {
    if (message.type === 'log') this.#set(message.payload.stream, message.sessionId, message.epoch);
    else if (message.type === 'control') {
      if (message.payload.op === 'ended') this.forget(message.payload.stream);
      else if (message.payload.op === 'attached') {
        const { sessionId, epoch } = message as StreamOf & Message;
        this.#set(message.payload.stream, sessionId, epoch);
      }
    }
  }

  forget(stream: number): void {
    this.#streams.delete(stream);
  }

  get(stream: number): StreamOf | undefined {
    return this.#streams.get(stream);
  }

  #set(stream: number, sessionId: string, epoch: string): void {
    const known = this.#streams.get(stream);
    if (known?.epoch === epoch && known.sessionId === sessionId) return;
    if (!known && this.#streams.size >= MAX_STREAMS) throw new ProtocolError('bad-message', 'too many streams');
    this.#streams.set(stream, { sessionId, epoch });
  }
}

/** Undefined: it needs an envelope. */
export function encodeBrief(message: Message, streams: StreamTable): Uint8Array | undefined {
  if (message.type !== 'log') return undefined;
  const { payload, seq, epoch, bytes } = message;
  const kind = payload.kind === 'output' ? 1 : payload.kind === 'error' ? 2 : 0;
  if (kind === 0 || bytes.length + MAX_HEADER_BYTES > MAX_MESSAGE_BYTES) return undefined;
  if (streams.get(payload.stream)?.epoch !== epoch) return undefined;
  const first = ('first' in payload ? payload.first : undefined) ?? seq;
  const frame = Buffer.allocUnsafe(MAX_HEADER_BYTES + bytes.length);
  frame[0] = kind;
  let at = put(frame, 1, payload.stream);
  at = put(frame, at, seq);
  at = put(frame, at, seq - first + 1);
  frame.set(bytes, at);
  return frame.subarray(0, at + bytes.length);
}

export function isBrief(frame: Uint8Array): boolean {
  return KINDS[frame[0] ?? 0] !== undefined;
}

/** Undefined: of a stream that was given up meanwhile. */
export function decodeBrief(frame: Uint8Array, streams: StreamTable): LogMessage | undefined {
  const kind = KINDS[frame[0]!]!;
  const reader = { frame, at: 1 };
  const stream = take(reader);
  const seq = take(reader);
  const entries = take(reader);
  if (stream < 1 || stream > 0xffff_ffff || entries < 1 || entries > seq) {
    throw new ProtocolError('bad-message', 'brief output: wrong numbers');
  }
  const of = streams.get(stream);
  if (!of) return undefined;
  const payload = entries === 1 ? { kind, stream } : { kind, stream, first: seq - entries + 1 };
  return { type: 'log', ...of, seq, ts: 0, payload, bytes: frame.subarray(reader.at) };
}

/** LEB128, as in WebAssembly and DWARF: seven bits a byte, the lowest first. */
function put(frame: Uint8Array, at: number, value: number): number {
  let left = value;
  let next = at;
  for (; left >= 0x80; left = Math.floor(left / 0x80)) frame[next++] = (left % 0x80) | 0x80;
  frame[next++] = left;
  return next;
}

function take(reader: { readonly frame: Uint8Array; at: number }): number {
  let value = 0;
  for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
    const byte = reader.frame[reader.at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      if (value > Number.MAX_SAFE_INTEGER) break;
      return value;
    }
  }
  throw new ProtocolError('bad-message', 'brief output: not a number');
}
