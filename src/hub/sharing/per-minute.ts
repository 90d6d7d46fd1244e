import type { Clock } from '../../core/index.ts';

const MINUTE_MS = 60_000;
/** Those who are counted; of more, the oldest are counted anew. */
const MAX_COUNTED = 1_024;

/** So often in any minute, and not more. */
export class PerMinute {
  readonly #clock: Clock;
  readonly #limit: number;
  readonly #times = new Map<string, readonly number[]>();

  constructor(clock: Clock, limit: number) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Counts it; false: it is once too often. */
  passes(who: string): boolean {
    const now = this.#clock.now();
    const lately = (this.#times.get(who) ?? []).filter((at) => now - at < MINUTE_MS);
    if (lately.length >= this.#limit) return false;
    this.#times.delete(who);
    this.#times.set(who, [...lately, now]);
    if (this.#times.size > MAX_COUNTED) this.#times.delete(this.#times.keys().next().value!);
    return true;
  }
}
