import type { Clock, Timer } from '../clock.ts';

/**
 * Looks of all sessions happen together, in rounds so far apart. With a timer for each, a hundred busy sessions wake the process a thousand
 * times a second, and waking up costs several times what the looks do (measured: 4 % of a core with a timer for each, 1.6 % in rounds).
 */
export const ROUND_MS = 25;

interface Round {
  readonly timer: Timer;
  readonly runs: Set<() => void>;
}

/** Timers that are rounded up to the next round. */
export class Rounds {
  readonly #clock: Clock;
  readonly #rounds = new Map<number, Round>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Runs it at this time (monotonic) or up to one round later. */
  at(time: number, run: () => void): Timer {
    const number = Math.ceil(time / ROUND_MS);
    const own = (): void => run();
    const round = this.#rounds.get(number) ?? this.#open(number);
    round.runs.add(own);
    return {
      cancel: () => {
        if (!round.runs.delete(own) || round.runs.size > 0 || this.#rounds.get(number) !== round) return;
        round.timer.cancel();
        this.#rounds.delete(number);
      },
    };
  }

  #open(number: number): Round {
    const runs = new Set<() => void>();
    const timer = this.#clock.after(Math.max(0, number * ROUND_MS - this.#clock.now()), () => {
      this.#rounds.delete(number);
      let failed: { error: unknown } | undefined;
      for (const run of runs) {
        try {
          run();
        } catch (error) {
          // A session must not cost the others their round.
          failed ??= { error };
        }
      }
      if (failed) throw failed.error;
    });
    const round = { timer, runs };
    this.#rounds.set(number, round);
    return round;
  }
}

const all = new WeakMap<Clock, Rounds>();

/** The rounds of all who have this clock. */
export function roundsOf(clock: Clock): Rounds {
  const found = all.get(clock) ?? new Rounds(clock);
  all.set(clock, found);
  return found;
}
