import { digits } from './byte-buffer.ts';
import { BLANK, type Grid, STRIDE, UNKNOWN } from './grid.ts';
import type { TerminalWriter } from './terminal-writer.ts';

/** Fewer changed rows than this are cheaper to write than to look at. */
const LEAST_ROWS = 3;
/** Rows that move must save at least this many cells beyond what the sequences cost. */
const LEAST_GAIN = 8;

interface Move {
  /** First and last row of the region. */
  readonly top: number;
  readonly bottom: number;
  /** Up when positive. */
  readonly by: number;
}

/**
 * Finds rows that moved up or down together over the whole width, and moves them on the terminal (DECSTBM, SU, SD) when that saves bytes. The rows are
 * found by hashes, which may collide: that costs bytes and no more, because the rows are compared and written after it as always.
 */
export class Scroller {
  readonly #writer: TerminalWriter;
  #next = new Int32Array(0);
  #shown = new Int32Array(0);
  #votes = new Int32Array(0);

  constructor(writer: TerminalWriter) {
    this.#writer = writer;
  }

  /** Moves rows of the terminal and of `shown`, and marks them in `dirty`. */
  apply(next: Grid, shown: Grid, dirty: Uint8Array): void {
    let changed = 0;
    for (const one of dirty) changed += one;
    if (changed < LEAST_ROWS) return;
    let move = this.#find(next, shown, dirty);
    if (!move) return;
    let gain = this.#gain(next, shown, move);
    // Often what lies around is empty or moves too, and then no region is the shortest.
    const whole = { ...move, top: 0, bottom: shown.rows - 1 };
    const wholeGain = this.#gain(next, shown, whole);
    if (wholeGain >= gain) {
      move = whole;
      gain = wholeGain;
    }
    if (gain < LEAST_GAIN) return;
    this.#writer.setMargins(move.top, move.bottom, shown.rows);
    this.#writer.pen.setErase(0);
    this.#writer.csi(Math.abs(move.by), move.by > 0 ? 'S' : 'T');
    shift(shown, move, this.#writer.pen.tintsBlank);
    dirty.fill(1, move.top, move.bottom + 1);
  }

  /** The longest run of rows that stand elsewhere by the distance that most changed rows agree on. */
  #find(next: Grid, shown: Grid, dirty: Uint8Array): Move | undefined {
    const { rows } = next;
    if (this.#next.length !== rows) {
      this.#next = new Int32Array(rows);
      this.#shown = new Int32Array(rows);
      this.#votes = new Int32Array(2 * rows);
    }
    const votes = this.#votes.fill(0);
    for (let y = 0; y < rows; y++) {
      this.#shown[y] = hashRow(shown, y);
      this.#next[y] = dirty[y] ? hashRow(next, y) : this.#shown[y]!;
    }
    let best = 0;
    for (let y = 0; y < rows; y++) {
      const hash = this.#next[y]!;
      if (hash === 0 || hash === this.#shown[y]) continue;
      for (let from = 0; from < rows; from++) {
        if (this.#shown[from] !== hash) continue;
        const by = from - y;
        votes[by + rows]!++;
        if (best === 0 || votes[by + rows]! > votes[best + rows]!) best = by;
      }
    }
    if (best === 0 || votes[best + rows]! < 2) return undefined;
    let first = -1;
    let length = 0;
    for (let y = Math.max(0, -best); y < Math.min(rows, rows - best); y++) {
      const start = y;
      while (y < Math.min(rows, rows - best) && this.#next[y] === this.#shown[y + best]) y++;
      if (y - start > length) {
        length = y - start;
        first = start;
      }
    }
    if (first < 0) return undefined;
    return best > 0
      ? { top: first, bottom: first + length - 1 + best, by: best }
      : { top: first + best, bottom: first + length - 1, by: best };
  }

  /** Cells that need not be written after the move, less those that need to be because of it, less its bytes. */
  #gain(next: Grid, shown: Grid, { top, bottom, by }: Move): number {
    let gain = -(this.#writer.marginsCost(top, bottom, next.rows) + 3 + digits(Math.abs(by)));
    for (let y = top; y <= bottom; y++) {
      const from = y + by;
      gain += differences(next, y, shown, y) - differences(next, y, shown, from < top || from > bottom ? -1 : from);
    }
    return gain;
  }
}

/** 0 for a row that is empty or not known. */
function hashRow({ words, cols }: Grid, y: number): number {
  let hash = 0;
  let isEmpty = true;
  const end = (y + 1) * cols * STRIDE;
  for (let o = y * cols * STRIDE; o < end; o += STRIDE) {
    const content = words[o]!;
    if (content === UNKNOWN) return 0;
    if (content !== BLANK || words[o + 2] !== 0) isEmpty = false;
    hash = Math.imul(hash ^ content, 0x9e3779b1) + words[o + 1]!;
    hash = Math.imul(hash ^ (hash >>> 15) ^ words[o + 2]! ^ (words[o + 3]! << 7), 0x85ebca6b);
  }
  return isEmpty ? 0 : hash | 1;
}

/** Cells that differ between two rows; `other` -1 is an empty row. Empty cells at the end of a row cost next to nothing and count as one. */
function differences(a: Grid, y: number, b: Grid, other: number): number {
  const { words, cols } = a;
  let count = 0;
  let blanks = 0;
  let at = y * cols * STRIDE;
  let from = other * cols * STRIDE;
  for (let x = 0; x < cols; x++, at += STRIDE, from += STRIDE) {
    const same =
      other < 0
        ? words[at] === BLANK && words[at + 1] === 0 && words[at + 2] === 0 && words[at + 3] === 0
        : words[at] === b.words[from] &&
          words[at + 1] === b.words[from + 1] &&
          words[at + 2] === b.words[from + 2] &&
          words[at + 3] === b.words[from + 3];
    if (same) continue;
    if (words[at] === BLANK) blanks++;
    else {
      count += 1 + Math.min(blanks, 4);
      blanks = 0;
    }
  }
  return count + Math.min(blanks, 4);
}

/** `tints`: the new rows were erased by a pen that tints blanks. */
function shift(grid: Grid, { top, bottom, by }: Move, tints: boolean): void {
  const { cols, tinted } = grid;
  const row = cols * STRIDE;
  if (by > 0) {
    grid.words.copyWithin(top * row, (top + by) * row, (bottom + 1) * row);
    grid.fillRows(bottom + 1 - by, bottom + 1, BLANK);
    tinted.copyWithin(top * cols, (top + by) * cols, (bottom + 1) * cols);
    tinted.fill(tints ? 1 : 0, (bottom + 1 - by) * cols, (bottom + 1) * cols);
  } else {
    grid.words.copyWithin((top - by) * row, top * row, (bottom + 1 + by) * row);
    grid.fillRows(top, top - by, BLANK);
    tinted.copyWithin((top - by) * cols, top * cols, (bottom + 1 + by) * cols);
    tinted.fill(tints ? 1 : 0, top * cols, (top - by) * cols);
  }
}
