import { eastAsianWidth } from 'get-east-asian-width';

/**
 * Widths as a modern terminal counts them: grapheme clusters (UAX #29, the parts that change a width), emoji 2 cells wide.
 * Apart from the product's own rules on purpose: a test must be able to see that both agree.
 */
export const MODERN_WIDTHS = {
  version: 'modern',
  wcwidth: (codepoint: number): 0 | 1 | 2 => width(codepoint),
  charProperties(codepoint: number, preceding: number): number {
    const before = preceding >> 3;
    const beforeWidth = (preceding >> 1) & 3;
    const join = preceding !== 0 && joins(codepoint, before);
    const state = next(codepoint, before, join);
    let cells = width(codepoint);
    if (join) {
      const wide = codepoint === VS16 && before === PICTOGRAPH ? 2 : 0;
      cells = Math.max(beforeWidth, cells, wide) as 0 | 1 | 2;
      if (codepoint === VS16 && before !== PICTOGRAPH) cells = beforeWidth as 0 | 1 | 2;
    }
    return (state << 3) | (cells << 1) | (join ? 1 : 0);
  },
};

// What the cluster ends with, as far as it decides whether the next character joins it.
const OTHER = 1;
const PICTOGRAPH = 2;
const PICTOGRAPH_ZWJ = 3;
const ONE_FLAG_LETTER = 4;

const ZWJ = 0x200d;
const VS16 = 0xfe0f;
const isExtend = (c: number) =>
  c === ZWJ || (c >= 0x300 && /^(?:\p{M}|\p{Emoji_Modifier}|[\u1160-\u11ff\ud7b0-\ud7fb])$/u.test(text(c)));
const isPictograph = (c: number) => c >= 0xa9 && /^\p{Extended_Pictographic}$/u.test(text(c));
const isFlagLetter = (c: number) => c >= 0x1f1e6 && c <= 0x1f1ff;
const text = (c: number) => String.fromCodePoint(c);

function joins(c: number, before: number): boolean {
  if (c < 0x300) return false;
  if (isExtend(c)) return true;
  if (before === PICTOGRAPH_ZWJ) return isPictograph(c);
  return before === ONE_FLAG_LETTER && isFlagLetter(c);
}

function next(c: number, before: number, join: boolean): number {
  if (isFlagLetter(c)) return join ? OTHER : ONE_FLAG_LETTER;
  if (c === ZWJ) return before === PICTOGRAPH ? PICTOGRAPH_ZWJ : OTHER;
  if (join && isExtend(c)) return before;
  return isPictograph(c) ? PICTOGRAPH : OTHER;
}

function width(c: number): 0 | 1 | 2 {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return 0;
  if (c < 0x300) return 1;
  if (/^(?:\p{Mn}|\p{Me}|\p{Cf}|[\u1160-\u11ff\ud7b0-\ud7fb])$/u.test(text(c))) return 0;
  return eastAsianWidth(c) === 2 ? 2 : 1;
}
