import type { RuleState } from '../types.ts';

/**
 * How long the terminal must show something else before it is believed more than the hook that spoke last. Hooks come before the screen is drawn
 * (a dialog 0.1 to 1 s later), and some things that happen have none: with claude an interrupt (Esc) and an answered question are not told.
 */
export const DISAGREE_MS = 1500;
/** A dialog is unmistakable, and somebody waits. */
const DIALOG_MS = 300;
/** A dialog that was there and is gone, where no rule knows what is there instead. */
const GONE_MS = 1000;
/** Working, and neither a hook nor a byte for this long: nobody knows what it does. */
export const SILENCE_MS = 600_000;

/**
 * - `believed`: the hook's word counts.
 * - `refuted`: the terminal shows otherwise; from now on it decides, until a hook speaks again.
 * - `stale`: nothing was heard or seen for too long.
 */
export type Verdict = 'believed' | 'refuted' | 'stale';

/** A reading of the terminal; `holdMs`: its rule wants it to last so long before it counts. */
export interface Seen {
  readonly state: RuleState;
  readonly holdMs: number | undefined;
}

/** Whether a hook is to be believed still. Hooks can end without a word (a crash, a setting): what they said last must not stand for ever. Pure. */
export class HookTrust {
  readonly #state: RuleState;
  readonly question: string | undefined;
  readonly #saidAt: number;
  #sawDialog = false;
  #otherwiseSince: number | undefined;
  #dueAt: number | undefined;

  constructor(state: RuleState, now: number, question?: string) {
    this.#state = state;
    this.question = question;
    this.#saidAt = now;
  }

  get state(): RuleState {
    return this.#state;
  }

  /** When to judge again, though nothing happens. */
  get nextAt(): number | undefined {
    return this.#dueAt;
  }

  /** `seen`: what the rules read off the terminal now; undefined: none of them matches. `outputAt`: when something was written last. */
  judge(seen: Seen | undefined, outputAt: number, now: number): Verdict {
    const limit = this.#patience(seen?.state, seen?.holdMs ?? 0);
    if (limit === undefined) {
      this.#otherwiseSince = undefined;
      this.#dueAt = undefined;
      if (this.#state !== 'working') return 'believed';
      const quietSince = Math.max(outputAt, this.#saidAt);
      if (now - quietSince >= SILENCE_MS) return 'stale';
      this.#dueAt = quietSince + SILENCE_MS;
      return 'believed';
    }
    this.#otherwiseSince ??= now;
    this.#dueAt = Math.max(this.#saidAt, this.#otherwiseSince) + limit;
    return now >= this.#dueAt ? 'refuted' : 'believed';
  }

  /** How long what is seen must last to refute the word; undefined: it does not. */
  #patience(seen: RuleState | undefined, holdMs: number): number | undefined {
    if (this.#state === 'blocked') {
      if (seen === 'blocked') this.#sawDialog = true;
      if (seen === 'blocked') return undefined;
      if (this.#sawDialog) return seen === undefined ? GONE_MS : holdMs;
      // A rule that is not sure of itself may be looking at a dialog it does not know.
      return seen === undefined || holdMs > DISAGREE_MS ? undefined : DISAGREE_MS;
    }
    if (seen === undefined || seen === this.#state) return undefined;
    return Math.max(holdMs, seen === 'blocked' ? DIALOG_MS : DISAGREE_MS);
  }
}
