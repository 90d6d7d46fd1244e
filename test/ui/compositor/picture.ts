import headless from '@xterm/headless';
import {
  BG_DIM,
  BG_HAS_EXTENDED,
  BG_ITALIC,
  BG_OVERLINE,
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  FG_BLINK,
  FG_BOLD,
  FG_INVERSE,
  FG_INVISIBLE,
  FG_STRIKETHROUGH,
  FG_UNDERLINE,
  type Surface,
  WORDS,
} from '../../../src/core/index.ts';
import type { CursorTarget, Layer } from '../../../src/ui/compositor/index.ts';
import type { MODERN_WIDTHS } from '../../support/widths.ts';

/** A cell as someone in front of the terminal sees it: what does not show is not in it. */
export interface Seen {
  /** ' ' for an empty cell, '' for the right half of a wide one. */
  text: string;
  /** FG_ and BG_ flags that show, each in its own word. */
  fgFlags: number;
  bgFlags: number;
  /** Mode and value, as in cells. */
  fg: number;
  bg: number;
  underline: number;
  underlineColor: number;
  link: string | undefined;
}

const FG_FLAGS = FG_INVERSE | FG_BOLD | FG_BLINK | FG_INVISIBLE | FG_STRIKETHROUGH;
const BG_FLAGS = BG_ITALIC | BG_DIM | BG_OVERLINE;
const COLOR = 0x3ffffff;
const SHOWS_ON_BLANK = FG_INVERSE | FG_STRIKETHROUGH;

function colorOf(word: number): number {
  const mode = word & 0x3000000;
  return mode === 0 ? 0 : mode === 0x3000000 ? word & COLOR : mode | (word & 0xff);
}

interface Extended {
  readonly underlineStyle: number;
  readonly underlineColor: number;
  readonly link: string | undefined;
}

function see(text: string, fg: number, bg: number, extended: Extended | undefined): Seen {
  const seen: Seen = {
    text,
    fgFlags: (fg & FG_FLAGS) >>> 0,
    bgFlags: bg & BG_FLAGS,
    fg: colorOf(fg),
    bg: colorOf(bg),
    underline: fg & FG_UNDERLINE ? extended?.underlineStyle || 1 : 0,
    underlineColor: 0,
    link: extended?.link,
  };
  if (seen.underline && extended) seen.underlineColor = colorOf(extended.underlineColor);
  if (
    text === ' ' &&
    !(fg & SHOWS_ON_BLANK) &&
    !(bg & BG_OVERLINE) &&
    seen.underline === 0 &&
    seen.link === undefined
  ) {
    seen.fg = 0;
    seen.fgFlags = 0;
    seen.bgFlags = 0;
  }
  return seen;
}

/** May the text be drawn at all? Written apart from the product's own rule. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

/** What the layers should look like on a terminal, cell by cell, from their definition. */
export function expectedCells(cols: number, rows: number, layers: readonly Layer[]): Seen[] {
  const owners = new Array<number>(cols * rows).fill(-1);
  layers.forEach(({ rect }, index) => {
    for (let y = Math.max(0, rect.y); y < Math.min(rows, rect.y + rect.rows); y++)
      for (let x = Math.max(0, rect.x); x < Math.min(cols, rect.x + rect.cols); x++) owners[y * cols + x] = index;
  });
  const seen: Seen[] = [];
  for (let y = 0; y < rows; y++) {
    let half: Seen | undefined;
    for (let x = 0; x < cols; x++) {
      if (half) {
        seen.push({ ...half, text: '' });
        half = undefined;
        continue;
      }
      const owner = owners[y * cols + x]!;
      const layer = layers[owner];
      const hasRight = x + 1 < cols && owners[y * cols + x + 1] === owner;
      const cell = layer
        ? surfaceCell(layer, x - layer.rect.x + layer.source.x, y - layer.rect.y + layer.source.y, hasRight)
        : { seen: see(' ', 0, 0, undefined), isWide: false };
      seen.push(cell.seen);
      if (cell.isWide) half = cell.seen;
    }
  }
  return seen;
}

