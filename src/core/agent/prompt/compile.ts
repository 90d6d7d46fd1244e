import { compilePattern } from '../pattern.ts';
import type { AnswerRules, BoxRules, TranscriptRules } from './rules.ts';

export interface CompiledAnswers {
  readonly approve: RegExp | undefined;
  readonly deny: RegExp | undefined;
  /** By tmux name. */
  readonly denyKey: string | undefined;
  readonly listens: RegExp | undefined;
}

export interface CompiledBox {
  readonly first: RegExp;
  readonly other: RegExp | undefined;
  readonly below: RegExp;
  readonly above: RegExp | undefined;
  readonly notUnder: RegExp | undefined;
  readonly last: number;
  readonly placeholder: RegExp | undefined;
}

export interface CompiledTranscript {
  readonly prompt: RegExp;
  readonly says: RegExp;
  readonly other: RegExp;
  readonly chrome: RegExp;
  readonly indent: number;
}

/** For agents whose rules say nothing of it: only numbers can be chosen. */
export const NO_ANSWERS: CompiledAnswers = {
  approve: undefined,
  deny: undefined,
  denyKey: undefined,
  listens: undefined,
};

const optional = (source: string | undefined) => (source === undefined ? undefined : compilePattern(source));

/** @throws IrisError `usage` for a pattern that is refused */
export function compileAnswers(rules: AnswerRules | undefined): CompiledAnswers {
  if (!rules) return NO_ANSWERS;
  return {
    approve: compilePattern(rules.approve),
    deny: compilePattern(rules.deny),
    denyKey: rules.denyKey,
    listens: optional(rules.listens),
  };
}

/** @throws IrisError `usage` for a pattern that is refused */
export function compileBox(rules: BoxRules | undefined): CompiledBox | undefined {
  return (
    rules && {
      first: compilePattern(rules.first),
      other: optional(rules.other),
      below: compilePattern(rules.below),
      above: optional(rules.above),
      notUnder: optional(rules.notUnder),
      last: rules.last,
      placeholder: optional(rules.placeholder),
    }
  );
}

/** @throws IrisError `usage` for a pattern that is refused */
export function compileTranscript(rules: TranscriptRules | undefined): CompiledTranscript | undefined {
  return (
    rules && {
      prompt: compilePattern(rules.prompt),
      says: compilePattern(rules.says),
      other: compilePattern(rules.other),
      chrome: compilePattern(rules.chrome),
      indent: rules.indent,
    }
  );
}
