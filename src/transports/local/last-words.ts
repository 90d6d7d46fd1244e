import type { ProcessEnd } from '../../core/index.ts';

/** After the process ended and no byte came for this long, everything it wrote has been read: only others hold its output open now. */
const QUIET_MS = 100;
/** Others may write now and then and never be quiet. After this long, one turn of the event loop without a byte will do: bytes come in order. */
const PATIENCE_MS = 1000;
/** More than a terminal or a socket can hold (64 KiB + 4 KiB; 208 KiB): what comes after that much was written by others. */
const HELD_LIMIT_BYTES = 512 * 1024;

/**
 * Decides when a process is over: it was reaped and its output has been delivered. The end of the stream says so at once; where a process
 * in the background keeps the terminal open there is no end of stream, and quiet has to do. While reading is held back nothing is decided.
 */
export class LastWords {
  #end: ProcessEnd | undefined;
  #streamEnded = false;
  #paused = false;
  #done = false;
  #bytesAfterEnd = 0;
  #lastByteAt = 0;
  /** Since when the end is known and reading goes on. */
  #waitingSince = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #over: (end: ProcessEnd) => void;

  /** `over` is called once. */
  constructor(over: (end: ProcessEnd) => void) {
    this.#over = over;
  }

  processEnded(end: ProcessEnd): void {
    this.#end = end;
    this.#lastByteAt = this.#waitingSince = performance.now();
    if (this.#streamEnded) this.#finish();
    else this.#wait(QUIET_MS);
  }

  streamEnded(): void {
    this.#streamEnded = true;
    if (this.#end) this.#finish();
  }

  /** After these bytes were delivered. */
  delivered(bytes: number): void {
    if (!this.#end) return;
    this.#lastByteAt = performance.now();
    this.#bytesAfterEnd += bytes;
    if (this.#bytesAfterEnd >= HELD_LIMIT_BYTES) this.#finish();
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#lastByteAt = this.#waitingSince = performance.now();
    if (this.#end && !this.#timer) this.#wait(QUIET_MS);
  }

  #wait(delayMs: number): void {
    if (this.#done) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      const now = performance.now();
      const quietMs = now - this.#lastByteAt;
      if (quietMs >= QUIET_MS || now - this.#waitingSince >= PATIENCE_MS) this.#lookForATurn();
      else this.#wait(QUIET_MS - quietMs);
    }, delayMs);
  }

  /** The timer may come late, before bytes that wait in the same turn of the loop: so one whole turn has to bring nothing. */
  #lookForATurn(): void {
    const before = this.#bytesAfterEnd;
    setImmediate(() => {
      if (this.#paused || this.#done) return;
      if (this.#bytesAfterEnd === before) this.#finish();
      else this.#wait(0);
    });
  }

  #finish(): void {
    if (this.#done || !this.#end) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#over(this.#end);
  }
}