function surfaceCell(layer: Layer, x: number, y: number, hasRight: boolean): { seen: Seen; isWide: boolean } {
  const { surface } = layer;
  if (x < 0 || y < 0 || x >= surface.cols || y >= surface.rows) {
    const dots = layer.padding === 'dots';
    return { seen: see(dots ? '·' : ' ', 0, dots ? BG_DIM : 0, undefined), isWide: false };
  }
  const row = surface.row(y);
  const content = row.cells[x * WORDS]!;
  let fg = row.cells[x * WORDS + 1]!;
  let bg = row.cells[x * WORDS + 2]!;
  const width = (content >>> CONTENT_WIDTH_SHIFT) & 3;
  const cp = content & CONTENT_CODEPOINT;
  let text = content & CONTENT_COMBINED ? row.combined(x) : cp === 0 ? ' ' : String.fromCodePoint(cp);
  const rightWidth = ((row.cells[(x + 1) * WORDS] ?? 1) >>> CONTENT_WIDTH_SHIFT) & 3;
  let isWide = width === 2 && hasRight && x + 1 < surface.cols && rightWidth === 0;
  if (width === 0 || (width === 2 && !isWide) || UNSAFE.test(text)) {
    text = ' ';
    isWide = false;
  }
  const last = isWide ? x + 1 : x;
  if (layer.highlights?.some((one) => one.row === y && one.from <= last && x < one.to)) fg = (fg ^ FG_INVERSE) >>> 0;
  if (layer.dim) bg |= BG_DIM;
  return { seen: see(text, fg, bg, bg & BG_HAS_EXTENDED ? row.extended(x) : undefined), isWide };
}

/** Where the cursor should be seen; undefined: nowhere. */
export function expectedCursor(
  cols: number,
  rows: number,
  layers: readonly Layer[],
  target: CursorTarget | undefined,
): { x: number; y: number; shape: number } | undefined {
  if (!target) return undefined;
  const shapes = { block: 2, underline: 4, bar: 6 };
  const number = (shape: keyof typeof shapes | undefined, blink: boolean) =>
    shape ? shapes[shape] - (blink ? 1 : 0) : 0;
  const inside = (x: number, y: number, rect: Layer['rect']) =>
    x >= rect.x && y >= rect.y && x < rect.x + rect.cols && y < rect.y + rect.rows;
  const screen = { x: 0, y: 0, cols, rows };
  if (!('surface' in target))
    return inside(target.x, target.y, screen)
      ? { x: target.x, y: target.y, shape: number(target.shape, target.blink ?? false) }
      : undefined;
  const index = layers.findLastIndex((layer) => layer.surface === target.surface);
  const layer = layers[index];
  if (!layer) return undefined;
  const { cursor } = layer.surface;
  const x = Math.min(cursor.x, layer.surface.cols - 1) - layer.source.x + layer.rect.x;
  const y = cursor.y - layer.source.y + layer.rect.y;
  const isCovered = layers.slice(index + 1).some((above) => inside(x, y, above.rect));
  if (!cursor.visible || isCovered || !inside(x, y, layer.rect) || !inside(x, y, screen)) return undefined;
  return { x, y, shape: number(cursor.shape, cursor.blink) };
}

interface Internals {
  writeSync(data: Uint8Array | string): void;
  _oscLinkService: { getLinkData(id: number): { uri: string } | undefined };
  coreService: { isCursorHidden: boolean };
  _bufferService: {
    buffer: {
      x: number;
      y: number;
      ybase: number;
      lines: {
        get(y: number): {
          _data: Uint32Array;
          _combined: Record<number, string>;
          _extendedAttrs: Record<number, { _ext: number; _urlId: number; underlineColor: number }>;
        };
      };
    };
  };
}

/** The second emulator: a bare one that gets the compositor's bytes. */
export class Terminal {
  readonly #term;
  readonly #core: Internals;
  cols: number;
  rows: number;
  cursorShape = 0;

