import type { Clock, Timer } from '../../../src/core/index.ts';

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  #now = 1_000;
  #wall = 1_700_000_000_000;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wall;
  }

  get pending(): number {
    return this.#timers.length;
  }

  after(delayMs: number, run: () => void): Timer {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }

  /** Runs what is due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#move(next.at);
      this.#timers = this.#timers.filter((other) => other !== next);
      next.run();
    }
    this.#move(end);
  }

  /** The process stood still: time went by, timers did not run. They are late afterwards. */
  stall(ms: number): void {
    this.#move(this.#now + ms);
    this.advance(0);
  }

  setWall(wall: number): void {
    this.#wall = wall;
  }

  #move(to: number): void {
    const by = Math.max(0, to - this.#now);
    this.#now += by;
    this.#wall += by;
  }
}
