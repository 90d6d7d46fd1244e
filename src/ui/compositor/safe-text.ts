/**
 * What a cell may bring to the terminal. Never C0, DEL, C1, surrogates, bidi controls or line separators (invariant 7); nor invisible format
 * characters as the whole text of a cell, because terminals disagree about whether they take a place.
 */

/** Longest text of one cell, in UTF-16 units; more (a pile of accents) is cut off. */
export const TEXT_LIMIT = 32;

function isControl(cp: number): boolean {
  if (cp < 0x20 || (cp >= 0x7f && cp <= 0x9f)) return true;
  if (cp < 0x61c) return false;
  if (cp === 0x61c || cp === 0x200e || cp === 0x200f) return true;
  if (cp >= 0x2028 && cp <= 0x202e) return true;
  if (cp >= 0x2066 && cp <= 0x206f) return true;
  if (cp >= 0xd800 && cp <= 0xdfff) return true;
  if (cp === 0xfeff || (cp >= 0xfff0 && cp <= 0xfffb)) return true;
  return cp > 0x10ffff || (cp & 0xfffe) === 0xfffe || (cp >= 0xfdd0 && cp <= 0xfdef);
}

/** Has no width of its own and is seen only together with another character. */
export function isInvisible(cp: number): boolean {
  return (
    cp === 0xad ||
    cp === 0x34f ||
    cp === 0x180e ||
    (cp >= 0x115f && cp <= 0x1160) ||
    (cp >= 0x200b && cp <= 0x200d) ||
    (cp >= 0x2060 && cp <= 0x2065) ||
    cp === 0x3164 ||
    (cp >= 0xfe00 && cp <= 0xfe0f) ||
    cp === 0xffa0 ||
    (cp >= 0xe0000 && cp <= 0xe0fff)
  );
}

const MARK = /^\p{M}$/u;
/** Verdicts of `isMark` beyond the ranges decided by hand. At the limit it starts afresh. */
const marks = new Map<number, boolean>();
const MARKS_LIMIT = 4096;

/** A combining mark, or a Hangul vowel or final consonant: it joins what stands before it. */
export function isMark(cp: number): boolean {
  if (cp < 0x300 || cp > 0x10ffff) return false;
  if (cp < 0x370 || (cp > 0x1160 && cp <= 0x11ff) || (cp >= 0xd7b0 && cp < 0xd800)) return true;
  if (cp < 0x483 || (cp >= 0x2100 && cp < 0x2cef) || (cp >= 0x309b && cp < 0xa66f) || (cp >= 0xac00 && cp < 0xd800))
    return false;
  let known = marks.get(cp);
  if (known === undefined) {
    if (marks.size >= MARKS_LIMIT) marks.clear();
    known = MARK.test(String.fromCodePoint(cp));
    marks.set(cp, known);
  }
  return known;
}

/** May this code point be the whole text of a cell? */
export function isSafeAlone(cp: number): boolean {
  if (cp > 0x20 && cp < 0x7f) return true;
  if ((cp > 0xa0 && cp < 0x300 && cp !== 0xad) || (cp >= 0x3400 && cp < 0xa000)) return true;
  return !isControl(cp) && !isInvisible(cp) && !isMark(cp) && cp !== 0x20;
}

/** The text of a combined cell without what may not be drawn; '' when nothing is left. A mark without a base gets a space to stand on. */
export function safeText(text: string): string {
  let out = '';
  let base = false;
  for (const char of text) {
    const cp = char.codePointAt(0)!;
    if (isControl(cp)) continue;
    if (!base) {
      if (isInvisible(cp)) continue;
      base = true;
      if (isMark(cp)) out = ' ';
    }
    if (out.length + char.length > TEXT_LIMIT) break;
    out += char;
  }
  return out === ' ' ? '' : out;
}

/** http and https only, printable ASCII only, at most 2048 characters; anything else is no link. */
export function safeLink(link: string | undefined): string | undefined {
  if (link === undefined || link.length > 2048) return undefined;
  return /^https?:\/\/[\x21-\x7e]+$/i.test(link) ? link : undefined;
}
