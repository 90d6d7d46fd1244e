import type { Clock, Timer } from '../clock.ts';
import { plainText } from '../errors.ts';
import type { ScreenEvent } from '../output/index.ts';
import type { SessionEvent } from './ports.ts';

/** `info` events come at most this often: a title that spins ten times a second is not worth more. */
export const INFO_INTERVAL_MS = 50;
/** Bells, clipboard requests and notices are told at most this often a kind; what comes faster is dropped, as a flood of them is noise. */
export const NUISANCE_INTERVAL_MS = 100;

/** Calls `run` soon after something changed, for all changes together, and at most once an interval. */
export class Coalescer {
  #timer: Timer | undefined;
  #ranAt = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #run: () => void;

  constructor(clock: Clock, intervalMs: number, run: () => void) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#run = run;
  }

  changed(): void {
    if (this.#timer) return;
    const delayMs = Math.max(0, this.#ranAt + this.#intervalMs - this.#clock.now());
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.#ranAt = this.#clock.now();
      this.#run();
    });
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}

/** Kinds that a throttle remembers; of more, the oldest may pass sooner. */
const KINDS = 1_024;

/** Lets one of a kind pass an interval; the others are to be dropped. */
export class Throttle {
  readonly #passedAt = new Map<string, number>();
  readonly #clock: Clock;
  readonly #intervalMs: number;
  readonly #most: number;

  /** `most`: kinds that are remembered. */
  constructor(clock: Clock, intervalMs: number, most = KINDS) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#most = most;
  }

  passes(kind: string): boolean {
    const now = this.#clock.now();
    const last = this.#passedAt.get(kind);
    if (last !== undefined && now - last < this.#intervalMs) return false;
    this.#passedAt.delete(kind);
    this.#passedAt.set(kind, now);
    if (this.#passedAt.size > this.#most) this.#passedAt.delete(this.#passedAt.keys().next().value!);
    return true;
  }
}

/** What a program says that reaches a person's ears or clipboard, made safe; undefined: it is none of that. */
export function nuisance(
  event: ScreenEvent,
): Extract<SessionEvent, { type: 'bell' | 'clipboard' | 'notice' }> | undefined {
  if (event.type === 'notice') {
    return { type: 'notice', title: plainText(event.title, 256), body: plainText(event.body) };
  }
  return event.type === 'bell' || event.type === 'clipboard' ? event : undefined;
}
