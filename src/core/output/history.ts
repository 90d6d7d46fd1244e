import { IrisError } from '../errors.ts';
import { CONTENT_CODEPOINT, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from './cells.ts';
import { type Core, type Line, lineToRead, storedLine } from './emulator/internals.ts';
import { type ByteSink, extendedOf, PenWriter } from './encode.ts';

/** Lines of a screen as text: the scrollback of the normal buffer, then what the screen shows now (tmux does the same). */
export interface LineSource {
  readonly core: Core;
  /** Number of the oldest line that is kept. */
  readonly firstLine: number;
}

export interface ScreenLines {
  /** Number of the first of them. */
  readonly from: number;
  readonly lines: string[];
  /** wrapped[i]: line i goes on from the one before. */
  readonly wrapped: boolean[];
}

export interface Match {
  readonly line: number;
  /** In cells, from 0. */
  readonly column: number;
  /** In cells; beyond the last column it goes on in the next line. */
  readonly length: number;
}

/** Rows of one logical line that are searched together at most; a longer one is searched in pieces. */
const SEARCH_ROWS = 64;

/** A line of the scrollback can be read until the next is asked for. */
export function lineAt(source: LineSource, number: number): Line | undefined {
  const { handler, buffers } = source.core;
  const index = number - source.firstLine;
  const { ybase } = buffers.buffers.normal;
  if (index < 0 || index >= ybase + buffers.rows) return undefined;
  if (index < ybase) return lineToRead(source.core, buffers.buffers.normal, index);
  const active = handler._activeBuffer;
  return active.lines.get(active.ybase + index - ybase);
}

function isWrappedAt(source: LineSource, number: number): boolean {
  const { handler, buffers } = source.core;
  const { normal } = buffers.buffers;
  const index = number - source.firstLine;
  const active = handler._activeBuffer;
  const stored =
    index < normal.ybase ? storedLine(normal, index) : storedLine(active, active.ybase + index - normal.ybase);
  return stored?.isWrapped ?? false;
}

/** Cells up to the last that holds a character or, with `colors`, a background. */
function usedCells(line: Line, cols: number, colors: boolean): number {
  const data = line._data;
  for (let x = Math.min(cols, line.length) - 1; x >= 0; x--) {
    const content = data[x * WORDS]!;
    const blank = (content & (CONTENT_CODEPOINT | CONTENT_COMBINED)) === 0 || (content & CONTENT_CODEPOINT) === 32;
    if (!blank || content & CONTENT_COMBINED || (colors && (data[x * WORDS + 2]! & 0x3ffffff) !== 0)) {
      return x + Math.max(1, content >> CONTENT_WIDTH_SHIFT);
    }
  }
  return 0;
}

/** One line as text; with `sink` in SGR and OSC 8, beginning and ending without attributes. */
function lineText(line: Line, cols: number, sink: ByteSink | undefined): string {
  const end = usedCells(line, cols, sink !== undefined);
  if (!sink) return line.translateToString(false, 0, end);
  const data = line._data;
  const start = sink.length;
  const pen = new PenWriter(sink, false);
  for (let x = 0; x < end; x++) {
    const i = x * WORDS;
    const content = data[i]!;
    const bg = data[i + 2]!;
    const width = content >> CONTENT_WIDTH_SHIFT;
    pen.set(data[i + 1]!, bg, extendedOf(bg, line._extendedAttrs, x));
    if (content & CONTENT_COMBINED) sink.text(line._combined[x]!);
    else sink.code(content & CONTENT_CODEPOINT || 32);
    if (width === 2) x++;
  }
  pen.reset();
  const text = sink.string(start);
  sink.length = start;
  return text;
}

export function readLines(source: LineSource, from: number, count: number, sink: ByteSink): ScreenLines {
  const cols = source.core.buffers.cols;
  const start = Math.max(from, source.firstLine);
  const lines: string[] = [];
  const wrapped: boolean[] = [];
  for (let n = start; n < from + count; n++) {
    const line = lineAt(source, n);
    if (!line) break;
    lines.push(lineText(line, cols, sink));
    wrapped.push(line.isWrapped);
  }
  return { from: start, lines, wrapped };
}

/** One line of text a row, trailing blanks of each removed (tmux capture-pane -p). */
export function captureText(source: LineSource, from: number, end: number, sink: ByteSink | undefined): string {
  const rows: string[] = [];
  for (let n = from; n < end; n++) rows.push(lineText(lineAt(source, n)!, source.core.buffers.cols, sink));
  return rows.join('\n');
}

function matcher(pattern: string, regex: boolean): RegExp {
  // As in tmux and less: capitals count only when the pattern has some.
  const flags = pattern === pattern.toLowerCase() ? 'giu' : 'gu';
  if (!regex) return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags);
  try {
    return new RegExp(pattern, flags);
  } catch (error) {
    throw new IrisError('usage', `not a regular expression: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * The nearest match whose line is `from` or beyond it in that direction. Lines that wrapped are searched as one; a match is found
 * on the line it begins on. Going up it is the last match of its line, going down the first.
 */
export function searchLines(
  source: LineSource,
  end: number,
  pattern: string,
  regex: boolean,
  from: number,
  direction: 'up' | 'down',
): Match | undefined {
  const expression = matcher(pattern, regex);
  const cols = source.core.buffers.cols;
  const step = direction === 'up' ? -1 : 1;
  let number = Math.max(source.firstLine, Math.min(from, end - 1));
  if (direction === 'down' && from >= end) return undefined;
  if (direction === 'up' && from < source.firstLine) return undefined;
  while (number >= source.firstLine && number < end) {
    let first = number;
    while (number - first < SEARCH_ROWS && first > source.firstLine && isWrappedAt(source, first)) first--;
    let last = number;
    while (last - first < SEARCH_ROWS && last + 1 < end && isWrappedAt(source, last + 1)) last++;
    const found = searchLogical(source, expression, first, last, cols, from, direction);
    if (found) return found;
    number = step > 0 ? last + 1 : first - 1;
  }
  return undefined;
}

function searchLogical(
  source: LineSource,
  expression: RegExp,
  first: number,
  last: number,
  cols: number,
  from: number,
  direction: 'up' | 'down',
): Match | undefined {
  let text = '';
  // Cell (counted through the rows) of each UTF-16 unit of the text.
  const cells: number[] = [];
  const columns: number[] = [];
  for (let n = first; n <= last; n++) {
    const line = lineAt(source, n)!;
    const width = n < last ? cols : usedCells(line, cols, false);
    text += line.translateToString(false, 0, width, columns);
    for (let i = 0; i < columns.length - 1; i++) cells.push((n - first) * cols + columns[i]!);
  }
  cells.push((last - first) * cols + (columns.at(-1) ?? 0));
  let best: Match | undefined;
  expression.lastIndex = 0;
  for (const match of text.matchAll(expression)) {
    if (match[0] === '') continue;
    const cell = cells[match.index]!;
    const line = first + Math.floor(cell / cols);
    if (direction === 'down' && line < from) continue;
    if (direction === 'up' && line > from) break;
    best = { line, column: cell % cols, length: cells[match.index + match[0].length]! - cell };
    if (direction === 'down') break;
  }
  return best;
}
