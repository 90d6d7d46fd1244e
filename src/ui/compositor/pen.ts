import { COLOR_MODE, COLOR_P16, COLOR_P256 } from '../../core/index.ts';
import { ByteBuffer } from './byte-buffer.ts';
import type { Capabilities } from './capabilities.ts';
import {
  BLINK,
  BOLD,
  copyLook,
  DIM,
  INVERSE,
  INVISIBLE,
  ITALIC,
  isPlainBlank,
  type Look,
  Looks,
  ON_BLANK,
  OVERLINE,
  plainLook,
  STRIKE,
  suitsBlank,
} from './look.ts';
import type { Extras } from './tables.ts';

/** Bit, SGR number that sets it, SGR number that takes it away (ECMA-48 8.3.117). Bold and dim share theirs and stand apart. */
const SWITCHES = [
  [ITALIC, 3, 23],
  [BLINK, 5, 25],
  [INVERSE, 7, 27],
  [INVISIBLE, 8, 28],
  [STRIKE, 9, 29],
  [OVERLINE, 53, 55],
] as const;
const PLAIN = plainLook();

/** The terminal's current SGR state and link, and the shortest way from it to another. */
export class Pen {
  readonly #out: ByteBuffer;
  readonly #extras: Extras;
  readonly #looks: Looks;
  readonly #hasLinks: boolean;
  readonly #now = plainLook();
  readonly #target = plainLook();
  readonly #step = new ByteBuffer();
  readonly #whole = new ByteBuffer();
  /** FG, BG and extra of the cell the pen was last set for; no cell has an extra of -1. */
  #fg = 0;
  #bg = 0;
  #extra = -1;
  #isKnown = false;

  constructor(out: ByteBuffer, extras: Extras, capabilities: Capabilities) {
    this.#out = out;
    this.#extras = extras;
    this.#looks = new Looks(extras, capabilities);
    this.#hasLinks = capabilities.hyperlinks;
  }

  /** Someone else may have written to the terminal. */
  forget(): void {
    this.#isKnown = false;
    this.#extra = -1;
  }

  /** Would a cell with these be written without any change of the pen? */
  isSet(fg: number, bg: number, extra: number): boolean {
    return this.#extra === extra && this.#fg === fg && this.#bg === bg;
  }

  set(fg: number, bg: number, extra: number): void {
    if (this.isSet(fg, bg, extra)) return;
    this.#looks.resolve(fg, bg, extra, this.#target);
    this.#change();
    this.#fg = fg;
    this.#bg = bg;
    this.#extra = extra;
  }

  /** Does a space written now look like an empty cell with this background? */
  suitsBlank(bg: number): boolean {
    return this.#isKnown && suitsBlank(this.#now, this.#looks.color(bg));
  }

