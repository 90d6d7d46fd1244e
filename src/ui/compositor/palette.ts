import { COLOR_DEFAULT, COLOR_MODE, COLOR_P16, COLOR_P256, COLOR_RGB, COLOR_VALUE } from '../../core/index.ts';
import type { Capabilities } from './capabilities.ts';

/** Colours of one frame of video are more than this; then the memory of mapped colours starts afresh. */
const CACHE_LIMIT = 8192;

/** xterm's first sixteen. */
const BASE = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00,
  0xffff00, 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff,
];
const STEPS = [0, 95, 135, 175, 215, 255];

/** RGB of an entry of the 256-colour palette: sixteen, a 6x6x6 cube, 24 greys. */
export function paletteRgb(index: number): number {
  if (index < 16) return BASE[index]!;
  if (index >= 232) return (8 + (index - 232) * 10) * 0x010101;
  const at = index - 16;
  return (STEPS[Math.floor(at / 36)]! << 16) | (STEPS[Math.floor(at / 6) % 6]! << 8) | STEPS[at % 6]!;
}

/** Distance as the eye sees it, roughly: https://www.compuphase.com/cmetric.htm ("redmean"). */
function distance(a: number, b: number): number {
  const mean = (((a >> 16) & 255) + ((b >> 16) & 255)) / 2;
  const red = ((a >> 16) & 255) - ((b >> 16) & 255);
  const green = ((a >> 8) & 255) - ((b >> 8) & 255);
  const blue = (a & 255) - (b & 255);
  return (2 + mean / 256) * red * red + 4 * green * green + (2 + (255 - mean) / 256) * blue * blue;
}

function nearest(rgb: number, from: number, to: number, except: number): number {
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let index = from; index < to; index++) {
    if (index === except) continue;
    const away = distance(rgb, paletteRgb(index));
    if (away < least) {
      least = away;
      best = index;
    }
  }
  return best;
}

/** Colours, as in cells, brought down to what the terminal has. */
export class Palette {
  readonly #level: Capabilities['colors'];
  #cache = new Map<number, number>();

  constructor(level: Capabilities['colors']) {
    this.#level = level;
  }

  /** The mode and value bits of FG or BG, mapped. */
  map(color: number): number {
    const mode = color & COLOR_MODE;
    if (mode === COLOR_DEFAULT || this.#level === 'none') return 0;
    if (mode === COLOR_P16) return COLOR_P16 | (color & 15);
    if (mode === COLOR_P256 && this.#level !== '16') return COLOR_P256 | (color & 255);
    if (this.#level === 'truecolor') return color & (COLOR_MODE | COLOR_VALUE);
    const key = color & (COLOR_MODE | COLOR_VALUE);
    let mapped = this.#cache.get(key);
    if (mapped === undefined) {
      mapped = this.#reduce(key, -1);
      if (this.#cache.size >= CACHE_LIMIT) this.#cache.clear();
      this.#cache.set(key, mapped);
    }
    return mapped;
  }

  /** A text colour that must differ from the background `bg` (mapped), because the two did before they were mapped. */
  mapApart(color: number, bg: number): number {
    const mapped = this.map(color);
    if (mapped !== bg || mapped === 0) return mapped;
    return this.#reduce(color & (COLOR_MODE | COLOR_VALUE), bg & 255);
  }

  #reduce(color: number, except: number): number {
    const value = color & COLOR_VALUE;
    const mode = color & COLOR_MODE;
    if (this.#level === '16') {
      if (mode === COLOR_P256 && value < 16 && value !== except) return COLOR_P16 | value;
      return COLOR_P16 | nearest(mode === COLOR_RGB ? value : paletteRgb(value & 255), 0, 16, except);
    }
    // The first sixteen are what the user made of them, so only the fixed ones stand in for RGB.
    return COLOR_P256 | nearest(mode === COLOR_RGB ? value : paletteRgb(value & 255), 16, 256, except);
  }
}
