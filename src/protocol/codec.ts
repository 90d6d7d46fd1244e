import { IrisError } from '../core/index.ts';
import { decodeBrief, isBrief, StreamTable } from './brief.ts';
import { ProtocolError } from './close-codes.ts';
import { fastHeader } from './fast-header.ts';
import { MAX_ENVELOPE_BYTES, MAX_MESSAGE_BYTES, MAX_WHOLE_BYTES, PART_BYTES } from './limits.ts';
import { type ClientMessage, clientMessages, type HubMessage, hubMessages, keyOf, type Message } from './messages.ts';

/** One WebSocket message: text, or bytes. */
export type Frame = string | Uint8Array;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Frames of a message. Text, or, when it carries bytes and `binary` was agreed, envelope length (4 bytes, big-endian), envelope, bytes.
 * Without `binary` the bytes are base64 in `data` of the payload. What is longer than a message may be becomes parts.
 * @throws IrisError `failed` for what is longer than the peer would take
 */
export function encode(message: Message, binary: boolean): Frame[] {
  const whole = encodeWhole(message, binary);
  if (whole.length <= MAX_MESSAGE_BYTES / (typeof whole === 'string' ? 3 : 1)) return [whole];
  const form = typeof whole === 'string' ? 'text' : 'binary';
  const bytes = typeof whole === 'string' ? Buffer.from(whole, 'utf8') : whole;
  if (typeof whole === 'string' && bytes.length <= MAX_MESSAGE_BYTES) return [whole];
  if (bytes.length > MAX_WHOLE_BYTES.hub) {
    throw new IrisError('failed', `more than ${MAX_WHOLE_BYTES.hub >> 20} MiB at once`, { remedy: 'ask for less' });
  }
  const step = binary ? PART_BYTES : Math.floor(PART_BYTES / 4) * 3;
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    const last = at + step >= bytes.length;
    const slice = bytes.subarray(at, at + step);
    frames.push(
      encodeWhole({ type: 'control', ts: message.ts, payload: { op: 'part', form, last }, bytes: slice }, binary),
    );
  }
  return frames;
}

function encodeWhole(message: Message, binary: boolean): Frame {
  if (!('bytes' in message)) return JSON.stringify(message);
  const { bytes, ...envelope } = message;
  if (!binary) {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return JSON.stringify({ ...envelope, payload: { ...envelope.payload, data } });
  }
  const head = JSON.stringify(envelope);
  const headBytes = Buffer.byteLength(head);
  const frame = Buffer.allocUnsafe(4 + headBytes + bytes.byteLength);
  frame.writeUInt32BE(headBytes, 0);
  frame.write(head, 4, headBytes, 'utf8');
  frame.set(bytes, 4 + headBytes);
  return frame;
}

export type Decoded<M> =
  | { readonly kind: 'message'; readonly message: M }
  /** A part of a longer message that is not whole yet, or output that nobody waits for any more. */
  | { readonly kind: 'partial' }
  /** Nothing this side knows: answer with error, go on. */
  | { readonly kind: 'unknown'; readonly name: string };

interface Assembly {
  readonly form: 'text' | 'binary';
  readonly slices: Uint8Array[];
  length: number;
}

/**
 * Reads what one peer sends; keeps the parts of at most one message, bounded by MAX_WHOLE_BYTES. `from` says which side the peer is.
 * Throws ProtocolError for what can only come from a broken or hostile peer. Bytes in messages are views of the frame.
 */
export class Decoder<From extends 'client' | 'hub'> {
  /** Parts are refused until the peer is known: see `allowParts`. */
  #parts = false;
  #assembly: Assembly | undefined;
  /** Kept where `brief` was agreed. */
  #streams: StreamTable | undefined;
  readonly #from: From;

  constructor(from: From) {
    this.#from = from;
  }

  allowParts(): void {
    this.#parts = true;
  }

  /** Both hellos offered `brief`. */
  allowBrief(): void {
    this.#streams ??= new StreamTable();
  }

  /** We gave this stream up: what still comes of it is for nobody. */
  forget(stream: number): void {
    this.#streams?.forget(stream);
  }

  decode(frame: Frame): Decoded<From extends 'client' ? ClientMessage : HubMessage> {
    if (this.#streams && typeof frame !== 'string' && isBrief(frame)) {
      const message = decodeBrief(frame, this.#streams);
      return (message ? { kind: 'message', message } : { kind: 'partial' }) as Decoded<never>;
    }
    const decoded = this.#decode(frame) as Decoded<Message>;
    if (decoded.kind === 'message' && decoded.message.type === 'control' && decoded.message.payload.op === 'part') {
      return this.#take(
        decoded.message as Message & { bytes: Uint8Array; payload: { form: 'text' | 'binary'; last: boolean } },
      );
    }
    return this.#learned(decoded) as Decoded<From extends 'client' ? ClientMessage : HubMessage>;
  }

