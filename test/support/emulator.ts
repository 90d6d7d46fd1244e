import headless, { type IBufferCell, type Terminal as XtermTerminal } from '@xterm/headless';
import { completeTerminal, type OuterState } from './answers.ts';
import { MODERN_WIDTHS } from './widths.ts';

export type ColorKind = 'default' | 'palette' | 'rgb';

/** One cell as a user sees it. */
export interface ScreenCell {
  /** '' in the second half of a wide character; ' ' where nothing was written. */
  readonly chars: string;
  /** 0 in the second half of a wide character. */
  readonly width: number;
  /** -1 default, 0 to 255 palette, else 0xRRGGBB: `fgKind` says which. */
  readonly fg: number;
  readonly bg: number;
  readonly fgKind: ColorKind;
  readonly bgKind: ColorKind;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly blink: boolean;
  readonly inverse: boolean;
  readonly invisible: boolean;
  readonly strikethrough: boolean;
  readonly overline: boolean;
}

/** A cell as people tell it from others: the colour of letters does not show where there are none. Under the cursor it may: look at the cell itself there. */
export function seen(cell: ScreenCell): ScreenCell {
  const { chars, inverse, underline, strikethrough, overline } = cell;
  const blank = chars === ' ' && !inverse && !underline && !strikethrough && !overline;
  return blank
    ? { ...cell, fg: -1, fgKind: 'default', bold: false, dim: false, italic: false, blink: false, invisible: false }
    : cell;
}

export interface CursorPosition {
  readonly x: number;
  readonly y: number;
  readonly visible: boolean;
}

export interface EmulatorOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines kept above the screen. Default 1,000. */
  readonly scrollback?: number;
  /** modern: grapheme clusters, wide emoji. legacy: xterm.js' own table (Unicode 6). Default modern. */
  readonly widths?: 'modern' | 'legacy';
  /** Gets the replies to queries. Without it the terminal is mute. */
  readonly reply?: (text: string) => void;
}

/** A terminal for tests: feed it bytes, look at its screen. */
export class Emulator {
  readonly term: XtermTerminal;
  readonly outer: OuterState;
  #cursorVisible = true;
  #cell: IBufferCell | undefined;

  constructor(options: EmulatorOptions) {
    const { Terminal } = headless;
    this.term = new Terminal({
      cols: options.cols,
      rows: options.rows,
      scrollback: options.scrollback ?? 1_000,
      allowProposedApi: true,
      windowOptions: { getWinSizeChars: true },
    });
    if (options.widths !== 'legacy') {
      this.term.unicode.register(MODERN_WIDTHS);
      this.term.unicode.activeVersion = MODERN_WIDTHS.version;
    }
    const reply = options.reply ?? (() => {});
    this.outer = completeTerminal(this.term, reply);
    this.term.onData(reply);
    // DECTCEM is not part of the public modes.
    const cursor = (visible: boolean) => (params: (number | number[])[]) => {
      if (params.includes(25)) this.#cursorVisible = visible;
      return false;
    };
    this.term.parser.registerCsiHandler({ prefix: '?', final: 'h' }, cursor(true));
    this.term.parser.registerCsiHandler({ prefix: '?', final: 'l' }, cursor(false));
  }

  /** Settles when the bytes are on the screen. */
  write(bytes: Uint8Array | string): Promise<void> {
    return new Promise((resolve) => this.term.write(bytes, resolve));
  }

  get cols(): number {
    return this.term.cols;
  }

  get rows(): number {
    return this.term.rows;
  }

  /** The visible rows, without blanks at their ends. */
  screen(): string[] {
    return Array.from({ length: this.rows }, (_, y) => this.row(y));
  }

  row(y: number): string {
    const buffer = this.term.buffer.active;
    return (
      buffer
        .getLine(buffer.baseY + y)
        ?.translateToString(true)
        .trimEnd() ?? ''
    );
  }

  /** The visible rows as one text; what `waitFor` compares with. */
  text(): string {
    return this.screen().join('\n');
  }

  /** The lines that scrolled out of the main screen, oldest first. */
  scrollback(): string[] {
    const buffer = this.term.buffer.normal;
    return Array.from({ length: buffer.baseY }, (_, y) => buffer.getLine(y)?.translateToString(true).trimEnd() ?? '');
  }

  /** Counted from 0; throws outside the screen. */
  cell(x: number, y: number): ScreenCell {
    const buffer = this.term.buffer.active;
    this.#cell ??= buffer.getNullCell();
    const c = buffer.getLine(buffer.baseY + y)?.getCell(x, this.#cell);
    if (c === undefined || y < 0 || y >= this.rows) throw new RangeError(`no cell at column ${x}, row ${y}`);
    const width = c.getWidth();
    return {
      chars: c.getChars() || (width === 0 ? '' : ' '),
      width,
      fg: c.getFgColor(),
      bg: c.getBgColor(),
      fgKind: c.isFgRGB() ? 'rgb' : c.isFgPalette() ? 'palette' : 'default',
      bgKind: c.isBgRGB() ? 'rgb' : c.isBgPalette() ? 'palette' : 'default',
      bold: c.isBold() !== 0,
      dim: c.isDim() !== 0,
      italic: c.isItalic() !== 0,
      underline: c.isUnderline() !== 0,
      blink: c.isBlink() !== 0,
      inverse: c.isInverse() !== 0,
      invisible: c.isInvisible() !== 0,
      strikethrough: c.isStrikethrough() !== 0,
      overline: c.isOverline() !== 0,
    };
  }

  get cursor(): CursorPosition {
    const buffer = this.term.buffer.active;
    return { x: Math.min(buffer.cursorX, this.cols - 1), y: buffer.cursorY, visible: this.#cursorVisible };
  }

  get alternateScreen(): boolean {
    return this.term.buffer.active.type === 'alternate';
  }

  /** Inside a synchronized update (mode 2026): a real terminal shows nothing of it yet. */
  get synchronizing(): boolean {
    return this.term.modes.synchronizedOutputMode;
  }

  get title(): string {
    return this.outer.titles.at(-1) ?? '';
  }

  /** The screen in a frame with the cursor marked, for messages. */
  picture(): string {
    const { x, y, visible } = this.cursor;
    const edge = '─'.repeat(this.cols);
    const rows = this.screen().map((row, i) => `│${row}${visible && i === y ? `   ◀ cursor at column ${x}` : ''}`);
    return [`┌${edge} ${this.cols}x${this.rows}${this.alternateScreen ? ' alternate' : ''}`, ...rows, `└${edge}`].join(
      '\n',
    );
  }

  resize(cols: number, rows: number): void {
    this.term.resize(cols, rows);
  }

  dispose(): void {
    this.term.dispose();
  }
}
