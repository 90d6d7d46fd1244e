import {
  BG_DIM,
  BG_HAS_EXTENDED,
  BG_ITALIC,
  BG_OVERLINE,
  BG_PROTECTED,
  COLOR_MODE,
  COLOR_P16,
  COLOR_P256,
  COLOR_RGB,
  COLOR_VALUE,
  type ExtendedAttributes,
  FG_BLINK,
  FG_BOLD,
  FG_INVERSE,
  FG_INVISIBLE,
  FG_STRIKETHROUGH,
  FG_UNDERLINE,
  type UnderlineStyle,
} from '../cells.ts';
import type { Core, Params, Pen } from './internals.ts';

const COLOR = COLOR_MODE | COLOR_VALUE;

/** Nothing extended. The pen always has one of these objects; cells share them and they never change. */
export const PLAIN: ExtendedAttributes = Object.freeze({ underlineStyle: 0, underlineColor: 0, link: undefined });
const SINGLE: ExtendedAttributes = Object.freeze({ underlineStyle: 1, underlineColor: 0, link: undefined });

/** Gives the pen other extended attributes; cells drawn before keep theirs. */
export function extend(pen: Pen, style: UnderlineStyle, color: number, link: string | undefined): void {
  if (link === undefined && color === 0 && style <= 1) pen.extended = style === 0 ? PLAIN : SINGLE;
  else pen.extended = { underlineStyle: style, underlineColor: color, link };
  if (style === 0 && link === undefined) pen.bg &= ~BG_HAS_EXTENDED;
  else pen.bg |= BG_HAS_EXTENDED;
}

/** Back to no attributes at all, for resets. */
export function clearPen(pen: Pen): void {
  pen.fg = 0;
  pen.bg = 0;
  pen.extended = PLAIN;
}

function underline(pen: Pen, style: UnderlineStyle): void {
  if (style === 0) pen.fg &= ~FG_UNDERLINE;
  else pen.fg |= FG_UNDERLINE;
  if (pen.extended.underlineStyle !== style) extend(pen, style, pen.extended.underlineColor, pen.extended.link);
}

/** SGR 0. The link of OSC 8 and the protection of DECSCA are no graphic rendition: they stay. */
function plain(pen: Pen): void {
  pen.fg = 0;
  pen.bg &= BG_PROTECTED | BG_HAS_EXTENDED;
  const { extended } = pen;
  if (extended !== PLAIN) extend(pen, 0, 0, extended.link);
}

/** The colour of 38, 48 and 58, or -1 when it is malformed; `used` says how many parameters it took beyond its first. */
let used = 0;
function color(params: Params, at: number): number {
  const values = params.params;
  if (params.hasSubParams(at)) {
    used = 0;
    const sub = params.getSubParams(at)!;
    if (sub[0] === 5) return sub.length > 1 ? COLOR_P256 | (Math.max(0, sub[1]!) & 255) : -1;
    // 38:2:r:g:b, and with the colour space ITU T.416 has: 38:2::r:g:b.
    if (sub[0] !== 2 || sub.length < 4) return -1;
    const r = sub.length > 4 ? 2 : 1;
    return rgb(sub[r]!, sub[r + 1]!, sub[r + 2]!);
  }
  const left = params.length - at - 1;
  if (left > 0 && values[at + 1] === 5) {
    used = Math.min(2, left);
    return left >= 2 ? COLOR_P256 | (values[at + 2]! & 255) : COLOR_P256;
  }
  if (left > 0 && values[at + 1] === 2) {
    used = Math.min(4, left);
    return left >= 4 ? rgb(values[at + 2]!, values[at + 3]!, values[at + 4]!) : -1;
  }
  used = Math.min(1, left);
  return -1;
}

function rgb(r: number, g: number, b: number): number {
  return COLOR_RGB | ((Math.max(0, r) & 255) << 16) | ((Math.max(0, g) & 255) << 8) | (Math.max(0, b) & 255);
}

function apply(pen: Pen, p: number, params: Params, i: number): void {
  switch (p) {
    case 0:
      plain(pen);
      break;
    case 1:
      pen.fg |= FG_BOLD;
      break;
    case 2:
      pen.bg |= BG_DIM;
      break;
    case 3:
      pen.bg |= BG_ITALIC;
      break;
    case 4: {
      const style = params.hasSubParams(i) ? params.getSubParams(i)![0]! : 1;
      underline(pen, (style >= 0 && style <= 5 ? style : 1) as UnderlineStyle);
      break;
    }
    case 5:
    case 6:
      pen.fg |= FG_BLINK;
      break;
    case 7:
      pen.fg |= FG_INVERSE;
      break;
    case 8:
      pen.fg |= FG_INVISIBLE;
      break;
    case 9:
      pen.fg |= FG_STRIKETHROUGH;
      break;
    case 21:
      underline(pen, 2);
      break;
    case 22:
      pen.fg &= ~FG_BOLD;
      pen.bg &= ~BG_DIM;
      break;
    case 23:
      pen.bg &= ~BG_ITALIC;
      break;
    case 24:
      underline(pen, 0);
      break;
    case 25:
      pen.fg &= ~FG_BLINK;
      break;
    case 27:
      pen.fg &= ~FG_INVERSE;
      break;
    case 28:
      pen.fg &= ~FG_INVISIBLE;
      break;
    case 29:
      pen.fg &= ~FG_STRIKETHROUGH;
      break;
    case 39:
      pen.fg &= ~COLOR;
      break;
    case 49:
      pen.bg &= ~COLOR;
      break;
    case 53:
      pen.bg |= BG_OVERLINE;
      break;
    case 55:
      pen.bg &= ~BG_OVERLINE;
      break;
    case 59:
      extend(pen, pen.extended.underlineStyle, 0, pen.extended.link);
      break;
  }
}

/**
 * SGR (ECMA-48 8.3.117, xterm ctlseqs). Ours, because the emulator's own leaves bits of an RGB colour behind under a palette
 * colour, turns 59 into white, and lets SGR 0 end the protection of DECSCA.
 */
export function installPen(core: Core): void {
  const { handler } = core;
  handler._curAttrData.extended = PLAIN;
  handler.charAttributes = (params) => {
    const pen = handler._curAttrData;
    const values = params.params;
    const { length } = params;
    for (let i = 0; i < length; i++) {
      const p = values[i]!;
      if (p === 38 || p === 48 || p === 58) {
        const value = color(params, i);
        i += used;
        if (value < 0) continue;
        if (p === 38) pen.fg = (pen.fg & ~COLOR) | value;
        else if (p === 48) pen.bg = (pen.bg & ~COLOR) | value;
        else extend(pen, pen.extended.underlineStyle, value, pen.extended.link);
      } else if (p >= 30 && p <= 37) {
        pen.fg = (pen.fg & ~COLOR) | COLOR_P16 | (p - 30);
      } else if (p >= 40 && p <= 47) {
        pen.bg = (pen.bg & ~COLOR) | COLOR_P16 | (p - 40);
      } else if (p >= 90 && p <= 97) {
        pen.fg = (pen.fg & ~COLOR) | COLOR_P16 | (p - 82);
      } else if (p >= 100 && p <= 107) {
        pen.bg = (pen.bg & ~COLOR) | COLOR_P16 | (p - 92);
      } else {
        apply(pen, p, params, i);
      }
    }
    return true;
  };
}
