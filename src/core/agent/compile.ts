import type { DialogShape } from './dialog.ts';
import { compilePattern } from './pattern.ts';
import {
  type CompiledAnswers,
  type CompiledBox,
  type CompiledTranscript,
  compileAnswers,
  compileBox,
  compileTranscript,
  NO_ANSWERS,
} from './prompt/compile.ts';
import type { Conditions, DialogCondition, Rule, RuleSet, RuleState } from './types.ts';

/** Conditions with their patterns compiled; what was not given is undefined. */
export interface CompiledConditions {
  readonly title: RegExp | undefined;
  readonly noTitle: RegExp | undefined;
  readonly says: RegExp | undefined;
  readonly mark: 'prompt' | 'command' | undefined;
  readonly progress: readonly number[] | undefined;
  readonly notified: boolean | undefined;
  readonly quietMs: number | undefined;
  readonly alternateScreen: boolean | undefined;
  readonly cursor: 'hidden' | 'shown' | 'end' | undefined;
  readonly rows:
    | {
        readonly last: number;
        readonly match: readonly RegExp[];
        readonly apart: number;
        readonly none: RegExp | undefined;
      }
    | undefined;
  readonly dialog: DialogShape | undefined;
}

export interface CompiledRule {
  /** `claude/permission`. */
  readonly name: string;
  readonly state: RuleState;
  readonly when: CompiledConditions;
  readonly holdMs: number | undefined;
  readonly question: RegExp | DialogShape | undefined;
}

export interface CompiledSet {
  readonly agent: string;
  readonly starts: CompiledConditions | undefined;
  readonly titles: RegExp | undefined;
  readonly answers: CompiledAnswers;
  readonly box: CompiledBox | undefined;
  readonly transcript: CompiledTranscript | undefined;
  readonly rules: readonly CompiledRule[];
  /** Does any rule look at more than what the program says with sequences? Otherwise output need not be looked at. */
  readonly readsScreen: boolean;
  /** Shortest silence a rule waits for. */
  readonly quietMs: number | undefined;
}

/** @throws IrisError `usage` for a pattern that is refused */
export function compileRuleSet(set: RuleSet): CompiledSet {
  const rules = set.rules.map((rule) => compileRule(set.agent, rule));
  const quiet = rules.flatMap(({ when }) => when.quietMs ?? []);
  return {
    agent: set.agent,
    starts: set.starts && compileConditions(set.starts),
    titles: set.titles === undefined ? undefined : compilePattern(set.titles),
    answers: compileAnswers(set.answers),
    box: compileBox(set.box),
    transcript: compileTranscript(set.transcript),
    rules,
    readsScreen: rules.some(({ when, question }) => readsScreen(when) || question !== undefined),
    quietMs: quiet.length > 0 ? Math.min(...quiet) : undefined,
  };
}

/** One set of several, the first going first. */
export function joinSets(agent: string, sets: readonly CompiledSet[]): CompiledSet {
  const quiet = sets.flatMap((set) => set.quietMs ?? []);
  return {
    agent,
    starts: undefined,
    titles: undefined,
    answers: NO_ANSWERS,
    box: undefined,
    transcript: undefined,
    rules: sets.flatMap((set) => set.rules),
    readsScreen: sets.some((set) => set.readsScreen),
    quietMs: quiet.length > 0 ? Math.min(...quiet) : undefined,
  };
}

export function readsScreen(when: CompiledConditions): boolean {
  return when.rows !== undefined || when.dialog !== undefined || when.cursor !== undefined;
}

function compileRule(agent: string, rule: Rule): CompiledRule {
  const { question } = rule;
  return {
    name: `${agent}/${rule.id}`,
    state: rule.state,
    when: compileConditions(rule.when),
    holdMs: rule.holdMs,
    question: typeof question === 'string' ? compilePattern(question) : question && compileDialog(question),
  };
}

function compileConditions(when: Conditions): CompiledConditions {
  const pattern = (source: string | undefined) => (source === undefined ? undefined : compilePattern(source));
  const { rows } = when;
  return {
    title: pattern(when.title),
    noTitle: pattern(when.noTitle),
    says: pattern(when.says),
    mark: when.mark,
    progress: when.progress,
    notified: when.notified,
    quietMs: when.quietMs,
    alternateScreen: when.alternateScreen,
    cursor: when.cursor,
    rows: rows && {
      last: rows.last,
      match: (rows.match ?? []).map(compilePattern),
      apart: rows.apart ?? 0,
      none: pattern(rows.none),
    },
    dialog: when.dialog && compileDialog(when.dialog),
  };
}

function compileDialog({ ask, marker, footer, top }: DialogCondition): DialogShape {
  return {
    ask: compilePattern(ask),
    marker: compilePattern(marker),
    footer: compilePattern(footer),
    top: top === undefined ? undefined : compilePattern(top),
  };
}
