import { BG_OVERLINE, CONTENT_WIDTH_SHIFT } from '../../core/index.ts';

/**
 * The compositor's own picture: four signed 32-bit words a cell, so that rows compare as numbers alone. CONTENT, FG and BG are as in
 * core/output/cells.ts, with differences: combined text is an id of `Texts`, BG has no flag for extended attributes (the fourth word is an
 * id of `Extras`, 0 for none), the right half of a wide cell is CONTENT 0 with the attributes of the left half, and a cell that
 * looks empty is always BLANK with FG 0.
 */
export const STRIDE = 4;
export const NARROW = 1 << CONTENT_WIDTH_SHIFT;
export const BLANK = 0x20 | NARROW;
/** Content of a cell of the terminal that nobody knows. Equal to no real cell: its width would be 3. */
export const UNKNOWN = -1;

/** Is the cell at `words[o]` an empty one, which a space or an erasure of the right background makes? */
export function isEmptyAt(words: Int32Array, o: number): boolean {
  return words[o] === BLANK && words[o + 1] === 0 && !(words[o + 2]! & BG_OVERLINE) && words[o + 3] === 0;
}

/** Largest terminal drawn, a side; what a terminal claims beyond it stays empty. Keeps a grid below 16 MB. */
export const MAX_SIDE = 1000;

export class Grid {
  readonly cols: number;
  readonly rows: number;
  readonly words: Int32Array;
  /**
   * Of what the terminal shows, a byte a cell: 1 where an empty cell was written, or erased, in some colour of letters. Nobody sees it until the
   * cursor stands there: some terminals draw the cursor in that colour. Means nothing for other cells.
   */
  readonly tinted: Uint8Array;

  constructor(cols: number, rows: number, content: number) {
    this.cols = cols;
    this.rows = rows;
    this.words = new Int32Array(cols * rows * STRIDE);
    this.tinted = new Uint8Array(cols * rows);
    this.fill(content);
  }

  /** Every cell `content`, without attributes. */
  fill(content: number): void {
    this.fillRows(0, this.rows, content);
  }

  fillRows(from: number, to: number, content: number): void {
    const { words, cols } = this;
    words.fill(0, from * cols * STRIDE, to * cols * STRIDE);
    for (let i = from * cols * STRIDE; i < to * cols * STRIDE; i += STRIDE) words[i] = content;
  }

  copyRow(y: number, from: Grid): void {
    const start = y * this.cols * STRIDE;
    this.words.set(from.words.subarray(start, start + this.cols * STRIDE), start);
  }
}
