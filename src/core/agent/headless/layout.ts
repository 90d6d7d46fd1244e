import {
  CLASS_MASK,
  CLASS_SHIFT,
  follow,
  IGNORED,
  property,
  STATE_WIDTH_SHIFT,
  WIDTH_MASK,
} from '../../output/unicode.ts';

/**
 * Where the cursor stands after printing a line from column 0 of a terminal that wraps: the emulator's own rules, without an emulator.
 * `x` is `cols` when the last column was just filled: the next character wraps.
 */
export class LineLayout {
  readonly cols: number;
  /** Rows above the one with the cursor. */
  row = 0;
  x = 0;
  /** The last character, with what joined it, and its cells. */
  last = '';
  lastWidth = 0;
  #state = 0;

  constructor(cols: number, text = '') {
    this.cols = cols;
    this.feed(text);
  }

  feed(text: string): void {
    for (const char of text) this.#put(char);
  }

  #put(char: string): void {
    const prop = property(char.codePointAt(0)!);
    if (((prop >> CLASS_SHIFT) & CLASS_MASK) === IGNORED) return;
    const next = follow(this.#state, prop);
    const width = (next >> STATE_WIDTH_SHIFT) & WIDTH_MASK;
    if (next & 1) {
      this.last += char;
      // A character that became wide takes one cell more, if there is one.
      if (width > this.lastWidth && this.x < this.cols) {
        this.x += width - this.lastWidth;
        this.lastWidth = width;
      }
      this.#state = next;
      return;
    }
    this.#state = next;
    if (width === 0) return;
    if (this.x + width > this.cols) {
      this.row++;
      this.x = 0;
    }
    this.x += width;
    this.last = char;
    this.lastWidth = width;
  }
}

/** A row of a text that was wrapped by hand: characters [from, to) of it. */
export interface WrappedRow {
  readonly from: number;
  readonly to: number;
}

/** Rows of one line at most `cols` wide. The end of a full row has one more, empty row: the cursor needs a cell to stand in. */
export function wrapLine(text: string, cols: number): WrappedRow[] {
  const rows: WrappedRow[] = [];
  let layout = new LineLayout(cols);
  let from = 0;
  let at = 0;
  for (const char of text) {
    const { row } = layout;
    layout.feed(char);
    if (layout.row > row) {
      rows.push({ from, to: at });
      from = at;
      const again = new LineLayout(cols, char);
      layout = again;
    }
    at += char.length;
  }
  rows.push({ from, to: at });
  if (layout.x >= cols) rows.push({ from: at, to: at });
  return rows;
}

/** As much of a text as `cols` cells take, with an ellipsis where something was cut. */
export function shorten(text: string, cols: number): string {
  const whole = new LineLayout(cols, text);
  if (whole.row === 0) return text;
  const layout = new LineLayout(Math.max(1, cols - 1));
  let kept = '';
  for (const char of text) {
    layout.feed(char);
    if (layout.row > 0) break;
    kept += char;
  }
  return `${kept}…`;
}
