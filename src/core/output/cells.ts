/**
 * The picture of a terminal as numbers. A row is three 32-bit words a cell, CONTENT, FG, BG, in the layout of xterm.js' BufferLine
 * (src/common/buffer/Constants.ts there), so that a row of the emulator can be read without copying it.
 */
export const WORDS = 3;

/** CONTENT: code point in bits 0 to 20; bit 21: the text stands in `combined` instead; bits 22, 23: width 0, 1 or 2. */
export const CONTENT_CODEPOINT = 0x1fffff;
export const CONTENT_COMBINED = 0x200000;
export const CONTENT_WIDTH_SHIFT = 22;

/** FG and BG: colour in bits 0 to 23, its kind in bits 24 and 25. */
export const COLOR_MODE = 0x3000000;
export const COLOR_DEFAULT = 0;
export const COLOR_P16 = 0x1000000;
export const COLOR_P256 = 0x2000000;
export const COLOR_RGB = 0x3000000;
export const COLOR_VALUE = 0xffffff;

export const FG_INVERSE = 0x4000000;
export const FG_BOLD = 0x8000000;
export const FG_UNDERLINE = 0x10000000;
export const FG_BLINK = 0x20000000;
export const FG_INVISIBLE = 0x40000000;
export const FG_STRIKETHROUGH = 0x80000000;
export const BG_ITALIC = 0x4000000;
export const BG_DIM = 0x8000000;
/** Underline style, underline colour or a link stand in `extended`. */
export const BG_HAS_EXTENDED = 0x10000000;
export const BG_PROTECTED = 0x20000000;
export const BG_OVERLINE = 0x40000000;

export type UnderlineStyle = 0 | 1 | 2 | 3 | 4 | 5;

export interface ExtendedAttributes {
  /** 0 none, 1 single, 2 double, 3 curly, 4 dotted, 5 dashed. */
  readonly underlineStyle: UnderlineStyle;
  /** As FG: value and COLOR_MODE bits; COLOR_DEFAULT when it follows the text. */
  readonly underlineColor: number;
  /** http or https only; undefined for none. */
  readonly link: string | undefined;
}

/** One row, valid until the surface changes. */
export interface CellRow {
  /** At least cols * WORDS long. */
  readonly cells: Uint32Array;
  /** Text of a cell whose CONTENT has CONTENT_COMBINED. */
  combined(x: number): string;
  /** Of a cell whose BG has BG_HAS_EXTENDED. */
  extended(x: number): ExtendedAttributes | undefined;
}

export type CursorShape = 'block' | 'underline' | 'bar';

export interface Cursor {
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
  /** undefined: the user's own default. */
  readonly shape: CursorShape | undefined;
  readonly blink: boolean;
}

/** Something that can be drawn: the screen of a session, or the chrome. */
export interface Surface {
  readonly cols: number;
  readonly rows: number;
  /** Grows whenever anything that can be seen changed. */
  readonly version: number;
  /** True while the program is inside a synchronized update (mode 2026): hold its frame, at most 150 ms. */
  readonly synchronizing: boolean;
  readonly cursor: Cursor;
  row(y: number): CellRow;
}
