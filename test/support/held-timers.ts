import { vi } from 'vitest';

/** Longer than any test. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Timers of exactly this length (milliseconds) run when a test says so, and never by themselves; all others run as ever. For limits in the midst of real
 * processes: whether one counts at some moment can be asked without waiting for it, and without a machine that is slow running into it. `using` ends it.
 */
export class HeldTimers implements Disposable {
  /** How many were begun. */
  begun = 0;
  readonly #held = new Map<unknown, () => void>();
  readonly #restore: () => void;

  constructor(ms: number) {
    const { setTimeout, clearTimeout } = globalThis;
    const begin = vi.spyOn(globalThis, 'setTimeout').mockImplementation(((
      run: (...args: unknown[]) => void,
      delayMs?: number,
      ...args: unknown[]
    ) => {
      if (delayMs !== ms) return setTimeout(run, delayMs, ...args);
      const timer = setTimeout(() => {}, NEVER_MS);
      this.begun += 1;
      this.#held.set(timer, () => run(...args));
      return timer;
    }) as typeof setTimeout);
    const end = vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
      this.#held.delete(timer);
      clearTimeout(timer);
    });
    this.#restore = () => {
      begin.mockRestore();
      end.mockRestore();
      for (const timer of this.#held.keys()) clearTimeout(timer as NodeJS.Timeout);
    };
  }

  /** Those that were begun, and neither ended nor run. */
  get waiting(): number {
    return this.#held.size;
  }

  /** So much time passes. */
  runOut(): void {
    const due = [...this.#held];
    this.#held.clear();
    for (const [timer, run] of due) {
      clearTimeout(timer as NodeJS.Timeout);
      run();
    }
  }

  [Symbol.dispose](): void {
    this.#restore();
  }
}
