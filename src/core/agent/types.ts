import type { AnswerRules, BoxRules, TranscriptRules } from './prompt/rules.ts';

/**
 * Rules: what an agent's terminal looks like in each state. They are data, so that an agent that changed its looks needs a new file, not a
 * new release. Patterns are regular expressions (JavaScript, flag u), checked by `pattern.ts`: they can't take long on any text.
 */
export type RuleState = 'working' | 'blocked' | 'idle';

/** Rows of the live screen, never the scrollback. Trailing blanks are cut, no-break spaces are spaces. */
export interface RowsCondition {
  /** Only so many rows count, from the last that is not empty upwards. */
  readonly last: number;
  /** One row for each pattern, top to bottom. */
  readonly match?: readonly string[];
  /** At most so many other rows between two of them. */
  readonly apart?: number;
  /** No row may match this one. */
  readonly none?: string;
}

/**
 * A question with numbered choices that takes the keyboard: below it is nothing, its choices are numbered from 1, one of them is marked, and the
 * cursor is hidden or at its end. All of it must be there: a quotation of one is followed by a prompt, or has the cursor below it.
 */
export interface DialogCondition {
  /** The question, in the text above the choices (rows joined by a blank, borders removed). */
  readonly ask: string;
  /** Beginning of the choice that Enter would take. */
  readonly marker: string;
  /** What stands below the choices and is the last of the screen; on a narrow screen it may take several rows. */
  readonly footer: string;
  /** Its first row: an upper edge, or the beginning of the question. What stands from there to the choices is what is asked. */
  readonly top?: string;
}

/** All that are given must hold. */
export interface Conditions {
  readonly title?: string;
  /** The title must not match; an empty title matches nothing but `^$`. */
  readonly noTitle?: string;
  /** What the agent said last of itself (OSC 7501). */
  readonly says?: string;
  /** OSC 133, the last: `prompt` after A, B, D; `command` after C. */
  readonly mark?: 'prompt' | 'command';
  /** OSC 9;4, the last: 0 none, 1 percent, 2 error, 3 no end known, 4 paused. */
  readonly progress?: readonly number[];
  /** A bell or a notice (OSC 9, 99, 777) came after the last progress. */
  readonly notified?: boolean;
  /** Nothing was written for so long. */
  readonly quietMs?: number;
  readonly alternateScreen?: boolean;
  /** `end`: the cursor stands in the last row that is not empty. */
  readonly cursor?: 'hidden' | 'shown' | 'end';
  readonly rows?: RowsCondition;
  readonly dialog?: DialogCondition;
}

export interface Rule {
  /** Unique in its set: `permission`. */
  readonly id: string;
  readonly state: RuleState;
  readonly when: Conditions;
  /** The signs must last so long before the state changes. Absent: 1,500 ms from working to idle, otherwise 0. */
  readonly holdMs?: number;
  /** Where the question of a `blocked` without a dialog condition stands: in a dialog, or in one of the last 16 rows (the first group, or all). */
  readonly question?: string | DialogCondition;
}

export interface RuleSet {
  /** The kind of agent, as `new -a` names it. */
  readonly agent: string;
  /** Of this format. */
  readonly version: 1;
  /** What they were measured with: `claude-code 2.1.197`. */
  readonly measured?: string;
  /** Unmistakable signs that this agent was started inside a shell. */
  readonly starts?: Conditions;
  /** Titles it sets. Inside a shell, any other title means that it has ended. */
  readonly titles?: string;
  /** How its questions are answered from elsewhere. */
  readonly answers?: AnswerRules;
  /** Its input box. Without it, what is typed into it can't be seen to have arrived. */
  readonly box?: BoxRules;
  /** How its answers are read from its screen. */
  readonly transcript?: TranscriptRules;
  /** The first that matches decides; when none does, the state stays. */
  readonly rules: readonly Rule[];
}
