import type { Surface } from '../output/cells.ts';
import type { CompiledConditions, CompiledRule } from './compile.ts';
import { type Dialog, type DialogShape, findDialog } from './dialog.ts';
import { TailRows } from './rows.ts';
import type { Signals } from './signals.ts';
import type { RuleState } from './types.ts';

/** What rules are tried on: signals and the screen at one moment. Rows are read when a rule asks for them, once. */
export class View {
  readonly signals: Signals;
  readonly surface: Surface;
  readonly alternateScreen: boolean;
  readonly quietMs: number;
  #tail: TailRows | undefined;

  constructor(signals: Signals, surface: Surface, alternateScreen: boolean, quietMs: number) {
    this.signals = signals;
    this.surface = surface;
    this.alternateScreen = alternateScreen;
    this.quietMs = quietMs;
  }

  get tail(): TailRows {
    this.#tail ??= new TailRows(this.surface);
    return this.#tail;
  }
}

/** What a rule made of a view. */
export interface Reading {
  readonly state: RuleState;
  /** `claude/permission`. */
  readonly rule: string;
  readonly holdMs: number | undefined;
  readonly question: string | undefined;
  readonly choices: readonly string[];
  /** What it matched on, as `title: ✳ Claude Code` or `row 23: Esc to cancel`. */
  readonly on: readonly string[];
}

/** Rows that a question pattern is looked for in. */
const QUESTION_ROWS = 16;
/** An agent may say that it waits before it has drawn what it asks (codex, measured: 1 ms, more on a busy machine): for so long nobody is told of half of it. */
const QUESTION_HOLD_MS = 250;

/** What the first rule that matches says. */
export function readState(rules: readonly CompiledRule[], view: View): Reading | undefined {
  for (const rule of rules) {
    const match = matchConditions(rule.when, view);
    if (match) return reading(rule, match, view);
  }
  return undefined;
}

interface Match {
  readonly on: string[];
  readonly dialog: Dialog | undefined;
}

/** All conditions hold: on what; otherwise undefined. The cheap ones are tried first. */
export function matchConditions(when: CompiledConditions, view: View): Match | undefined {
  const { signals, surface } = view;
  const { title, says } = signals;
  if (when.title && !when.title.test(title)) return undefined;
  if (when.noTitle?.test(title)) return undefined;
  if (when.says && (says === undefined || !when.says.test(says))) return undefined;
  if (when.mark !== undefined && when.mark !== signals.mark) return undefined;
  if (when.progress && (signals.progress === undefined || !when.progress.includes(signals.progress))) return undefined;
  if (when.notified !== undefined && when.notified !== signals.notified) return undefined;
  if (when.quietMs !== undefined && view.quietMs < when.quietMs) return undefined;
  if (when.alternateScreen !== undefined && when.alternateScreen !== view.alternateScreen) return undefined;
  if (when.cursor !== undefined && !cursorIs(when.cursor, view)) return undefined;
  const on: string[] = [];
  if (when.title) on.push(`title: ${title.trim()}`);
  if (when.says) on.push(`OSC 7501: ${says}`);
  if (when.mark) on.push(`OSC 133: ${when.mark}`);
  if (when.progress) on.push(`OSC 9;4: ${signals.progress}`);
  if (when.notified) on.push('a bell or notice');
  if (when.quietMs !== undefined) on.push(`nothing written for ${Math.round(view.quietMs / 1000)} s`);
  if (when.rows && !matchRows(when.rows, view, on)) return undefined;
  if (!when.dialog) return { on, dialog: undefined };
  const dialog = standing(when.dialog, view);
  if (!dialog) return undefined;
  on.push(`rows ${dialog.from + 1}-${dialog.to + 1} of ${surface.rows}: ${dialog.question}`);
  return { on, dialog };
}

function cursorIs(wanted: 'hidden' | 'shown' | 'end', view: View): boolean {
  const { cursor } = view.surface;
  if (wanted === 'end') return cursor.visible && cursor.y === view.tail.last;
  return cursor.visible === (wanted === 'shown');
}

/** A dialog that has the keyboard: the cursor is hidden. Text that was only printed leaves it shown, below. */
function standing(shape: DialogShape, view: View): Dialog | undefined {
  const { cursor, cols } = view.surface;
  return cursor.visible ? undefined : findDialog(view.tail, cols, shape);
}

function matchRows(rows: NonNullable<CompiledConditions['rows']>, view: View, on: string[]): boolean {
  const { tail } = view;
  const { none } = rows;
  if (none) {
    for (let i = 0; i < rows.last; i++) {
      const row = tail.at(i);
      if (row !== undefined && none.test(row)) return false;
    }
  }
  if (rows.match.length === 0) return true;
  // From the bottom: the lowest row that ends such a group.
  const lowest = rows.match.at(-1)!;
  for (let i = 0; i < rows.last; i++) {
    const row = tail.at(i);
    if (row === undefined) return false;
    if (!lowest.test(row)) continue;
    const found = upwards(rows, tail, i);
    if (!found) continue;
    for (const index of found.reverse()) on.push(`row ${tail.last - index + 1}: ${shown(tail.at(index)!)}`);
    return true;
  }
  return false;
}

/** Indices of the rows of a group whose lowest row is at `from`, bottom to top. */
function upwards(rows: NonNullable<CompiledConditions['rows']>, tail: TailRows, from: number): number[] | undefined {
  const found = [from];
  for (let m = rows.match.length - 2; m >= 0; m--) {
    const start = found.at(-1)! + 1;
    let at: number | undefined;
    for (let i = start; i <= start + rows.apart && i < rows.last; i++) {
      const row = tail.at(i);
      if (row !== undefined && rows.match[m]!.test(row)) {
        at = i;
        break;
      }
    }
    if (at === undefined) return undefined;
    found.push(at);
  }
  return found;
}

function shown(row: string): string {
  // A rule across the screen says as much when it is short.
  const text = row.trim().replace(/([─━═▄▀╌])\1{6,}/gu, '$1$1$1');
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function reading(rule: CompiledRule, { on, dialog }: Match, view: View): Reading {
  const found = dialog ?? (isShape(rule.question) ? standing(rule.question, view) : undefined);
  const question = found?.question ?? (rule.question instanceof RegExp ? asked(rule.question, view) : undefined);
  const unread = rule.question !== undefined && question === undefined;
  return {
    state: rule.state,
    rule: rule.name,
    holdMs: rule.holdMs ?? (unread ? QUESTION_HOLD_MS : undefined),
    question,
    choices: found?.choices ?? [],
    on: found && found !== dialog ? [...on, `rows ${found.from + 1}-${found.to + 1}: ${found.question}`] : on,
  };
}

function isShape(question: CompiledRule['question']): question is DialogShape {
  return question !== undefined && !(question instanceof RegExp);
}

function asked(pattern: RegExp, view: View): string | undefined {
  for (let i = 0; i < QUESTION_ROWS; i++) {
    const match = pattern.exec(view.tail.at(i) ?? '');
    if (match) return (match[1] ?? match[0]).trim();
  }
  return undefined;
}
