import {
  BG_DIM,
  BG_HAS_EXTENDED,
  BG_OVERLINE,
  COLOR_MODE,
  COLOR_VALUE,
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  FG_INVERSE,
  FG_STRIKETHROUGH,
  FG_UNDERLINE,
  WORDS,
} from '../../core/index.ts';
import { BLANK, Grid, NARROW, STRIDE } from './grid.ts';
import { type Highlight, type Layer, sameLayer } from './layer.ts';
import { isMark, isSafeAlone } from './safe-text.ts';
import type { Tables } from './tables.ts';

const COLOR = COLOR_MODE | COLOR_VALUE;
/** Attributes that show on an empty cell. */
const FG_ON_BLANK = FG_INVERSE | FG_UNDERLINE | (FG_STRIKETHROUGH | 0);
/** What of BG the grid keeps: colour, italic, dim, overline. */
const BG_KEPT = COLOR | 0x4000000 | BG_DIM | BG_OVERLINE;
const TEXT = CONTENT_COMBINED | CONTENT_CODEPOINT;
const DOT = 0xb7 | NARROW;

/** A layer as placed, and the parts of terminal rows where nothing covers it. */
export interface Placed {
  readonly layer: Layer;
  /** Triples: terminal row, first column, column after the last. */
  readonly runs: readonly number[];
  /** Of the surface, when it was last merged; -1: never. */
  version: number;
}

/** The layers, merged into one grid of what the terminal shall show. */
export class Stack {
  readonly #tables: Tables;
  grid = new Grid(0, 0, BLANK);
  /** Rows of `grid` that changed since someone last cleared this. */
  dirty = new Uint8Array(0);
  placed: readonly Placed[] = [];
  #layers: readonly Layer[] = [];
  #owners = new Int16Array(0);

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  setSize(cols: number, rows: number): void {
    this.grid = new Grid(cols, rows, BLANK);
    this.dirty = new Uint8Array(rows).fill(1);
    this.#owners = new Int16Array(cols * rows);
    this.#place();
  }

  /** False when the layers are what they were. */
  setLayers(layers: readonly Layer[]): boolean {
    const old = this.#layers;
    if (layers.length === old.length && layers.every((layer, i) => sameLayer(layer, old[i]!))) return false;
    this.#layers = [...layers];
    this.#place();
    return true;
  }

  /** The uppermost layer that shows this cell of the terminal; -1 for none. */
  ownerAt(x: number, y: number): number {
    const { cols, rows } = this.grid;
    return x < 0 || y < 0 || x >= cols || y >= rows ? -1 : this.#owners[y * cols + x]!;
  }

