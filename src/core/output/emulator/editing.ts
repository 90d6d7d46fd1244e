import { BG_HAS_EXTENDED, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from '../cells.ts';
import type { BufferState, Core, Line, Params } from './internals.ts';
import { clearCells, clearLine } from './rows.ts';

function hasAny(beside: object): boolean {
  for (const _ in beside) return true;
  return false;
}

/** Moves cells within a line, with what stands beside them. Source and target may overlap. */
function moveCells(line: Line, from: number, to: number, count: number): void {
  const data = line._data;
  // Texts and attributes first, in the order that does not overwrite what is still to be moved.
  const step = to > from ? -1 : 1;
  const beside = hasAny(line._combined) || hasAny(line._extendedAttrs) ? count : 0;
  for (let n = 0, k = step > 0 ? 0 : count - 1; n < beside; n++, k += step) {
    const i = (from + k) * WORDS;
    if (data[i]! & CONTENT_COMBINED) line._combined[to + k] = line._combined[from + k]!;
    if (data[i + 2]! & BG_HAS_EXTENDED) line._extendedAttrs[to + k] = line._extendedAttrs[from + k];
  }
  data.copyWithin(to * WORDS, from * WORDS, (from + count) * WORDS);
}

function isWide(line: Line, x: number): boolean {
  return line._data[x * WORDS]! >> CONTENT_WIDTH_SHIFT === 2;
}

/** ICH and its kin: blank cells at x, what was there moves right, what leaves is lost. A wide character that is cut is gone. */
export function insertCells(line: Line, x: number, count: number, cols: number, bg: number): void {
  if (x > 0 && isWide(line, x - 1)) clearCells(line, x - 1, x + 1, cols, bg);
  const n = Math.min(count, cols - x);
  const left = cols - x - n;
  if (left > 0) {
    if (isWide(line, x + left - 1)) clearCells(line, x + left - 1, x + left, cols, bg);
    moveCells(line, x, x + n, left);
  }
  fillCells(line, x, x + n, bg);
}

/** DCH and its kin. */
export function deleteCells(line: Line, x: number, count: number, cols: number, bg: number): void {
  if (x > 0 && isWide(line, x - 1)) clearCells(line, x - 1, x + 1, cols, bg);
  const n = Math.min(count, cols - x);
  const left = cols - x - n;
  if (left > 0) {
    if (isWide(line, x + n - 1)) clearCells(line, x + n, x + n + 1, cols, bg);
    moveCells(line, x + n, x, left);
  }
  fillCells(line, x + left, cols, bg);
}

/** Blank cells without a look at their neighbours. */
function fillCells(line: Line, from: number, to: number, bg: number): void {
  const data = line._data;
  for (let i = from * WORDS; i < to * WORDS; i += WORDS) {
    data[i] = 1 << CONTENT_WIDTH_SHIFT;
    data[i + 1] = 0;
    data[i + 2] = bg;
  }
}

/** Rows top..bottom move up (n > 0) or down (n < 0) by |n|; those that leave come back blank at the other end. */
function rotate(buffer: BufferState, top: number, bottom: number, n: number, cols: number, bg: number): void {
  const height = bottom - top + 1;
  const count = Math.min(Math.abs(n), height);
  const rows: Line[] = [];
  for (let y = top; y <= bottom; y++) rows.push(buffer.lines.get(buffer.ybase + y)!);
  for (let y = 0; y < height; y++) {
    const from = n > 0 ? (y + count) % height : (y - count + height) % height;
    const isBlank = n > 0 ? y >= height - count : y < count;
    const line = rows[from]!;
    if (isBlank) {
      clearLine(line, cols, bg);
      line.isWrapped = false;
    }
    buffer.lines.set(buffer.ybase + top + y, line);
  }
}

/**
 * Inserting, deleting and scrolling cells and lines. Ours, because the emulator's take a time that grows with what a program asks
 * for (2^31 lines), allocate a line for each that they blank, or leave halves of wide characters.
 */
export function installEditing(core: Core): void {
  const { handler, buffers } = core;
  const erased = (): number => (handler._eraseAttrData() as { bg: number }).bg;
  const lineOf = (buffer: BufferState, y: number): Line => buffer.lines.get(buffer.ybase + y)!;
  const isInMargins = (buffer: BufferState): boolean => buffer.y >= buffer.scrollTop && buffer.y <= buffer.scrollBottom;
  const amount = (params: Params): number => params.params[0]! || 1;

  const lines =
    (direction: 1 | -1) =>
    (params: Params): boolean => {
      handler._restrictCursor();
      const buffer = handler._activeBuffer;
      if (!isInMargins(buffer)) return true;
      rotate(buffer, buffer.y, buffer.scrollBottom, direction * amount(params), buffers.cols, erased());
      buffer.x = 0;
      return true;
    };
  handler.insertLines = lines(-1);
  handler.deleteLines = lines(1);

  handler.scrollDown = (params) => {
    const buffer = handler._activeBuffer;
    rotate(buffer, buffer.scrollTop, buffer.scrollBottom, -amount(params), buffers.cols, erased());
    return true;
  };
  // SU: lines that leave at the top of the screen go to the scrollback, as in xterm and tmux.
  handler.scrollUp = (params) => {
    const buffer = handler._activeBuffer;
    const { scrollTop, scrollBottom } = buffer;
    const n = Math.min(amount(params), scrollBottom - scrollTop + 1);
    if (scrollTop > 0) rotate(buffer, scrollTop, scrollBottom, n, buffers.cols, erased());
    else for (let i = 0; i < n; i++) buffers.scroll(handler._eraseAttrData());
    return true;
  };
  handler.reverseIndex = () => {
    handler._restrictCursor();
    const buffer = handler._activeBuffer;
    if (buffer.y === buffer.scrollTop) {
      rotate(buffer, buffer.scrollTop, buffer.scrollBottom, -1, buffers.cols, erased());
    } else if (buffer.y > 0) buffer.y--;
    handler._restrictCursor();
    return true;
  };

  const characters =
    (edit: typeof insertCells) =>
    (params: Params): boolean => {
      handler._restrictCursor();
      const buffer = handler._activeBuffer;
      edit(lineOf(buffer, buffer.y), buffer.x, amount(params), buffers.cols, erased());
      return true;
    };
  handler.insertChars = characters(insertCells);
  handler.deleteChars = characters(deleteCells);
  handler.eraseChars = (params) => {
    handler._restrictCursor();
    const buffer = handler._activeBuffer;
    clearCells(
      lineOf(buffer, buffer.y),
      buffer.x,
      buffer.x + Math.min(amount(params), buffers.cols),
      buffers.cols,
      erased(),
    );
    return true;
  };

  const columns =
    (edit: typeof insertCells, fromCursor: boolean) =>
    (params: Params): boolean => {
      const buffer = handler._activeBuffer;
      if (!isInMargins(buffer)) return true;
      const x = fromCursor ? Math.min(buffer.x, buffers.cols - 1) : 0;
      for (let y = buffer.scrollTop; y <= buffer.scrollBottom; y++) {
        const line = lineOf(buffer, y);
        edit(line, x, amount(params), buffers.cols, erased());
        line.isWrapped = false;
      }
      return true;
    };
  handler.scrollLeft = columns(deleteCells, false);
  handler.scrollRight = columns(insertCells, false);
  handler.insertColumns = columns(insertCells, true);
  handler.deleteColumns = columns(deleteCells, true);
}
