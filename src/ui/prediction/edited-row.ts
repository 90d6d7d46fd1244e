import {
  BG_HAS_EXTENDED,
  type CellRow,
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type ExtendedAttributes,
  FG_UNDERLINE,
  WORDS,
} from '../../core/index.ts';

const EMPTY = 1 << CONTENT_WIDTH_SHIFT;

/** Code point of a cell; 0x20 where nothing stands, -1 for text of several code points and for the right half of a wide character. */
export function codeAt(row: CellRow, x: number): number {
  const content = row.cells[x * WORDS]!;
  if (content & CONTENT_COMBINED || widthAt(row, x) === 0) return -1;
  return content & CONTENT_CODEPOINT || 0x20;
}

export function widthAt(row: CellRow, x: number): number {
  return (row.cells[x * WORDS]! >>> CONTENT_WIDTH_SHIFT) & 3;
}

/**
 * A row of a screen with what was typed into it. As the row it is made from, valid until the screen changes.
 *
 * Typing moves the text behind the cursor on, as line editors do, but only up to the next gap: what stands apart (the side of a box, a
 * prompt at the right edge) stays where it is.
 */
export class EditedRow implements CellRow {
  readonly cells: Uint32Array;
  readonly #row: CellRow;
  readonly #cols: number;
  /** Column that each cell had before; -1: typed. */
  readonly #from: Int16Array;

  constructor(row: CellRow, cols: number) {
    this.#row = row;
    this.#cols = cols;
    this.cells = row.cells.slice(0, cols * WORDS);
    this.#from = Int16Array.from({ length: cols }, (_, x) => x);
  }

  combined(x: number): string {
    const from = this.#from[x]!;
    return from < 0 ? '' : this.#row.combined(from);
  }

  extended(x: number): ExtendedAttributes | undefined {
    const from = this.#from[x]!;
    return from < 0 ? undefined : this.#row.extended(from);
  }

  /** May a character be typed at `x` without anything being pushed over an edge? */
  hasRoom(x: number, width: number): boolean {
    return widthAt(this, x) !== 0 && this.#tail(x, width).fits;
  }

  /** Types a character at `x`, underlined, in the colours of what stands before it. `over`: nothing moves. */
  type(x: number, code: number, width: 1 | 2, over: boolean): void {
    const { end, fits } = this.#tail(x, width);
    if (fits && !over) for (let at = end - 1; at >= x; at--) this.#move(at, at + width);
    const look = Math.max(0, x - 1) * WORDS;
    const fg = this.cells[look + 1]! | FG_UNDERLINE;
    const bg = this.cells[look + 2]! & ~BG_HAS_EXTENDED;
    this.#put(x, code | (width << CONTENT_WIDTH_SHIFT), fg, bg);
    if (width === 2 && x + 1 < this.#cols) this.#put(x + 1, 0, fg, bg);
  }

  /** Takes `width` cells at `x` away. */
  erase(x: number, width: number): void {
    const { end } = this.#tail(x + width, 1);
    const bg = end < this.#cols ? this.cells[end * WORDS + 2]! & ~BG_HAS_EXTENDED : 0;
    for (let at = x + width; at < end; at++) this.#move(at, at - width);
    for (let at = end - width; at < end; at++) this.#put(at, EMPTY, 0, bg);
  }

  /** Where the text that goes on at `x` ends, and whether it may grow by `width` and still stand apart from what follows. */
  #tail(x: number, width: number): { readonly end: number; readonly fits: boolean } {
    let free = 0;
    for (let at = x; at < this.#cols; at++) {
      const code = codeAt(this, at);
      if (isSide(code)) return { end: at - free, fits: false };
      free = code === 0x20 && widthAt(this, at) === 1 ? free + 1 : 0;
      if (free > width) return { end: at - width, fits: true };
    }
    return { end: this.#cols - free, fits: free >= width };
  }

  #move(from: number, to: number): void {
    this.cells.copyWithin(to * WORDS, from * WORDS, (from + 1) * WORDS);
    this.#from[to] = this.#from[from]!;
  }

  #put(x: number, content: number, fg: number, bg: number): void {
    const i = x * WORDS;
    this.cells[i] = content;
    this.cells[i + 1] = fg;
    this.cells[i + 2] = bg;
    this.#from[x] = -1;
  }
}

/** Lines and blocks that boxes are drawn with (U+2500 to U+259F): no text pushes them away. */
function isSide(code: number): boolean {
  return code >= 0x2500 && code <= 0x259f;
}
