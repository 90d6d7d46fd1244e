import { TEXT_LIMIT } from './pattern.ts';
import type { TailRows } from './rows.ts';

/** A dialog condition with its patterns compiled. */
export interface DialogShape {
  readonly ask: RegExp;
  readonly marker: RegExp;
  readonly footer: RegExp;
  readonly top: RegExp | undefined;
}

/** A dialog that stands on the screen now. */
export interface Dialog {
  /** What is asked, on one line, with what it is about: at most 400 characters. */
  readonly question: string;
  /** Texts of the choices, in order. */
  readonly choices: readonly string[];
  /** Rows of the screen from the first that was read to the last. */
  readonly from: number;
  readonly to: number;
}

/** Columns a footer needs at most; on a narrower screen it takes as many more rows. */
const FOOTER_COLS = 80;
/** Blank or unnumbered rows between two choices: texts that wrapped. */
const CHOICE_ROWS = 4;
const CHOICES_LIMIT = 12;
/** Rows above the choices that are read: a dialog with a long diff is cut there. */
const TEXT_ROWS = 60;
const QUESTION_LIMIT = 400;

/** The dialog at the lower end of the screen, or undefined. */
export function findDialog(rows: TailRows, cols: number, shape: DialogShape): Dialog | undefined {
  const footer = findFooter(rows, cols, shape.footer);
  if (footer === undefined) return undefined;
  const choices = readChoices(rows, footer + 1, shape.marker);
  if (!choices) return undefined;
  const { text, top } = readText(rows, choices.first + 1, shape.top);
  if (shape.top && top === undefined) return undefined;
  const joined = text.join(' ');
  // A question that ends the text is found in its end, one that begins it in its beginning.
  const asked = shape.ask.exec(joined.slice(-TEXT_LIMIT)) ?? shape.ask.exec(joined.slice(0, TEXT_LIMIT));
  if (!asked) return undefined;
  return {
    question: question(text, asked[0]),
    choices: choices.texts,
    from: rows.last - (top ?? choices.first),
    to: rows.last,
  };
}

function findFooter(rows: TailRows, cols: number, footer: RegExp): number | undefined {
  const most = Math.min(4, Math.max(1, Math.ceil(FOOTER_COLS / cols)));
  for (let i = 0; i < most; i++) {
    const row = rows.at(i);
    if (row !== undefined && footer.test(row.trimStart())) return i;
  }
  return undefined;
}

/** Choices numbered n to 1 going up, exactly one of them marked. `first`: index of number 1. */
function readChoices(
  rows: TailRows,
  from: number,
  marker: RegExp,
): { first: number; texts: string[]; marked: number } | undefined {
  const texts: string[] = [];
  let marked = 0;
  let expected: number | undefined;
  let others: string[] = [];
  for (let i = from; ; i++) {
    const row = rows.at(i);
    if (row === undefined) return undefined;
    const inner = unframed(row);
    const choice = /^([^\s\d]?) {0,3}(\d{1,2})\. *(\S.*)$/u.exec(inner);
    if (!choice) {
      others.push(inner);
      if (others.length > CHOICE_ROWS) return undefined;
      continue;
    }
    const number = Number(choice[2]);
    if (expected === undefined ? number < 2 || number > CHOICES_LIMIT : number !== expected) return undefined;
    const mark = choice[1]!;
    if (mark !== '') {
      if (!marker.test(mark)) return undefined;
      marked += 1;
    }
    const rest = others.reverse().filter((text) => text !== '');
    texts.unshift([choice[3]!, ...rest].join(' '));
    others = [];
    if (number === 1) return marked === 1 ? { first: i, texts, marked } : undefined;
    expected = number - 1;
  }
}

/** Rows above the choices, top to bottom, without empty ones; ends at the upper edge, or when it has read enough. */
function readText(rows: TailRows, from: number, edge: RegExp | undefined): { text: string[]; top: number | undefined } {
  const text: string[] = [];
  for (let i = from; i < from + TEXT_ROWS; i++) {
    const row = rows.at(i);
    // Its upper edge may have scrolled away: then it fills the screen.
    if (row === undefined) return { text, top: rows.fills ? i - 1 : undefined };
    const inner = unframed(row);
    if (/[\p{L}\p{N}]/u.test(inner)) text.unshift(tidy(inner));
    if (edge?.test(row)) return { text, top: i };
  }
  // Longer than what is read: a diff.
  return { text, top: edge ? from + TEXT_ROWS - 1 : undefined };
}

/** Without the sign an agent puts before it, and without columns. */
function tidy(text: string): string {
  return text.replace(/^[^\p{L}\p{N}$/~.(["'`<-] +/u, '').replace(/ {2,}/g, ' ');
}

/** Without the border of a box and the blanks inside it. */
function unframed(row: string): string {
  return row
    .replace(/^ *[│┃║|]?/u, '')
    .replace(/[│┃║|] *$/u, '')
    .replace(/^[ │]+|[ │]+$/gu, '');
}

/** What it is about before what is asked, or after it where the dialog has it so; the question itself is never cut. */
function question(text: readonly string[], asked: string): string {
  const ask = asked.trim().slice(0, QUESTION_LIMIT);
  const last = text.at(-1) ?? '';
  const others =
    ask.endsWith(last) || last.endsWith(ask) ? text.slice(0, -1) : text.filter((row) => !ask.includes(row));
  const about = others.join(' · ');
  const room = QUESTION_LIMIT - ask.length - 3;
  if (about === '' || room < 8) return ask;
  return `${about.length > room ? `${about.slice(0, room - 1)}…` : about} · ${ask}`;
}
