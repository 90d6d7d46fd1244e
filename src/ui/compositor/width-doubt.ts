import { eastAsianWidthType } from 'get-east-asian-width';
import { isInvisible, isMark } from './safe-text.ts';

/**
 * Terminals disagree about how far some text moves the cursor: emoji newer than they are, sequences joined by U+200D or made
 * coloured by U+FE0F, ambiguous characters in East Asian set-ups. After such a cell the cursor is put in its place, and the cells
 * that it may have run over (`reach`) are written again.
 */
export interface Doubt {
  readonly doubtful: boolean;
  /** Cells beyond its own that the text may run over. */
  readonly reach: number;
}

const CERTAIN: Doubt = { doubtful: false, reach: 0 };
const EMOJI: Doubt = { doubtful: true, reach: 0 };
const SYMBOL: Doubt = { doubtful: true, reach: 1 };
/** No text is taken to run farther than this. */
const REACH_LIMIT = 16;

/** Symbols that some fonts and terminals show as wide emoji even without U+FE0F (emoji-data.txt: Emoji=Yes, East Asian width neutral). */
function isEmojiSymbol(cp: number): boolean {
  return (
    (cp >= 0x2600 && cp <= 0x27bf) ||
    cp === 0x231a ||
    cp === 0x231b ||
    cp === 0x2328 ||
    cp === 0x23cf ||
    (cp >= 0x23e9 && cp <= 0x23fa) ||
    cp === 0x25aa ||
    cp === 0x25ab ||
    cp === 0x25b6 ||
    cp === 0x25c0 ||
    (cp >= 0x25fb && cp <= 0x25fe) ||
    cp === 0x2934 ||
    cp === 0x2935 ||
    (cp >= 0x2b05 && cp <= 0x2b07) ||
    cp === 0x2b1b ||
    cp === 0x2b1c ||
    cp === 0x2b50 ||
    cp === 0x2b55
  );
}

/** `ambiguousNarrow`: the terminal is known to give ambiguous characters one cell. */
export function doubtOf(cp: number, width: number, ambiguousNarrow: boolean): Doubt {
  if (cp < 0xa1) return CERTAIN;
  if (cp >= 0x1f000 && cp < 0x20000) return width === 2 ? EMOJI : SYMBOL;
  if (cp >= 0x2000 && cp < 0x2c00 && isEmojiSymbol(cp)) return width === 2 ? EMOJI : SYMBOL;
  if (!ambiguousNarrow && width === 1 && eastAsianWidthType(cp) === 'ambiguous') return SYMBOL;
  return CERTAIN;
}

/** `reach` counts from the first cell, as if the text were one cell wide. */
export function doubtOfText(text: string): Doubt {
  let cells = 0;
  let certain = true;
  let first = true;
  for (const char of text) {
    const cp = char.codePointAt(0)!;
    if (first) certain = !doubtOf(cp, 1, true).doubtful;
    else if (cp < 0x300 || cp > 0x36f) certain = false;
    first = false;
    // Some show joiners, and U+FE0F may make what stands before it wide.
    if (isInvisible(cp)) cells += 1;
    else if (!isMark(cp)) cells += cp < 0x1100 ? 1 : 2;
  }
  return certain ? CERTAIN : { doubtful: true, reach: Math.min(REACH_LIMIT, Math.max(0, cells - 1)) };
}
