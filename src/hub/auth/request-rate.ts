import type { Clock } from '../../core/index.ts';

/** Counts in windows of fixed length: what more comes within one is refused. */
export class RequestRate {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #windowMs: number;
  #since: number;
  #count = 0;

  constructor(clock: Clock, limit: number, windowMs: number) {
    this.#clock = clock;
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#since = clock.now();
  }

  /** Milliseconds until it counts anew. */
  get waitMs(): number {
    return Math.max(0, this.#since + this.#windowMs - this.#clock.now());
  }

  allows(): boolean {
    const now = this.#clock.now();
    if (now - this.#since >= this.#windowMs) {
      this.#since = now;
      this.#count = 0;
    }
    this.#count += 1;
    return this.#count <= this.#limit;
  }
}