  #learned(decoded: Decoded<Message>): Decoded<Message> {
    if (this.#streams && decoded.kind === 'message') this.#streams.learn(decoded.message);
    return decoded;
  }

  #decode(frame: Frame): Decoded<Message> {
    let bytes: Uint8Array | undefined;
    let text: string;
    if (typeof frame === 'string') text = frame;
    else {
      if (frame.length < 6) throw new ProtocolError('bad-message', 'binary message too short');
      const headBytes = ((frame[0]! << 24) | (frame[1]! << 16) | (frame[2]! << 8) | frame[3]!) >>> 0;
      if (headBytes > MAX_ENVELOPE_BYTES || headBytes > frame.length - 4) {
        throw new ProtocolError('bad-message', 'binary message with a wrong envelope length');
      }
      try {
        text = utf8.decode(frame.subarray(4, 4 + headBytes));
      } catch {
        throw new ProtocolError('bad-message', 'envelope is not UTF-8');
      }
      bytes = frame.subarray(4 + headBytes);
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ProtocolError('bad-message', 'envelope is not JSON');
    }
    if (bytes) {
      const fast = fastHeader(value, bytes, this.#from);
      if (fast) return { kind: 'message', message: fast };
    }
    return this.#check(value, bytes);
  }

  #check(value: unknown, raw: Uint8Array | undefined): Decoded<Message> {
    const key = keyOf(value);
    if (key === undefined) throw new ProtocolError('bad-message', 'no message type');
    const table = this.#from === 'client' ? clientMessages : hubMessages;
    if (!Object.hasOwn(table, key)) return { kind: 'unknown', name: key };
    const schema = table[key as keyof typeof table];
    const carries = 'bytes' in schema.shape;
    if (raw && !carries) throw new ProtocolError('bad-message', `${key} carries no bytes`);
    const subject = carries ? { ...(value as object), bytes: raw ?? inlineBytes(value, key) } : value;
    const parsed = schema.safeParse(subject);
    if (parsed.success) return { kind: 'message', message: parsed.data as Message };
    const path = parsed.error.issues[0]?.path.join('.') ?? '';
    throw new ProtocolError('bad-message', `${key}: wrong field ${path}`.slice(0, 120));
  }

  #take(part: { bytes: Uint8Array; payload: { form: 'text' | 'binary'; last: boolean } }): Decoded<never> {
    if (!this.#parts) throw new ProtocolError('bad-order', 'parts before auth');
    this.#assembly ??= { form: part.payload.form, slices: [], length: 0 };
    const open = this.#assembly;
    if (open.form !== part.payload.form) throw new ProtocolError('bad-message', 'parts of two messages are mixed');
    open.length += part.bytes.length;
    // A part of nothing would let a peer grow the list without growing the length.
    if (part.bytes.length === 0) throw new ProtocolError('bad-message', 'an empty part');
    if (open.length > MAX_WHOLE_BYTES[this.#from])
      throw new ProtocolError('too-big', 'parts put together are too long');
    // A view of a small piece would keep the whole read buffer alive; a copy of a large one is garbage of its size.
    const { bytes } = part;
    open.slices.push(bytes.buffer.byteLength > bytes.length * 2 ? bytes.slice() : bytes);
    if (!part.payload.last) return { kind: 'partial' };
    this.#assembly = undefined;
    const whole = Buffer.concat(open.slices, open.length);
    let frame: Frame = whole;
    if (open.form === 'text') {
      try {
        frame = utf8.decode(whole);
      } catch {
        throw new ProtocolError('bad-message', 'parts put together are not UTF-8');
      }
    }
    const decoded = this.#decode(frame);
    if (decoded.kind === 'message' && decoded.message.type === 'control' && decoded.message.payload.op === 'part') {
      throw new ProtocolError('bad-message', 'a part of parts');
    }
    return this.#learned(decoded) as Decoded<never>;
  }
}

function inlineBytes(value: unknown, key: string): Uint8Array {
  const data: unknown = (value as { payload?: { data?: unknown } | null }).payload?.data;
  if (data === undefined) return new Uint8Array(0);
  if (typeof data !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(data)) {
    throw new ProtocolError('bad-message', `${key}: wrong field payload.data`);
  }
  return Buffer.from(data, 'base64');
}
