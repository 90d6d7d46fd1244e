import { eastAsianWidth } from 'get-east-asian-width';

/**
 * How wide a character is, and whether it joins the cell before it: UAX #11 (East Asian width) and the parts of UAX #29
 * (grapheme clusters) that programs and terminals agree on.
 *
 * - Marks (Mn, Mc, Me), ZWJ, variation selectors and tags take no cell: they join what stands before the cursor.
 * - VS16 makes an emoji base two cells wide; an emoji modifier, the second regional indicator and what follows a ZWJ
 *   inside an emoji do the same.
 * - Hangul vowels and trailing consonants (jamo) join the consonant before them: one syllable, one cell of width 2.
 * - Other format characters (ZWSP, word joiner, bidi controls) take no cell and are not kept: a bidi override in a cell would
 *   turn round the text of the outer terminal.
 * - Ambiguous width is 1.
 */

/** Classes of code points, 4 bits. */
export const OTHER = 0;
const EXTEND = 1;
const ZWJ = 2;
const VS16 = 3;
const REGIONAL = 4;
const PICTOGRAPH = 5;
const MODIFIER = 6;
const JAMO_LEAD = 7;
const JAMO_REST = 8;
/** Takes no cell, is not kept. */
export const IGNORED = 9;

/** A property: width in bits 0 and 1, class in bits 2 to 5, and in bit 6 whether VS16 makes it wide. */
export const WIDTH_MASK = 3;
export const CLASS_SHIFT = 2;
export const CLASS_MASK = 15;
const EMOJI = 64;

