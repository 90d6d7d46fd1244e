import {
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type ExtendedAttributes,
  type UnderlineStyle,
} from '../../core/index.ts';
import { type Grid, STRIDE } from './grid.ts';
import { isSafeAlone, safeLink, safeText } from './safe-text.ts';
import { type Doubt, doubtOfText } from './width-doubt.ts';

/** Ids beyond this many, and beyond four a cell, are given back by `compact` before the next frame. */
const LIMIT = 16_384;

/** Texts of more than one code point, as numbers. */
export class Texts {
  #low = new Map<string, number>();
  #texts: string[] = [];
  #doubts: (Doubt | undefined)[] = [];

  /** CONTENT without width for the text of a combined cell, made safe; 0 when nothing of it may be drawn. */
  content(text: string): number {
    const known = this.#low.get(text);
    if (known !== undefined) return known;
    const safe = safeText(text);
    const cp = safe.codePointAt(0);
    let low: number;
    if (cp === undefined) low = 0;
    else if (safe.length === (cp > 0xffff ? 2 : 1)) low = isSafeAlone(cp) ? cp : 0;
    else {
      low = this.#texts.length | CONTENT_COMBINED;
      this.#texts.push(safe);
    }
    this.#low.set(text, low);
    return low;
  }

  text(content: number): string {
    return this.#texts[content & CONTENT_CODEPOINT] ?? ' ';
  }

  doubt(content: number): Doubt {
    const id = content & CONTENT_CODEPOINT;
    let doubt = this.#doubts[id];
    if (!doubt) {
      doubt = doubtOfText(this.text(content));
      this.#doubts[id] = doubt;
    }
    return doubt;
  }

  /** Forgets every text that none of `grids` shows. */
  compact(grids: readonly Grid[]): void {
    if (this.#low.size <= Math.max(LIMIT, 4 * cellsOf(grids))) return;
    const old = this.#texts;
    this.#low = new Map();
    this.#texts = [];
    this.#doubts = [];
    for (const { words } of grids) {
      for (let i = 0; i < words.length; i += STRIDE) {
        const content = words[i]!;
        if (content < 0 || !(content & CONTENT_COMBINED)) continue;
        words[i] = this.content(old[content & CONTENT_CODEPOINT] ?? '') | (content & (3 << CONTENT_WIDTH_SHIFT));
      }
    }
  }
}

export interface Extra {
  readonly underlineStyle: UnderlineStyle;
  readonly underlineColor: number;
  readonly link: string | undefined;
}

const NONE: Extra = { underlineStyle: 0, underlineColor: 0, link: undefined };

/** Underline styles, underline colours and links, as numbers; 0 is none of them. */
export class Extras {
  #ids = new Map<string, number>();
  #extras: Extra[] = [NONE];
  /** What was asked for last: neighbours mostly share it. */
  #lastId = 0;
  #lastStyle: UnderlineStyle = 0;
  #lastColor = 0;
  #lastLink: string | undefined;

  id(extended: ExtendedAttributes | undefined): number {
    if (!extended) return 0;
    const { underlineStyle, underlineColor, link } = extended;
    if (underlineStyle === this.#lastStyle && underlineColor === this.#lastColor && link === this.#lastLink)
      return this.#lastId;
    this.#lastStyle = underlineStyle;
    this.#lastColor = underlineColor;
    this.#lastLink = link;
    this.#lastId = this.#intern(underlineStyle, underlineColor, safeLink(link));
    return this.#lastId;
  }

  get(id: number): Extra {
    return this.#extras[id] ?? NONE;
  }

  #intern(underlineStyle: UnderlineStyle, underlineColor: number, link: string | undefined): number {
    if (underlineStyle === 0 && underlineColor === 0 && link === undefined) return 0;
    const key = `${underlineStyle} ${underlineColor} ${link ?? ''}`;
    let id = this.#ids.get(key);
    if (id === undefined) {
      id = this.#extras.length;
      this.#extras.push({ underlineStyle, underlineColor, link });
      this.#ids.set(key, id);
    }
    return id;
  }

  compact(grids: readonly Grid[]): void {
    if (this.#ids.size <= Math.max(LIMIT, 4 * cellsOf(grids))) return;
    const old = this.#extras;
    this.#ids = new Map();
    this.#extras = [NONE];
    this.#lastId = 0;
    this.#lastStyle = 0;
    this.#lastColor = 0;
    this.#lastLink = undefined;
    for (const { words } of grids) {
      for (let i = STRIDE - 1; i < words.length; i += STRIDE) {
        if (words[i] === 0) continue;
        const extra = old[words[i]!] ?? NONE;
        words[i] = this.#intern(extra.underlineStyle, extra.underlineColor, extra.link);
      }
    }
  }
}

function cellsOf(grids: readonly Grid[]): number {
  return grids.reduce((sum, grid) => sum + grid.cols * grid.rows, 0);
}

export interface Tables {
  readonly texts: Texts;
  readonly extras: Extras;
}
