import { type InputOrigin, IrisError, type WriteSettled } from '../core/index.ts';
import type { ClientMessage } from '../protocol/index.ts';

type InputMessage = Extract<ClientMessage, { payload: { op: 'input' } }>;

/** Typed bytes that wait for the hub's word, a session. Above it, typing is refused and the user is told. Room for several large pastes. */
export const MAX_HELD_BYTES = 8 * 1024 * 1024;

interface Held {
  readonly inputSeq: number;
  readonly stream: number;
  /** What the user saw when typing; undefined before the first word of the hub about this session. */
  epoch: string | undefined;
  readonly bytes: Uint8Array;
  sent: boolean;
  /** Whoever wrote it asks what becomes of it. */
  readonly settled: WriteSettled | undefined;
  readonly origin: InputOrigin | undefined;
}

export interface InputQueueOptions {
  readonly sessionId: string;
  readonly send: (message: Omit<InputMessage, 'ts'>) => void;
  readonly held: (bytes: number) => void;
  readonly refused: (bytes: Uint8Array, reason: string) => void;
}

/**
 * Keystrokes of one session: numbered, sent in order, kept until the hub has acknowledged them, and sent again on a new link. The hub
 * drops the numbers it has seen, so each is written once, and refuses what was typed to a process that has been started again.
 */
export class InputQueue {
  readonly #o: InputQueueOptions;
  #queue: Held[] = [];
  #bytes = 0;
  #heldBytes = 0;
  #next = 1;
  /** Epoch the hub named for this link; undefined while there is none. */
  #epoch: string | undefined;
  #heldShown = 0;

  constructor(options: InputQueueOptions) {
    this.#o = options;
  }

  /** Bytes typed and not yet sent on a living link. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  get empty(): boolean {
    return this.#queue.length === 0;
  }

  write(
    stream: number,
    epoch: string | undefined,
    bytes: Uint8Array,
    settled?: WriteSettled,
    origin?: InputOrigin,
  ): void {
    if (bytes.length === 0) return settled?.();
    if (this.#bytes + bytes.length > MAX_HELD_BYTES) {
      this.refuse(bytes, settled, 'too much waits for the hub');
      return;
    }
    this.#bytes += bytes.length;
    this.#heldBytes += bytes.length;
    const epochTyped = epoch ?? this.#epoch;
    this.#queue.push({
      inputSeq: this.#next,
      stream,
      epoch: epochTyped,
      bytes: bytes.slice(),
      sent: false,
      settled,
      origin,
    });
    this.#next += 1;
    this.#flush();
  }

  /** These never reach the process. */
  refuse(bytes: Uint8Array, settled: WriteSettled | undefined, reason: string): void {
    if (settled) settled(new IrisError('failed', reason));
    else this.#o.refused(bytes, reason);
  }

  /** The hub attached a stream of this session; `epoch` is that of its process. */
  attached(epoch: string): void {
    this.#epoch = epoch;
    this.#flush();
  }

  /** The session was started again on a living link: what is typed from now on is for the new process. */
  restarted(epoch: string): void {
    this.#epoch = epoch;
  }

  /** The link is gone: whatever was not acknowledged goes out again on the next one. */
  offline(): void {
    this.#epoch = undefined;
    for (const held of this.#queue) held.sent = false;
    this.#heldBytes = this.#bytes;
    this.#show();
  }

  /** Everything up to this number was written. */
  acknowledged(inputSeq: number): void {
    for (const { settled } of this.#remove((held) => held.inputSeq <= inputSeq)) settled?.();
  }

  /** These never reach the process; what was typed before them may still be held by the hub. */
  wasRefused(from: number, to: number, reason: string): void {
    const refused = this.#remove(({ inputSeq }) => from <= inputSeq && inputSeq <= to);
    for (const { settled } of refused) settled?.(new IrisError('failed', reason));
    const unasked = refused.filter(({ settled }) => !settled);
    if (unasked.length > 0) this.#o.refused(joined(unasked.map(({ bytes }) => bytes)), reason);
  }

  /** There will be no link any more: none of it arrives. */
  fail(reason: IrisError): void {
    const last = this.#queue.at(-1);
    if (last) this.wasRefused(0, last.inputSeq, reason.message);
    this.#show();
  }

  /** A stream was given up: what it had not sent is dropped. */
  drop(stream: number): void {
    const dropped = this.#remove((held) => held.stream === stream && (!held.sent || held.settled !== undefined));
    for (const { settled } of dropped) settled?.(new IrisError('cancelled', 'the connection was given up'));
    this.#show();
  }

  #remove(goes: (held: Held) => boolean): Held[] {
    const gone = this.#queue.filter(goes);
    if (gone.length === 0) return gone;
    this.#queue = this.#queue.filter((held) => !goes(held));
    for (const { bytes, sent } of gone) {
      this.#bytes -= bytes.length;
      if (!sent) this.#heldBytes -= bytes.length;
    }
    return gone;
  }

  #flush(): void {
    const epoch = this.#epoch;
    if (epoch !== undefined) {
      // Those that wait are at the end: nothing overtakes.
      let first = this.#queue.length;
      while (first > 0 && !this.#queue[first - 1]!.sent) first -= 1;
      for (const held of this.#queue.slice(first)) {
        held.sent = true;
        this.#heldBytes -= held.bytes.length;
        held.epoch ??= epoch;
        // With the epoch it was typed for: the hub knows whether it wrote it before the process was started again.
        const { inputSeq, stream, bytes, origin } = held;
        const payload = { op: 'input', stream, inputSeq, ...(origin ? { from: origin } : {}) } as const;
        this.#o.send({ type: 'control', sessionId: this.#o.sessionId, epoch: held.epoch, payload, bytes });
      }
    }
    this.#show();
  }

  #show(): void {
    const bytes = this.heldBytes;
    if (bytes === this.#heldShown) return;
    this.#heldShown = bytes;
    this.#o.held(bytes);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