  /** Does a space written now keep a colour of letters, which shows only under the cursor? */
  get tintsBlank(): boolean {
    return !isPlainBlank(this.#now);
  }

  /** Would the look of this cell serve for empty cells with background `bg` too? */
  servesBlank(bg: number, cellFg: number, cellBg: number, extra: number): boolean {
    this.#looks.resolve(cellFg, cellBg, extra, this.#target);
    return suitsBlank(this.#target, this.#looks.color(bg));
  }

  /** Makes `suitsBlank` true, changing as little as possible. */
  setBlank(bg: number): void {
    this.#toBlank(bg, ON_BLANK);
  }

  /** As `setBlank`, for erasing and scrolling: Linux keeps blinking when it erases. */
  setErase(bg: number): void {
    this.#toBlank(bg, ON_BLANK | BLINK);
  }

  /** Makes `suitsBlank` true and `tintsBlank` false. */
  setPlainBlank(bg: number): void {
    this.set(0, bg, 0);
  }

  #toBlank(bg: number, without: number): void {
    if (this.suitsBlank(bg) && !(this.#now.attributes & without)) return;
    const target = this.#target;
    copyLook(this.#isKnown ? this.#now : PLAIN, target);
    target.attributes &= ~without;
    target.underline = 0;
    target.bg = this.#looks.color(bg);
    target.link = 0;
    if (target.bg === 0) {
      // Half of a look is seldom wanted again, and back to nothing is the shortest of all.
      target.attributes = 0;
      target.fg = 0;
    }
    this.#change();
    this.#extra = -1;
  }

  /** At the end of a frame, so that no link stays open when nobody writes. */
  closeLink(): void {
    if (!this.#isKnown || this.#now.link === 0) return;
    this.#writeLink(0);
    this.#extra = -1;
  }

  /** From `#now`, or from anything, to `#target`. */
  #change(): void {
    const now = this.#now;
    const target = this.#target;
    if (!this.#isKnown) {
      this.#out.ascii(this.#hasLinks ? '\x1b[m\x1b]8;;\x1b\\' : '\x1b[m');
      copyLook(PLAIN, now);
      this.#isKnown = true;
    }
    if (now.link !== target.link) this.#writeLink(target.link);
    const step = this.#step;
    step.clear();
    writeStep(step, now, target);
    // xterm.js takes 59 for white, so that an underline colour is taken away with everything else.
    const mustReset = target.underline !== 0 && target.underlineColor === 0 && now.underlineColor !== 0;
    if (step.length === 0 && !mustReset) return;
    // Without anything to take away the whole look is never shorter.
    if (!mustReset && isMore(target, now)) this.#writeSgr(step);
    else {
      const whole = this.#whole;
      whole.clear();
      writeStep(whole, PLAIN, target);
      if (whole.length === 0) this.#out.ascii('\x1b[m');
      else if (!mustReset && whole.length + 2 > step.length) this.#writeSgr(step);
      else {
        this.#out.ascii('\x1b[0;');
        this.#out.append(whole);
        this.#out.byte(0x6d);
      }
      if (mustReset || whole.length === 0 || whole.length + 2 <= step.length) now.underlineColor = 0;
    }
    const color = target.underline === 0 ? now.underlineColor : target.underlineColor;
    copyLook(target, now);
    now.underlineColor = color;
  }

  #writeSgr(parameters: ByteBuffer): void {
    this.#out.ascii('\x1b[');
    this.#out.append(parameters);
    this.#out.byte(0x6d);
  }

  /** OSC 8 with an id, so that the parts of one link light up together however they were written. */
  #writeLink(id: number): void {
    this.#now.link = id;
    const { link } = this.#extras.get(id);
    this.#out.ascii(link === undefined ? '\x1b]8;;\x1b\\' : `\x1b]8;id=${id.toString(36)};${link}\x1b\\`);
  }
}

/** Has `target` all that `now` has, or another in its place? */
function isMore(target: Look, now: Look): boolean {
  return (
    (now.attributes & ~target.attributes) === 0 &&
    (now.underline === 0 || target.underline !== 0) &&
    (now.fg === 0 || target.fg !== 0) &&
    (now.bg === 0 || target.bg !== 0)
  );
}

/** SGR parameters from one look to another, without what stays. The underline colour counts only where there is an underline. */
function writeStep(out: ByteBuffer, from: Look, to: Look): void {
  const off = from.attributes & ~to.attributes;
  let on = to.attributes & ~from.attributes;
  if (off & (BOLD | DIM)) {
    parameter(out, 22);
    on |= to.attributes & (BOLD | DIM);
  }
  if (on & BOLD) parameter(out, 1);
  if (on & DIM) parameter(out, 2);
  if ((on | off) & ~(BOLD | DIM)) {
    for (const [bit, set, unset] of SWITCHES) {
      if (on & bit) parameter(out, set);
      else if (off & bit) parameter(out, unset);
    }
  }
  if (from.underline !== to.underline) {
    if (to.underline === 0) parameter(out, 24);
    else {
      parameter(out, 4);
      if (to.underline > 1) {
        out.byte(0x3a);
        out.number(to.underline);
      } else if (from.underline > 1) out.ascii(':1');
    }
  }
  if (from.fg !== to.fg) color(out, to.fg, 30, 90);
  if (from.bg !== to.bg) color(out, to.bg, 40, 100);
  if (to.underline !== 0 && from.underlineColor !== to.underlineColor) underlineColor(out, to.underlineColor);
}

function parameter(out: ByteBuffer, value: number): void {
  if (out.length > 0) out.byte(0x3b);
  out.number(value);
}

function color(out: ByteBuffer, word: number, base: number, bright: number): void {
  const mode = word & COLOR_MODE;
  if (mode === 0) parameter(out, base + 9);
  else if (mode === COLOR_P16) parameter(out, (word & 15) < 8 ? base + (word & 7) : bright + (word & 7));
  else if (mode === COLOR_P256) {
    parameter(out, base + 8);
    parameter(out, 5);
    parameter(out, word & 255);
  } else {
    parameter(out, base + 8);
    parameter(out, 2);
    parameter(out, (word >> 16) & 255);
    parameter(out, (word >> 8) & 255);
    parameter(out, word & 255);
  }
}

/** With colons (ITU T.416), the form that terminals with underline colours agree about. */
function underlineColor(out: ByteBuffer, word: number): void {
  const mode = word & COLOR_MODE;
  if (mode !== 0) parameter(out, 58);
  if (mode === COLOR_P16 || mode === COLOR_P256) out.ascii(`:5:${word & 255}`);
  else if (mode !== 0) out.ascii(`:2::${(word >> 16) & 255}:${(word >> 8) & 255}:${word & 255}`);
}
