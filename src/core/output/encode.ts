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
} from './cells.ts';

/** Bytes under construction. Grows as needed; the caller bounds what it writes. */
export class ByteSink {
  #bytes = new Uint8Array(16_384);
  #encoder = new TextEncoder();
  length = 0;

  clear(): void {
    this.length = 0;
  }

  #room(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    bytes.set(this.#bytes.subarray(0, this.length));
    this.#bytes = bytes;
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#room(1);
    this.#bytes[this.length++] = value;
  }

  /** ASCII only. */
  ascii(text: string): void {
    const { length } = text;
    this.#room(length);
    for (let i = 0; i < length; i++) this.#bytes[this.length++] = text.charCodeAt(i);
  }

  text(text: string): void {
    this.#room(text.length * 3);
    this.length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.length)).written;
  }

  code(code: number): void {
    this.#room(4);
    const bytes = this.#bytes;
    if (code < 0x80) {
      bytes[this.length++] = code;
    } else if (code < 0x800) {
      bytes[this.length++] = 0xc0 | (code >> 6);
      bytes[this.length++] = 0x80 | (code & 63);
    } else if (code < 0x10000) {
      bytes[this.length++] = 0xe0 | (code >> 12);
      bytes[this.length++] = 0x80 | ((code >> 6) & 63);
      bytes[this.length++] = 0x80 | (code & 63);
    } else {
      bytes[this.length++] = 0xf0 | (code >> 18);
      bytes[this.length++] = 0x80 | ((code >> 12) & 63);
      bytes[this.length++] = 0x80 | ((code >> 6) & 63);
      bytes[this.length++] = 0x80 | (code & 63);
    }
  }

  /** A non-negative integer in decimal. */
  number(value: number): void {
    this.#room(10);
    if (value < 10) {
      this.#bytes[this.length++] = 48 + value;
      return;
    }
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    let at = this.length + digits;
    this.length = at;
    for (let rest = value; digits > 0; digits--) {
      this.#bytes[--at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }

  bytes(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Takes back one byte inside what was written. */
  dropByte(at: number): void {
    this.#bytes.copyWithin(at, at + 1, this.length);
    this.length--;
  }

  /** CSI with up to two numbers. */
  csi(final: string, first?: number, second?: number): void {
    this.ascii('\x1b[');
    if (first !== undefined) this.number(first);
    if (second !== undefined) {
      this.byte(59);
      this.number(second);
    }
    this.ascii(final);
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  /** What was written since `from`, as text. */
  string(from: number): string {
    return decoder.decode(this.#bytes.subarray(from, this.length));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const FG_FLAGS = FG_INVERSE | FG_BOLD | FG_UNDERLINE | FG_BLINK | FG_INVISIBLE | FG_STRIKETHROUGH;
const BG_FLAGS = BG_ITALIC | BG_DIM | BG_OVERLINE;
const COLOR = COLOR_MODE | COLOR_VALUE;
const NO_EXTENDED: ExtendedAttributes = { underlineStyle: 0, underlineColor: 0, link: undefined };

/**
 * Writes the attributes of cells as SGR, OSC 8 and, where asked, DECSCA: only what changed. Begins at the state after a reset.
 * Cells come as FG and BG words and their extended attributes.
 */
export class PenWriter {
  readonly #sink: ByteSink;
  readonly #protection: boolean;
  #fg = 0;
  #bg = 0;
  #extended = NO_EXTENDED;

  constructor(sink: ByteSink, protection: boolean) {
    this.#sink = sink;
    this.#protection = protection;
  }

  get isPlain(): boolean {
    return this.#fg === 0 && this.#bg === 0 && this.#extended === NO_EXTENDED;
  }

  set(fg: number, bg: number, extended: ExtendedAttributes | undefined): void {
    if (fg === this.#fg && bg === this.#bg && (extended ?? NO_EXTENDED) === this.#extended) return;
    this.#change(fg, bg, extended ?? NO_EXTENDED);
  }

  #change(fg: number, bg: number, extended: ExtendedAttributes): void {
    const sink = this.#sink;
    const before = this.#extended;
    const style = fg & FG_UNDERLINE ? extended.underlineStyle || 1 : 0;
    const styleBefore = this.#fg & FG_UNDERLINE ? before.underlineStyle || 1 : 0;
    const flags =
      ((fg ^ this.#fg) & FG_FLAGS) !== 0 ||
      ((bg ^ this.#bg) & BG_FLAGS) !== 0 ||
      style !== styleBefore ||
      extended.underlineColor !== before.underlineColor;
    let fgBefore = this.#fg;
    let bgBefore = this.#bg;
    if (flags) {
      sink.ascii('\x1b[0');
      if (fg & FG_BOLD) sink.ascii(';1');
      if (bg & BG_DIM) sink.ascii(';2');
      if (bg & BG_ITALIC) sink.ascii(';3');
      if (style === 1) sink.ascii(';4');
      else if (style > 1) {
        sink.ascii(';4:');
        sink.number(style);
      }
      if (fg & FG_BLINK) sink.ascii(';5');
      if (fg & FG_INVERSE) sink.ascii(';7');
      if (fg & FG_INVISIBLE) sink.ascii(';8');
      if (fg & FG_STRIKETHROUGH) sink.ascii(';9');
      if (bg & BG_OVERLINE) sink.ascii(';53');
      if (extended.underlineColor !== 0) this.#color(extended.underlineColor, 58);
      fgBefore = 0;
      bgBefore = 0;
    } else if (((fg ^ fgBefore) | (bg ^ bgBefore)) & COLOR) {
      sink.ascii('\x1b[');
    }
    const fgChanged = ((fg ^ fgBefore) & COLOR) !== 0;
    const bgChanged = ((bg ^ bgBefore) & COLOR) !== 0;
    // Without a 0 before it, the first parameter has no semicolon: it is taken back.
    const start = sink.length;
    if (fgChanged) this.#color(fg, 38);
    if (bgChanged) this.#color(bg, 48);
    if (flags || fgChanged || bgChanged) {
      if (!flags) sink.dropByte(start);
      sink.byte(109);
    }
    if (this.#protection && (bg ^ this.#bg) & BG_PROTECTED) sink.ascii(bg & BG_PROTECTED ? '\x1b[1"q' : '\x1b[0"q');
    if (extended.link !== before.link) {
      sink.ascii('\x1b]8;;');
      if (extended.link !== undefined) sink.text(extended.link);
      sink.ascii('\x1b\\');
    }
    this.#fg = fg;
    this.#bg = bg;
    this.#extended = extended;
  }

  /** `;38;5;n` and its like; the default as `;39`. */
  #color(value: number, base: 38 | 48 | 58): void {
    const sink = this.#sink;
    const n = value & COLOR_VALUE;
    sink.byte(59);
    switch (value & COLOR_MODE) {
      case COLOR_P16:
        sink.number((n < 8 ? base - 8 : base + 44) + n);
        break;
      case COLOR_P256:
        sink.ascii(base === 38 ? '38;5;' : base === 48 ? '48;5;' : '58;5;');
        sink.number(n);
        break;
      case COLOR_RGB:
        sink.ascii(base === 38 ? '38;2;' : base === 48 ? '48;2;' : '58;2;');
        sink.number(n >> 16);
        sink.byte(59);
        sink.number((n >> 8) & 255);
        sink.byte(59);
        sink.number(n & 255);
        break;
      default:
        sink.number(base + 1);
    }
  }

  /** To no attributes and no link. */
  reset(): void {
    if (!this.isPlain) this.#change(0, 0, NO_EXTENDED);
    this.#extended = NO_EXTENDED;
  }
}

/** Keeps `bg & BG_HAS_EXTENDED` and its look-up in one place. */
export function extendedOf(
  bg: number,
  all: { [x: number]: ExtendedAttributes | undefined },
  x: number,
): ExtendedAttributes | undefined {
  return bg & BG_HAS_EXTENDED ? all[x] : undefined;
}
