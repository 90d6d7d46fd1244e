import { ByteBuffer, digits } from './byte-buffer.ts';
import type { Capabilities } from './capabilities.ts';
import { Pen } from './pen.ts';
import type { Tables } from './tables.ts';

/** A place that is not known. */
export const NOWHERE = -1;

/** What the frame writes, and where that leaves the terminal's cursor. Rows and columns count from 0. */
export class TerminalWriter {
  readonly out = new ByteBuffer();
  readonly pen: Pen;
  readonly capabilities: Capabilities;
  readonly #tables: Tables;
  /**
   * NOWHERE after a cell of doubtful width, and in the last column, where terminals differ about a pending wrap: from there only
   * movements to a column or a place are used.
   */
  x = NOWHERE;
  /** NOWHERE only after `forget`, and then `x` too. */
  y = NOWHERE;
  /** DECSTBM, first and last row; undefined: the whole screen. It stays between frames, because what scrolled once scrolls again. */
  #margins: { readonly top: number; readonly bottom: number } | undefined;

  constructor(tables: Tables, capabilities: Capabilities) {
    this.#tables = tables;
    this.capabilities = capabilities;
    this.pen = new Pen(this.out, tables.extras, capabilities);
  }

  forget(): void {
    this.x = NOWHERE;
    this.y = NOWHERE;
    this.#margins = undefined;
    this.pen.forget();
  }

  /** Rows that scroll. DECSTBM takes the cursor home. */
  setMargins(top: number, bottom: number, rows: number): void {
    if (this.#hasMargins(top, bottom, rows)) return;
    const isWhole = top === 0 && bottom === rows - 1;
    this.#margins = isWhole ? undefined : { top, bottom };
    this.out.ascii(isWhole ? '\x1b[r' : `\x1b[${top + 1};${bottom + 1}r`);
    this.x = 0;
    this.y = 0;
  }

  /** Bytes of `setMargins`, and of the movement after it. */
  marginsCost(top: number, bottom: number, rows: number): number {
    if (this.#hasMargins(top, bottom, rows)) return 0;
    return top === 0 && bottom === rows - 1 ? 8 : 9 + digits(top + 1) + digits(bottom + 1);
  }

  #hasMargins(top: number, bottom: number, rows: number): boolean {
    if (!this.#margins) return top === 0 && bottom === rows - 1;
    return this.#margins.top === top && this.#margins.bottom === bottom;
  }

  /** CUU and CUD stop at the margins (ECMA-48 knows none; VT510, CUU and CUD). */
  #canCross(y: number): boolean {
    const margins = this.#margins;
    if (!margins) return true;
    const zone = (row: number): number => (row < margins.top ? 0 : row <= margins.bottom ? 1 : 2);
    return zone(this.y) === zone(y);
  }

  /** CSI with a number, which is left out when it is the default, 1. */
  csi(count: number, final: string): void {
    this.out.ascii('\x1b[');
    if (count !== 1) this.out.number(count);
    this.out.ascii(final);
  }

  /** By the fewest bytes: CUP, or up and down (CUU, CUD) and then along the row (CR, BS, CUF, CUB, CHA). */
  moveTo(x: number, y: number): void {
    if (this.x === x && this.y === y) return;
    const placeCost = x === 0 ? (y === 0 ? 3 : 3 + digits(y + 1)) : 4 + digits(y + 1) + digits(x + 1);
    const rows = this.y === NOWHERE ? 0 : y - this.y;
    const rowsCost = rows === 0 ? 0 : csiCost(Math.abs(rows));
    if (this.y === NOWHERE || (rows !== 0 && !this.#canCross(y)) || rowsCost + this.#alongCost(x) >= placeCost) {
      this.out.ascii('\x1b[');
      if (x !== 0 || y !== 0) this.out.number(y + 1);
      if (x !== 0) {
        this.out.byte(0x3b);
        this.out.number(x + 1);
      }
      this.out.byte(0x48);
    } else {
      if (rows !== 0) this.csi(Math.abs(rows), rows > 0 ? 'B' : 'A');
      this.#along(x);
    }
    this.x = x;
    this.y = y;
  }

  #alongCost(x: number): number {
    if (x === this.x) return 0;
    if (x === 0) return 1;
    const cost = Math.min(3 + digits(x + 1), 1 + csiCost(x));
    if (this.x === NOWHERE) return cost;
    const by = x - this.x;
    return Math.min(cost, by < 0 ? Math.min(-by, csiCost(-by)) : csiCost(by));
  }

  #along(x: number): void {
    if (x === this.x) return;
    const cost = this.#alongCost(x);
    const by = this.x === NOWHERE ? 0 : x - this.x;
    if (x === 0) this.out.byte(0x0d);
    else if (by > 0 && csiCost(by) === cost) this.csi(by, 'C');
    else if (by < 0 && -by === cost) for (let i = 0; i < cost; i++) this.out.byte(0x08);
    else if (by < 0 && csiCost(-by) === cost) this.csi(-by, 'D');
    else if (1 + csiCost(x) === cost) {
      this.out.byte(0x0d);
      this.csi(x, 'C');
    } else this.csi(x + 1, 'G');
  }

  /** Bytes to the right along the row from a known column. */
  static forwardCost(by: number): number {
    return csiCost(by);
  }

  /** The cursor went `cells` on; in the last column terminals disagree about where it is now. */
  advance(cells: number, cols: number): void {
    this.x = this.x + cells >= cols ? NOWHERE : this.x + cells;
  }

  spaces(count: number): void {
    for (let i = 0; i < count; i++) this.out.byte(0x20);
  }

  text(content: number): void {
    for (const char of this.#tables.texts.text(content)) this.out.codePoint(char.codePointAt(0)!);
  }
}

function csiCost(count: number): number {
  return count === 1 ? 3 : 3 + digits(count);
}
