import type { AgentStateName } from '../session/info.ts';
import type { AgentPrompt } from './prompt/types.ts';

/** Decisions that are kept for `explain`; the oldest go first. */
const DECISIONS_LIMIT = 20;

export interface Decision {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: AgentStateName;
  /** `claude/permission`; `hook`, `protocol` or `process` where no rule decided. */
  readonly rule: string;
  /** What it matched on. */
  readonly on: readonly string[];
}

/** Why a session is in its state. */
export interface Explanation {
  readonly kind: string;
  readonly state: AgentStateName;
  readonly since: number;
  readonly question?: string;
  readonly prompt?: AgentPrompt;
  /** Kind of the session; another than `kind` when an agent was recognised inside a shell. */
  readonly sessionKind: string;
  readonly rules: { readonly agent: string; readonly measured?: string };
  /** Who decides: a protocol or hooks where the agent has them, else what its terminal shows. */
  readonly authority: 'protocol' | 'hook' | 'terminal';
  /** The rule that matches at this moment; absent when none does, and the state stays. */
  readonly now?: Omit<Decision, 'at'> & { readonly choices: readonly string[] };
  /** A state that must last a little longer before it counts. */
  readonly pending?: { readonly state: AgentStateName; readonly inMs: number };
  /** Oldest first. */
  readonly decisions: readonly Decision[];
}

/** The last decisions of a run. */
export class DecisionLog {
  readonly #decisions: Decision[] = [];

  add(decision: Decision): void {
    this.#decisions.push(decision);
    if (this.#decisions.length > DECISIONS_LIMIT) this.#decisions.shift();
  }

  get last(): Decision | undefined {
    return this.#decisions.at(-1);
  }

  all(): readonly Decision[] {
    return [...this.#decisions];
  }
}
