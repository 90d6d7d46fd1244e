import type { Socket } from 'node:net';
import type { Chaos } from './chaos-proxy.ts';
import { FrameEnds } from './frame-ends.ts';

/** Bytes that wait to be passed on; above it the sender is not read until half of it is gone. */
const MAX_WAITING_BYTES = 1 << 20;

export interface LaneOptions {
  readonly from: Socket;
  readonly to: Socket;
  /** Looked up for each chunk. */
  readonly rules: () => Chaos;
  readonly random: () => number;
  /** So many bytes were passed on. */
  readonly passed: (bytes: number) => void;
  /** Whole frames that passed, both ways together. */
  readonly frame: () => number;
  readonly reset: () => void;
  readonly end: () => void;
}

interface Piece {
  readonly bytes: Uint8Array;
  readonly at: number;
  /** Passed on in a turn of its own. */
  readonly alone: boolean;
}

/** One direction of one connection through a ChaosProxy. */
export class ChaosLane {
  readonly #o: LaneOptions;
  readonly #frames = new FrameEnds();
  #waiting: Piece[] = [];
  #waitingBytes = 0;
  /** The most that ever waited. */
  mostWaitingBytes = 0;
  #passed = 0;
  /** When the line is free again, by its bandwidth; and when the newest piece arrives. */
  #freeAt = 0;
  #lastAt = 0;
  #sourceEnded = false;
  #pumping: 'no' | 'timer' | 'turn' | 'drain' | 'over' = 'no';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.#o = options;
    const { from } = options;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => {
      this.#sourceEnded = true;
      this.#pump();
    });
  }

  /** The rules changed. */
  look(): void {
    if (this.#pumping === 'timer') {
      clearTimeout(this.#timer);
      this.#pumping = 'no';
    }
    this.#pump();
  }

  close(): void {
    this.#pumping = 'over';
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #take(chunk: Buffer): void {
    const { random } = this.#o;
    const { latencyMs, jitterMs, bytesPerSecond, slice } = this.#o.rules();
    for (let at = 0; at < chunk.length; ) {
      const [least, most] = slice ?? [chunk.length, chunk.length];
      const bytes = chunk.subarray(at, at + least + Math.floor(random() * (most - least + 1)));
      at += bytes.length;
      const now = performance.now();
      this.#freeAt = Math.max(now, this.#freeAt) + (bytes.length / bytesPerSecond) * 1_000;
      // Nothing overtakes.
      this.#lastAt = Math.max(this.#lastAt, this.#freeAt + latencyMs + random() * jitterMs);
      this.#waiting.push({ bytes, at: this.#lastAt, alone: slice !== undefined });
      this.#waitingBytes += bytes.length;
    }
    this.mostWaitingBytes = Math.max(this.mostWaitingBytes, this.#waitingBytes);
    if (this.#waitingBytes > MAX_WAITING_BYTES) this.#o.from.pause();
    this.#pump();
  }

  #pump(): void {
    while (this.#pumping === 'no') {
      const rules = this.#o.rules();
      const piece = this.#waiting[0];
      if (rules.silent) return;
      if (!piece) {
        if (!this.#sourceEnded) return;
        this.#pumping = 'over';
        this.#o.to.end();
        return;
      }
      const waitMs = piece.at - performance.now();
      if (waitMs > 0) {
        this.#later('timer', (go) => {
          this.#timer = setTimeout(go, waitMs);
        });
        return;
      }
      this.#waiting.shift();
      this.#waitingBytes -= piece.bytes.length;
      if (this.#waitingBytes < MAX_WAITING_BYTES / 2) this.#o.from.resume();
      this.#pass(piece, rules);
    }
  }

  #pass({ bytes, alone }: Piece, rules: Chaos): void {
    const { to, random } = this.#o;
    let end = bytes.length;
    let after: 'reset' | 'end' | undefined;
    const stopAt = (offset: number, what: 'reset' | 'end'): void => {
      if (offset > end) return;
      end = Math.max(0, offset);
      after = what;
    };
    stopAt(rules.limitBytes - this.#passed, 'end');
    stopAt(rules.resetAtByte - this.#passed, 'reset');
    for (const frameEnd of this.#frames.feed(bytes))
      if (this.#o.frame() >= rules.resetAtFrame) stopAt(frameEnd, 'reset');
    if (after === undefined && random() < rules.resetChance) after = 'reset';
    const slice = bytes.subarray(0, end);
    this.#passed += slice.length;
    this.#o.passed(slice.length);
    if (after !== undefined) {
      this.#pumping = 'over';
      // Once the kernel has it. What the peer has no room for yet (64 KiB and more) goes with the reset, as in a real one.
      to.write(slice, () => (after === 'reset' ? this.#o.reset() : this.#o.end()));
    } else if (!to.write(slice)) this.#later('drain', (go) => to.once('drain', go));
    else if (alone) this.#later('turn', (go) => setImmediate(go));
  }

  #later(why: 'timer' | 'turn' | 'drain', start: (go: () => void) => void): void {
    this.#pumping = why;
    start(() => {
      if (this.#pumping !== why) return;
      this.#pumping = 'no';
      this.#pump();
    });
  }
}
