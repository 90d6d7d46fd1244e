import type { RuleState } from './types.ts';

/** Between tool calls an agent looks idle for up to a second: measured with claude, codex and gemini. */
export const IDLE_HOLD_MS = 1500;
/** After an answer it may look idle for a moment before it goes on: measured, 60 ms at most. */
export const ANSWERED_HOLD_MS = 500;
/** No more than this many changes within `RATE_WINDOW_MS`, whatever a program writes: what changes faster says nothing, and nobody can read it. */
export const RATE_LIMIT = 2;
export const RATE_WINDOW_MS = 1000;

export type SettledState = RuleState | 'unknown';

/** What some source sees now. */
export interface Sign {
  readonly state: SettledState;
  readonly question: string | undefined;
  /** Instead of the usual hold. */
  readonly holdMs: number | undefined;
  /** Said by the agent's own protocol, and so no flicker: it counts at once, however fast it follows. */
  readonly sure?: boolean;
}

/** A question must stand there to be one: without it for this long, it was answered, even if nothing else is understood. A redraw is quicker. */
const GONE_MS = 1000;
export const GONE: Sign = { state: 'working', question: undefined, holdMs: GONE_MS };

/** A hook said that it works, and nothing was heard since. */
export const LOST: Sign = { state: 'unknown', question: undefined, holdMs: 0 };

interface Pending {
  readonly sign: Sign;
  readonly first: number;
  readonly due: number;
}

/**
 * Makes a state that people can read of signs that flicker. Pure: times are arguments, in monotonic milliseconds.
 *
 * - blocked and working count at once; idle after working only when it lasted.
 * - A question that is gone was answered: the agent works then, until it has looked idle for half a second.
 * - At most two changes a second, but for what an agent says by its own protocol.
 */
export class Settler {
  state: SettledState = 'unknown';
  /** When the sign for this state was first there. */
  since: number;
  question: string | undefined;
  #pending: Pending | undefined;
  /** Times of the last changes, oldest first; at most `RATE_LIMIT`. */
  readonly #changes: number[] = [];

  constructor(now: number) {
    this.since = now;
  }

  /** When `tick` has to be called; undefined: nothing is pending. */
  get nextAt(): number | undefined {
    return this.#pending && (this.#pending.sign.sure ? this.#pending.due : Math.max(this.#pending.due, this.#gate()));
  }

  /** What is about to become the state. */
  get pending(): { readonly state: SettledState; readonly at: number } | undefined {
    return this.#pending && { state: this.#pending.sign.state, at: this.nextAt! };
  }

  /** Takes what is seen now; true when state or question changed. */
  observe(sign: Sign, now: number): boolean {
    if (sign.state === this.state) {
      this.#pending = undefined;
      // A dialog that is being redrawn has no question for a moment.
      if (sign.question === undefined || sign.question === this.question) return false;
      this.question = sign.question;
      return true;
    }
    const answered = this.state === 'blocked' && sign.state === 'idle' && !sign.sure;
    if (answered) {
      const worked = this.observe({ state: 'working', question: undefined, holdMs: 0 }, now);
      // Otherwise it has to wait for its turn, and the sign with it.
      if (worked) this.#wait({ ...sign, holdMs: sign.holdMs ?? ANSWERED_HOLD_MS }, now, now);
      return worked;
    }
    const first = this.#pending?.sign.state === sign.state ? this.#pending.first : now;
    this.#wait(sign, first, now);
    return this.tick(now);
  }

  /** Lets what was pending happen, if it is time. */
  tick(now: number): boolean {
    const { nextAt } = this;
    if (nextAt === undefined || now < nextAt) return false;
    const { sign, first } = this.#pending!;
    this.#pending = undefined;
    this.state = sign.state;
    this.since = first;
    this.question = sign.question;
    this.#changes.push(now);
    if (this.#changes.length > RATE_LIMIT) this.#changes.shift();
    return true;
  }

  #wait(sign: Sign, first: number, now: number): void {
    const usual = this.state === 'working' && sign.state === 'idle' ? IDLE_HOLD_MS : 0;
    const before = this.#pending?.sign.state === sign.state ? this.#pending.due : Number.POSITIVE_INFINITY;
    this.#pending = { sign, first, due: Math.min(before, Math.max(now, first + (sign.holdMs ?? usual))) };
  }

  /** No change before this time. */
  #gate(): number {
    const [oldest] = this.#changes;
    return this.#changes.length < RATE_LIMIT ? Number.NEGATIVE_INFINITY : oldest! + RATE_WINDOW_MS;
  }
}
