import { oneLine } from './describe.ts';
import type { Editor } from './editor.ts';
import { shorten, wrapLine } from './layout.ts';
import type { Footer } from './stage.ts';
import { bold, dim, yellow } from './style.ts';
import type { Talk } from './talk.ts';

/** Rows of the text that is being typed: the part with the cursor, when it is longer. */
const INPUT_ROWS = 10;
const QUEUE_ROWS = 3;
const MARK = '> ';

/** What stands below the transcript: what it asks, what waits, what it does, what is being typed. */
export function footerOf(
  talk: Pick<Talk, 'state' | 'question' | 'queued' | 'cancelling'>,
  editor: Pick<Editor, 'text' | 'cursor'>,
  cols: number,
  rows: number,
): Footer {
  const lines: string[] = [''];
  const { question, queued, state } = talk;
  if (question) {
    for (const row of words(question.text, cols - 2))
      lines.push(`${lines.length === 1 ? yellow('?') : ' '} ${bold(row)}`);
    for (const { number, label, means } of question.choices) {
      const key = means === 'approve' ? ' (y)' : means === 'deny' ? ' (n)' : '';
      lines.push(shorten(`  ${number} ${label}${key}`, cols));
    }
  }
  for (const { text } of queued.slice(0, QUEUE_ROWS)) lines.push(dim(shorten(`  waits: ${oneLine(text, cols)}`, cols)));
  if (queued.length > QUEUE_ROWS) lines.push(dim(shorten(`  … ${queued.length - QUEUE_ROWS} more wait`, cols)));
  const status = statusOf(talk);
  if (status) lines.push(dim(shorten(status, cols)));
  if (state === 'over') return { lines: [...lines, ''], cursor: { line: lines.length, before: '' } };
  const input = inputRows(editor, cols);
  const room = Math.max(1, Math.min(INPUT_ROWS, rows - lines.length - 2));
  const first = Math.max(0, Math.min(input.row - Math.floor(room / 2), input.rows.length - room));
  const shown = input.rows.slice(first, first + room);
  const cursor = { line: lines.length + input.row - first, before: input.before };
  return { lines: [...lines, ...shown], cursor };
}

function statusOf({
  state,
  question,
  cancelling,
}: Pick<Talk, 'state' | 'question' | 'cancelling'>): string | undefined {
  if (cancelling) return 'stopping …';
  switch (state) {
    case 'starting':
      return 'starting …';
    case 'working':
      return 'working · Esc cancels';
    case 'blocked':
      return question && question.choices.length > 0
        ? `${question.choices.length === 2 ? '1 or 2' : `1 to ${Math.min(9, question.choices.length)}`} answers${question.takesText ? ', or type and Enter' : ''} · Esc cancels`
        : 'type an answer and Enter · Esc cancels';
    case 'idle':
    case 'over':
      return undefined;
  }
}

/** The text in rows, each behind its mark; the row of the cursor, and what stands before it in that row. */
function inputRows(
  { text, cursor }: Pick<Editor, 'text' | 'cursor'>,
  cols: number,
): { rows: string[]; row: number; before: string } {
  const width = Math.max(1, cols - MARK.length);
  const rows: string[] = [];
  let at = 0;
  let found = { row: 0, before: MARK };
  text.split('\n').forEach((line) => {
    const wrapped = wrapLine(line, width);
    wrapped.forEach(({ from, to }, i) => {
      const mark = rows.length === 0 ? MARK : '  ';
      const last = i === wrapped.length - 1;
      const here = cursor - at;
      if (here >= from && (last ? here <= to : here < to)) {
        found = { row: rows.length, before: `${mark}${line.slice(from, here)}` };
      }
      // The empty row behind a full one is only there for the cursor.
      if (to > from || wrapped.length === 1 || found.row === rows.length) rows.push(`${mark}${line.slice(from, to)}`);
    });
    at += line.length + 1;
  });
  return { rows, ...found };
}

/** A text in rows of whole words, where they shorten. */
function words(text: string, cols: number): string[] {
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(' ')) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (wrapLine(longer, cols + 1).length === 1) {
      row = longer;
      continue;
    }
    if (row !== '') rows.push(row);
    const pieces = wrapLine(word, cols).map(({ from, to }) => word.slice(from, to));
    row = pieces.pop() ?? '';
    rows.push(...pieces);
  }
  return [...rows, row];
}
