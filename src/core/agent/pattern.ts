import { IrisError } from '../errors.ts';

/** Characters of a pattern. */
const PATTERN_LIMIT = 400;
/** Longest text a pattern is tried on: a row, a title, the text of a dialog. */
export const TEXT_LIMIT = 400;
/** Steps a matcher may need in the worst case: some 20 ms. */
const COST_LIMIT = 2_000_000;

/**
 * A regular expression that is quick on every text of up to `TEXT_LIMIT` characters. Patterns come from files of the user, and the matcher
 * can't be interrupted: so what could take exponential time (a repeated group that repeats or chooses within) is refused, and so is what
 * could take longer than some milliseconds (the product of all repetitions).
 * @throws IrisError `usage`
 */
export function compilePattern(source: string): RegExp {
  if (source.length > PATTERN_LIMIT) throw refused(source, `longer than ${PATTERN_LIMIT} characters`);
  let pattern: RegExp;
  try {
    pattern = new RegExp(source, 'u');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: \/.*\/u?: /, '') : '';
    throw new IrisError('usage', `not a regular expression: ${source} (${reason})`, { cause });
  }
  checkCost(source);
  return pattern;
}

interface Group {
  cost: number;
  /** Does it hold a repetition of changing length, or alternatives? */
  varies: boolean;
}

function checkCost(source: string): void {
  if (/\\[1-9k]/.test(source)) throw refused(source, 'it refers back to a group');
  const top: Group = { cost: source.startsWith('^') ? 1 : TEXT_LIMIT, varies: false };
  const open: Group[] = [top];
  /** The group that was just closed, if a repetition would be of that. */
  let closed: Group | undefined;
  for (let i = 0; i < source.length; ) {
    const group = open.at(-1)!;
    const c = source[i]!;
    const repeat = repetition(source, i);
    if (repeat) {
      if (closed && repeat.max > 1 && closed.varies)
        throw refused(source, 'a repeated group repeats or chooses within');
      if (closed) group.cost *= closed.cost;
      if (repeat.min !== repeat.max) {
        group.cost *= Math.min(TEXT_LIMIT, repeat.max) + 1;
        group.varies = true;
      }
      closed = undefined;
      i += repeat.length;
      continue;
    }
    if (closed) {
      group.cost *= closed.cost;
      group.varies ||= closed.varies;
      closed = undefined;
    }
    if (c === '\\') i += 2;
    else if (c === '[') i = classEnd(source, i);
    else {
      if (c === '(') open.push({ cost: 1, varies: false });
      else if (c === ')') closed = open.pop();
      else if (c === '|') group.varies = true;
      i += 1;
    }
  }
  if (closed) top.cost *= closed.cost;
  if (top.cost > COST_LIMIT) throw refused(source, 'it repeats too much');
}

/** A quantifier at this place: how often, and how long it is written. */
function repetition(source: string, at: number): { min: number; max: number; length: number } | undefined {
  const found = /^(?:\*|\+|\?|\{(\d+)(,)?(\d*)\})\??/.exec(source.slice(at, at + 24));
  // The ? of (?:, (?=, (?! and (?<.
  if (!found || source[at - 1] === '(') return undefined;
  const { 0: text, 1: from, 2: comma, 3: to } = found;
  const length = text.length;
  if (text[0] === '*') return { min: 0, max: Number.POSITIVE_INFINITY, length };
  if (text[0] === '+') return { min: 1, max: Number.POSITIVE_INFINITY, length };
  if (text[0] === '?') return { min: 0, max: 1, length };
  const min = Number(from);
  return { min, max: comma === undefined ? min : to ? Number(to) : Number.POSITIVE_INFINITY, length };
}

function classEnd(source: string, at: number): number {
  let i = at + 1;
  while (i < source.length && source[i] !== ']') i += source[i] === '\\' ? 2 : 1;
  return i + 1;
}

function refused(source: string, why: string): IrisError {
  const shown = source.length > 80 ? `${source.slice(0, 80)}…` : source;
  return new IrisError('usage', `the pattern ${shown} is refused: ${why}`, {
    remedy: 'begin it with ^, and write {0,40} for * or +',
  });
}