  /** `widths`: of a terminal that knows grapheme clusters; without them xterm.js' own, Unicode 6. */
  constructor(cols: number, rows: number, widths?: typeof MODERN_WIDTHS) {
    this.cols = cols;
    this.rows = rows;
    this.#term = new headless.Terminal({ cols, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
    if (widths) {
      this.#term.unicode.register(widths);
      this.#term.unicode.activeVersion = widths.version;
    }
    this.#core = (this.#term as unknown as { _core: Internals })._core;
    this.#term.parser.registerCsiHandler({ intermediates: ' ', final: 'q' }, (params) => {
      this.cursorShape = params[0] as number;
      return true;
    });
    this.write('\x1b[?1049h');
  }

  /** At once, without the timer of `Terminal.write`. */
  write(data: Uint8Array | string): void {
    this.#core.writeSync(data);
  }

  resize(cols: number, rows: number): void {
    this.cols = cols;
    this.rows = rows;
    this.#term.resize(cols, rows);
  }

  cells(): Seen[] {
    const { buffer } = this.#core._bufferService;
    const seen: Seen[] = [];
    for (let y = 0; y < this.rows; y++) {
      const line = buffer.lines.get(buffer.ybase + y);
      for (let x = 0; x < this.cols; x++) {
        const content = line._data[x * WORDS]!;
        const fg = line._data[x * WORDS + 1]!;
        const bg = line._data[x * WORDS + 2]!;
        const width = (content >>> CONTENT_WIDTH_SHIFT) & 3;
        const cp = content & CONTENT_CODEPOINT;
        const raw = content & CONTENT_COMBINED ? line._combined[x]! : cp === 0 ? ' ' : String.fromCodePoint(cp);
        const extended = bg & BG_HAS_EXTENDED ? line._extendedAttrs[x] : undefined;
        seen.push(
          see(
            width === 0 ? '' : raw,
            fg,
            bg,
            extended && {
              underlineStyle: (extended._ext >>> 26) & 7,
              underlineColor: extended.underlineColor,
              link: this.#core._oscLinkService.getLinkData(extended._urlId)?.uri,
            },
          ),
        );
      }
    }
    return seen;
  }

  cursor(): { x: number; y: number; shape: number } | undefined {
    const { buffer } = this.#core._bufferService;
    if (this.#core.coreService.isCursorHidden) return undefined;
    return { x: Math.min(buffer.x, this.cols - 1), y: buffer.y, shape: this.cursorShape };
  }

  /** Is the cursor on an empty cell that has a colour of letters, or what changes it? Some terminals draw the cursor in that. */
  get tintsCursor(): boolean {
    const { x, y } = this.cursor() ?? {};
    if (x === undefined || y === undefined) return false;
    const { text, fgFlags, bgFlags, underline, link } = this.cells()[y * this.cols + x]!;
    if (text !== ' ' || fgFlags !== 0 || bgFlags !== 0 || underline !== 0 || link !== undefined) return false;
    const { buffer } = this.#core._bufferService;
    const { _data: words } = buffer.lines.get(buffer.ybase + y);
    const [fg, bg] = [words[x * WORDS + 1]!, words[x * WORDS + 2]!];
    return (fg & ~FG_BLINK) !== 0 || (bg & BG_DIM) !== 0;
  }

  text(): string[] {
    const cells = this.cells();
    return Array.from({ length: this.rows }, (_, y) =>
      cells
        .slice(y * this.cols, (y + 1) * this.cols)
        .map((cell) => cell.text)
        .join('')
        .trimEnd(),
    );
  }

  dispose(): void {
    this.#term.dispose();
  }
}

/** The first difference, in words; undefined: none. */
export function difference(cols: number, expected: readonly Seen[], actual: readonly Seen[]): string | undefined {
  for (let i = 0; i < expected.length; i++) {
    const a = expected[i]!;
    const b = actual[i]!;
    if (
      a.text !== b.text ||
      a.fgFlags !== b.fgFlags ||
      a.bgFlags !== b.bgFlags ||
      a.fg !== b.fg ||
      a.bg !== b.bg ||
      a.underline !== b.underline ||
      a.underlineColor !== b.underlineColor ||
      a.link !== b.link
    )
      return `column ${i % cols}, row ${Math.floor(i / cols)}: expected ${JSON.stringify(a)}, the terminal shows ${JSON.stringify(b)}`;
  }
  return undefined;
}

/** For tests that look at one surface as it is. */
export function wholeLayer(surface: Surface, at: { x: number; y: number } = { x: 0, y: 0 }): Layer {
  return { surface, rect: { ...at, cols: surface.cols, rows: surface.rows }, source: { x: 0, y: 0 } };
}
