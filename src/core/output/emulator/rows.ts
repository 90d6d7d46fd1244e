import { CONTENT_WIDTH_SHIFT, WORDS } from '../cells.ts';
import type { Line } from './internals.ts';

const NARROW = 1 << CONTENT_WIDTH_SHIFT;

/** The last blank line that was asked for, kept for the next: columns and background. */
let blankRow = new Uint32Array(0);
let blankBackground = -1;

/**
 * Makes a line blank with a background, as quickly as memory can be copied. Its wrap flag is the caller's. Texts and attributes
 * that stand beside the cells stay: nothing refers to them any more, and the next that come take their places.
 */
export function clearLine(line: Line, cols: number, bg: number): void {
  if (blankRow.length !== cols * WORDS || blankBackground !== bg) {
    blankRow = new Uint32Array(cols * WORDS);
    for (let i = 0; i < blankRow.length; i += WORDS) {
      blankRow[i] = NARROW;
      blankRow[i + 2] = bg;
    }
    blankBackground = bg;
  }
  line._data.set(blankRow);
}

/** Blank cells from..to-1, and the other half of a wide character that is cut at either end. */
export function clearCells(line: Line, from: number, to: number, cols: number, bg: number): void {
  const data = line._data;
  const isWide = (x: number): boolean => data[x * WORDS]! >> CONTENT_WIDTH_SHIFT === 2;
  let start = from;
  let end = Math.min(to, cols);
  if (start > 0 && isWide(start - 1)) start--;
  if (end > 0 && end < cols && isWide(end - 1)) end++;
  for (let i = start * WORDS; i < end * WORDS; i += WORDS) {
    data[i] = NARROW;
    data[i + 1] = 0;
    data[i + 2] = bg;
  }
}