  #place(): void {
    const { cols, rows } = this.grid;
    const owners = this.#owners.fill(-1);
    this.#layers.forEach(({ rect }, index) => {
      const left = Math.max(0, rect.x);
      const right = Math.min(cols, rect.x + rect.cols);
      if (left >= right) return;
      for (let y = Math.max(0, rect.y); y < Math.min(rows, rect.y + rect.rows); y++)
        owners.fill(index, y * cols + left, y * cols + right);
    });
    const runs: number[][] = this.#layers.map(() => []);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < cols; ) {
        const owner = owners[y * cols + x]!;
        const from = x;
        do x++;
        while (x < cols && owners[y * cols + x] === owner);
        if (owner >= 0) runs[owner]!.push(y, from, x);
        else this.#pad(y, from, x, BLANK, 0);
      }
    }
    this.placed = this.#layers.map((layer, index) => ({ layer, runs: runs[index]!, version: -1 }));
  }

  /** Brings the cells of one layer up to date. */
  merge(placed: Placed): void {
    const { layer, runs } = placed;
    const { surface, rect, source } = layer;
    placed.version = surface.version;
    const shift = source.x - rect.x;
    const dots = layer.padding === 'dots';
    const [padding, attributes] = dots ? [DOT, BG_DIM] : [BLANK, 0];
    for (let i = 0; i < runs.length; i += 3) {
      const y = runs[i]!;
      const from = runs[i + 1]!;
      const to = runs[i + 2]!;
      const row = y - rect.y + source.y;
      const outside = row < 0 || row >= surface.rows;
      const first = outside ? to : Math.min(to, Math.max(from, -shift));
      const end = outside ? to : Math.max(first, Math.min(to, surface.cols - shift));
      if (first > from) this.#pad(y, from, first, padding, attributes);
      if (end > first) this.#cells(layer, y, row, first, end, shift);
      if (to > end) this.#pad(y, end, to, padding, attributes);
    }
  }

  #pad(y: number, from: number, to: number, content: number, bg: number): void {
    const { words, cols } = this.grid;
    let changed = false;
    for (let o = (y * cols + from) * STRIDE; o < (y * cols + to) * STRIDE; o += STRIDE) {
      if (words[o] === content && words[o + 1] === 0 && words[o + 2] === bg && words[o + 3] === 0) continue;
      words[o] = content;
      words[o + 1] = 0;
      words[o + 2] = bg;
      words[o + 3] = 0;
      changed = true;
    }
    if (changed) this.dirty[y] = 1;
  }

  #cells(layer: Layer, y: number, rowIndex: number, from: number, to: number, shift: number): void {
    const row = layer.surface.row(rowIndex);
    const source = row.cells;
    const { words, cols } = this.grid;
    const dim = layer.dim ? BG_DIM : 0;
    const marked = layer.highlights?.filter((one) => one.row === rowIndex);
    const highlights = marked?.length ? marked : undefined;
    let changed = false;
    let i = (from + shift) * WORDS;
    let o = (y * cols + from) * STRIDE;
    for (let x = from; x < to; x++, i += WORDS, o += STRIDE) {
      const raw = source[i]! | 0;
      let fg = source[i + 1]! | 0;
      let bg = source[i + 2]! | 0;
      const extra = bg & BG_HAS_EXTENDED ? this.#tables.extras.id(row.extended(x + shift)) : 0;
      bg = (bg & BG_KEPT) | dim;
      const text = raw & TEXT;
      const width = (raw >>> CONTENT_WIDTH_SHIFT) & 3;
      let content = BLANK;
      let wide = false;
      if (width === 1 || (width === 2 && x + 1 < to && ((source[i + WORDS]! >>> CONTENT_WIDTH_SHIFT) & 3) === 0)) {
        if (text > 0x20 && text < 0x7f) content = text | (width << CONTENT_WIDTH_SHIFT);
        else if (text !== 0 && text !== 0x20) {
          const safe =
            text & CONTENT_COMBINED ? this.#tables.texts.content(row.combined(x + shift)) : this.#alone(text);
          if (safe !== 0) content = safe | (width << CONTENT_WIDTH_SHIFT);
        }
        wide = content !== BLANK && width === 2;
      }
      if (highlights && isHighlighted(highlights, x + shift, wide)) fg ^= FG_INVERSE;
      if (content === BLANK && !(fg & FG_ON_BLANK) && !(bg & BG_OVERLINE) && extra === 0) {
        fg = 0;
        bg &= COLOR;
      }
      if (words[o] !== content || words[o + 1] !== fg || words[o + 2] !== bg || words[o + 3] !== extra) {
        words[o] = content;
        words[o + 1] = fg;
        words[o + 2] = bg;
        words[o + 3] = extra;
        changed = true;
      }
      if (!wide) continue;
      x++;
      i += WORDS;
      o += STRIDE;
      if (words[o] !== 0 || words[o + 1] !== fg || words[o + 2] !== bg || words[o + 3] !== extra) {
        words[o] = 0;
        words[o + 1] = fg;
        words[o + 2] = bg;
        words[o + 3] = extra;
        changed = true;
      }
    }
    if (changed) this.dirty[y] = 1;
  }

  /** A single code point as CONTENT without width; 0 when it may not be drawn. A lone mark gets a space to stand on. */
  #alone(cp: number): number {
    if (isSafeAlone(cp)) return cp;
    return isMark(cp) ? this.#tables.texts.content(` ${String.fromCodePoint(cp)}`) : 0;
  }
}

function isHighlighted(highlights: readonly Highlight[], x: number, wide: boolean): boolean {
  const last = wide ? x + 1 : x;
  return highlights.some((one) => x < one.to && last >= one.from);
}
