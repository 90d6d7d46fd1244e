import {
  BG_DIM,
  BG_ITALIC,
  BG_OVERLINE,
  COLOR_MODE,
  COLOR_VALUE,
  FG_BLINK,
  FG_BOLD,
  FG_INVERSE,
  FG_INVISIBLE,
  FG_STRIKETHROUGH,
  FG_UNDERLINE,
} from '../../core/index.ts';
import type { Capabilities } from './capabilities.ts';
import { Palette } from './palette.ts';
import type { Extras } from './tables.ts';

export const BOLD = 1;
export const DIM = 2;
export const ITALIC = 4;
export const BLINK = 8;
export const INVERSE = 16;
export const INVISIBLE = 32;
export const STRIKE = 64;
export const OVERLINE = 128;
const BASIC = BOLD | DIM | BLINK | INVERSE | INVISIBLE;
/** Attributes that show on an empty cell. */
export const ON_BLANK = INVERSE | STRIKE | OVERLINE;

/** How text looks, in what the terminal understands: colours mapped, attributes it lacks gone. */
export interface Look {
  attributes: number;
  /** Style, 0 to 5. */
  underline: number;
  /** Mode and value bits as in cells; 0: default. The other colours too. */
  fg: number;
  bg: number;
  underlineColor: number;
  /** Id of `Extras` whose link it is; 0: none. */
  link: number;
}

export const plainLook = (): Look => ({ attributes: 0, underline: 0, fg: 0, bg: 0, underlineColor: 0, link: 0 });

export function copyLook(from: Look, to: Look): void {
  to.attributes = from.attributes;
  to.underline = from.underline;
  to.fg = from.fg;
  to.bg = from.bg;
  to.underlineColor = from.underlineColor;
  to.link = from.link;
}

/** Does nothing but the background of this look show in a space, not even where the terminal draws its cursor over it? */
export function isPlainBlank(look: Look): boolean {
  return look.fg === 0 && !(look.attributes & ~(ITALIC | BLINK));
}

/** Does a space with this look the same as an empty cell with the (mapped) background `bg`? */
export function suitsBlank(look: Look, bg: number): boolean {
  return look.bg === bg && look.underline === 0 && look.link === 0 && !(look.attributes & ON_BLANK);
}

/** From the words of a grid cell to a look. */
export class Looks {
  readonly #extras: Extras;
  readonly #capabilities: Capabilities;
  readonly #palette: Palette;

  constructor(extras: Extras, capabilities: Capabilities) {
    this.#extras = extras;
    this.#capabilities = capabilities;
    this.#palette = new Palette(capabilities.colors);
  }

  color(word: number): number {
    return this.#palette.map(word);
  }

  resolve(fg: number, bg: number, extraId: number, look: Look): void {
    let bits = 0;
    if (fg & FG_BOLD) bits |= BOLD;
    if (bg & BG_DIM) bits |= DIM;
    if (bg & BG_ITALIC) bits |= ITALIC;
    if (fg & FG_BLINK) bits |= BLINK;
    if (fg & FG_INVERSE) bits |= INVERSE;
    if (fg & FG_INVISIBLE) bits |= INVISIBLE;
    if (fg & FG_STRIKETHROUGH) bits |= STRIKE;
    if (bg & BG_OVERLINE) bits |= OVERLINE;
    const { attributes, underlineStyles, hyperlinks } = this.#capabilities;
    look.attributes = attributes === 'all' ? bits : bits & BASIC;
    look.underline = fg & FG_UNDERLINE ? 1 : 0;
    look.underlineColor = 0;
    look.link = 0;
    if (extraId !== 0) {
      const extra = this.#extras.get(extraId);
      if (look.underline && underlineStyles) {
        look.underline = extra.underlineStyle || 1;
        look.underlineColor = this.#palette.map(extra.underlineColor);
      }
      if (hyperlinks && extra.link !== undefined) look.link = extraId;
    }
    look.bg = this.#palette.map(bg);
    const same = ((fg ^ bg) & (COLOR_MODE | COLOR_VALUE)) === 0;
    look.fg = same ? look.bg : this.#palette.mapApart(fg, look.bg);
  }
}
