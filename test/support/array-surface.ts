import type { CellRow, Cursor, ExtendedAttributes, Surface } from '../../src/core/index.ts';
import { BG_HAS_EXTENDED, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from '../../src/core/index.ts';

/** How a cell looks, as a test writes it. Words as in core/output/cells.ts. */
export interface Attributes {
  readonly fg?: number;
  readonly bg?: number;
  readonly extended?: ExtendedAttributes;
}

/** A surface made of arrays, which a test fills as it likes. */
export class ArraySurface implements Surface {
  cols: number;
  rows: number;
  version = 1;
  synchronizing = false;
  cursor: Cursor = { x: 0, y: 0, visible: false, shape: undefined, blink: false };
  #cells: Uint32Array;
  #combined = new Map<number, string>();
  #extended = new Map<number, ExtendedAttributes>();

  constructor(cols: number, rows: number) {
    this.cols = cols;
    this.rows = rows;
    this.#cells = new Uint32Array(cols * rows * WORDS);
    this.clear();
  }

  clear(): void {
    this.#cells.fill(0);
    for (let i = 0; i < this.#cells.length; i += WORDS) this.#cells[i] = 1 << CONTENT_WIDTH_SHIFT;
    this.#combined.clear();
    this.#extended.clear();
    this.version++;
  }

  resize(cols: number, rows: number): void {
    this.cols = cols;
    this.rows = rows;
    this.#cells = new Uint32Array(cols * rows * WORDS);
    this.clear();
  }

  /** One cell (two, when `width` is 2). '' is a cell never written. */
  set(x: number, y: number, text: string, width: 1 | 2 = 1, { fg = 0, bg = 0, extended }: Attributes = {}): void {
    const cp = text.codePointAt(0) ?? 0;
    const isCombined = text.length > (cp > 0xffff ? 2 : 1);
    for (let part = 0; part < width; part++) {
      const index = y * this.cols + x + part;
      const content = part === 0 ? (isCombined ? CONTENT_COMBINED : cp) | (width << CONTENT_WIDTH_SHIFT) : 0;
      this.#cells[index * WORDS] = content;
      this.#cells[index * WORDS + 1] = fg;
      this.#cells[index * WORDS + 2] = extended ? bg | BG_HAS_EXTENDED : bg;
      if (extended) this.#extended.set(index, extended);
      else this.#extended.delete(index);
      if (part === 0 && isCombined) this.#combined.set(index, text);
      else this.#combined.delete(index);
    }
    this.version++;
  }

  /** Text of narrow cells, from a place on. */
  write(x: number, y: number, text: string, attributes: Attributes = {}): void {
    let at = x;
    for (const char of text) this.set(at++, y, char, 1, attributes);
  }

  /** Rows move up (or down, when negative); the new ones are empty. */
  scroll(by: number): void {
    const before = Array.from({ length: this.rows }, (_, y) => this.#copyRow(y));
    this.clear();
    for (let y = 0; y < this.rows; y++) {
      const from = before[y + by];
      if (!from) continue;
      this.#cells.set(from.cells, y * this.cols * WORDS);
      for (const [x, text] of from.combined) this.#combined.set(y * this.cols + x, text);
      for (const [x, one] of from.extended) this.#extended.set(y * this.cols + x, one);
    }
  }

  #copyRow(y: number) {
    const start = y * this.cols;
    const own = <T>(map: Map<number, T>): [number, T][] =>
      [...map].filter(([at]) => at >= start && at < start + this.cols).map(([at, value]) => [at - start, value]);
    return {
      cells: this.#cells.slice(start * WORDS, (start + this.cols) * WORDS),
      combined: own(this.#combined),
      extended: own(this.#extended),
    };
  }

  row(y: number): CellRow {
    const start = y * this.cols;
    return {
      cells: this.#cells.subarray(start * WORDS, (start + this.cols) * WORDS),
      combined: (x) => this.#combined.get(start + x) ?? '',
      extended: (x) => this.#extended.get(start + x),
    };
  }
}