const MARK = /^\p{M}$/u;
const IGNORABLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/u;
const EMOJI_BASE = /^\p{Emoji}$/u;
const PICTOGRAPHIC = /^\p{Extended_Pictographic}$/u;
/** Format characters that are drawn (ARABIC NUMBER SIGN and its like), and the soft hyphen, which terminals give a cell. */
const VISIBLE_FORMAT = /^[\u00ad\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u;

function classify(code: number): number {
  if (code < 0x300) {
    if (code === 0xa9 || code === 0xae) return 1 | (PICTOGRAPH << CLASS_SHIFT) | EMOJI;
    // The keycap bases: # * 0 to 9.
    if ((code >= 0x30 && code <= 0x39) || code === 0x23 || code === 0x2a) return 1 | EMOJI;
    return 1;
  }
  // Large ranges without exceptions, so that pages of them are built quickly.
  if ((code >= 0x4e00 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3)) return 2;
  if (code === 0x200d) return ZWJ << CLASS_SHIFT;
  if (code === 0xfe0f) return VS16 << CLASS_SHIFT;
  if (code === 0x200c || (code >= 0xfe00 && code <= 0xfe0e) || (code >= 0xe0000 && code <= 0xe0fff)) {
    return EXTEND << CLASS_SHIFT;
  }
  if (code >= 0x1f1e6 && code <= 0x1f1ff) return 1 | (REGIONAL << CLASS_SHIFT);
  if (code >= 0x1f3fb && code <= 0x1f3ff) return 2 | (MODIFIER << CLASS_SHIFT);
  if ((code >= 0x1100 && code <= 0x115f) || (code >= 0xa960 && code <= 0xa97c)) return 2 | (JAMO_LEAD << CLASS_SHIFT);
  if ((code >= 0x1160 && code <= 0x11ff) || (code >= 0xd7b0 && code <= 0xd7fb)) return JAMO_REST << CLASS_SHIFT;
  const text = String.fromCodePoint(code);
  if (MARK.test(text)) return EXTEND << CLASS_SHIFT;
  if (IGNORABLE.test(text) && !VISIBLE_FORMAT.test(text)) return IGNORED << CLASS_SHIFT;
  const width = eastAsianWidth(code);
  if (PICTOGRAPHIC.test(text)) {
    return width | (PICTOGRAPH << CLASS_SHIFT) | (EMOJI_BASE.test(text) ? EMOJI : 0);
  }
  return EMOJI_BASE.test(text) ? width | EMOJI : width;
}

/** Built a page of 256 at a time, on first use: 0x1100 pages at most, 1.1 MB if a program prints all of Unicode. */
const pages: (Uint8Array | undefined)[] = new Array(0x1100).fill(undefined);

function buildPage(index: number): Uint8Array {
  const page = new Uint8Array(256);
  for (let i = 0; i < 256; i++) page[i] = classify((index << 8) | i);
  pages[index] = page;
  return page;
}

/** The property of a code point (0 to 0x10ffff). */
export function property(code: number): number {
  const page = pages[code >> 8] ?? buildPage(code >> 8);
  return page[code & 255]!;
}

/**
 * The state after a character, in the layout the emulator keeps between two calls (bit 0: it joined; bits 1 and 2: width of
 * the cluster so far; from bit 3: ours). 0: nothing to join.
 */
export const STATE_WIDTH_SHIFT = 1;
const STATE_CLASS_SHIFT = 3;
/** The cluster began with a pictograph. */
const STATE_PICTOGRAPH = 1 << 7;
/** VS16 makes it wide. */
const STATE_EMOJI = 1 << 8;
/** Two regional indicators: the next begins a new flag. */
const STATE_PAIR = 1 << 9;

/** State after a character that begins a cell. */
export function stateOf(prop: number): number {
  const kind = (prop >> CLASS_SHIFT) & CLASS_MASK;
  return (
    ((prop & WIDTH_MASK) << STATE_WIDTH_SHIFT) |
    (kind << STATE_CLASS_SHIFT) |
    (kind === PICTOGRAPH ? STATE_PICTOGRAPH : 0) |
    (prop & EMOJI ? STATE_EMOJI : 0)
  );
}

/** State after `prop` follows `state`: bit 0 is set when it joins the cluster, whose new width then stands in the state. */
export function follow(state: number, prop: number): number {
  const kind = (prop >> CLASS_SHIFT) & CLASS_MASK;
  if (kind === OTHER || state === 0) return stateOf(prop);
  const before = (state >> STATE_CLASS_SHIFT) & CLASS_MASK;
  const keep = state & (STATE_PICTOGRAPH | STATE_EMOJI | STATE_PAIR);
  let width = (state >> STATE_WIDTH_SHIFT) & WIDTH_MASK;
  switch (kind) {
    case EXTEND:
    case ZWJ:
    case JAMO_REST:
      break;
    case VS16:
      if (state & STATE_EMOJI) width = 2;
      break;
    case REGIONAL:
      if (before !== REGIONAL || state & STATE_PAIR) return stateOf(prop);
      return 1 | (2 << STATE_WIDTH_SHIFT) | (kind << STATE_CLASS_SHIFT) | STATE_PAIR;
    case PICTOGRAPH:
      if (before !== ZWJ || !(state & STATE_PICTOGRAPH)) return stateOf(prop);
      width = 2;
      break;
    case MODIFIER:
      if (!(state & STATE_PICTOGRAPH) || before === ZWJ || before === MODIFIER) return stateOf(prop);
      width = 2;
      break;
    default:
      return stateOf(prop);
  }
  return 1 | (width << STATE_WIDTH_SHIFT) | (kind << STATE_CLASS_SHIFT) | keep;
}

/**
 * Cells of a character that can be told by itself: 1 or 2. 0: it takes none, is a control character, or may join what stands before it.
 */
export function loneWidth(code: number): 0 | 1 | 2 {
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  const prop = property(code);
  return ((prop >> CLASS_SHIFT) & CLASS_MASK) === OTHER ? ((prop & WIDTH_MASK) as 0 | 1 | 2) : 0;
}

/** State after a whole text, for joining to what a cell already holds. */
export function stateAfter(text: string): number {
  let state = 0;
  for (const char of text) state = follow(state, property(char.codePointAt(0)!));
  return state;
}

/** Cells that a text takes when it is printed from an empty cell on. */
export function textWidth(text: string): number {
  let state = 0;
  let width = 0;
  for (const char of text) {
    const next = follow(state, property(char.codePointAt(0)!));
    const own = (next >> STATE_WIDTH_SHIFT) & WIDTH_MASK;
    width += next & 1 ? own - ((state >> STATE_WIDTH_SHIFT) & WIDTH_MASK) : own;
    state = own === 0 && !(next & 1) ? state : next;
  }
  return width;
}

/** In the shape the emulator registers; drawing itself calls `property` and `follow` (emulator/print.ts). */
export const unicodeProvider = {
  version: 'iris',
  wcwidth(code: number): 0 | 1 | 2 {
    return (property(code) & WIDTH_MASK) as 0 | 1 | 2;
  },
  charProperties(code: number, preceding: number): number {
    return follow(preceding, property(code));
  },
};
