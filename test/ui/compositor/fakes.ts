import type { Clock, Dispose, Timer } from '../../../src/core/index.ts';
import type { Sink } from '../../../src/ui/compositor/index.ts';

/** Time that moves only by hand. */
export class HandClock implements Clock {
  #now = 1000;
  #timers = new Set<{ at: number; run: () => void }>();

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Runs what is due on the way, each at its own time, and the microtasks after each. */
  async advance(ms: number): Promise<void> {
    await settle();
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
      await settle();
    }
    this.#now = end;
    await settle();
  }
}

/** Lets microtasks run. */
export async function settle(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

/** Keeps what is written, a write an entry. */
export class MemorySink implements Sink {
  readonly writes: Uint8Array[] = [];
  isDrained = true;
  #listeners = new Set<() => void>();

  write(bytes: Uint8Array): boolean {
    this.writes.push(bytes);
    return this.isDrained;
  }

  onDrain(listener: () => void): Dispose {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  drain(): void {
    this.isDrained = true;
    for (const listener of this.#listeners) listener();
  }

  /** What came since the last call, as text. */
  take(): string[] {
    return this.writes.splice(0).map((bytes) => new TextDecoder().decode(bytes));
  }
}

/** Seeded numbers (mulberry32), so that a failure can be seen again. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 to 1, 1 excluded. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from `from` to `to`, both included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]!;
  }
}
