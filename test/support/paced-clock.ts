import type { Clock } from '../../src/core/index.ts';

/**
 * Real time, so many times as fast: for real sockets and processes whose limits are of half a minute. Its wall clock can be set, as that of a
 * computer can.
 */
export class PacedClock implements Clock {
  readonly pace: number;
  #wallOffsetMs = 0;
  readonly #wallAtStart = Date.now();
  readonly #startedAt = performance.now();

  constructor(pace: number) {
    this.pace = pace;
  }

  now(): number {
    return performance.now() * this.pace;
  }

  wall(): number {
    return this.#wallAtStart + (performance.now() - this.#startedAt) * this.pace + this.#wallOffsetMs;
  }

  moveWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  after(delayMs: number, run: () => void): { cancel(): void } {
    const timer = setTimeout(run, delayMs / this.pace);
    return { cancel: () => clearTimeout(timer) };
  }

  /** As long as so much of its time takes. */
  async passes(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.after(ms, resolve);
    });
  }
}
