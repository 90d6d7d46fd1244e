import headless from '@xterm/headless';
import {
  BG_HAS_EXTENDED,
  COLOR_MODE,
  COLOR_P16,
  COLOR_P256,
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type Screen,
  WORDS,
} from '../../../src/core/index.ts';
import { unicodeProvider } from '../../../src/core/output/unicode.ts';

/** @xterm/headless as it comes, but for our widths: what a Screen must agree with where it does not differ on purpose. */
export class BareEmulator {
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #write: (bytes: Uint8Array) => void;

  constructor(cols: number, rows: number, scrollback: number) {
    this.#terminal = new headless.Terminal({ cols, rows, scrollback, allowProposedApi: true, logLevel: 'off' });
    this.#terminal.unicode.register(unicodeProvider);
    this.#terminal.unicode.activeVersion = unicodeProvider.version;
    const core = (this.#terminal as unknown as { _core: { writeSync(bytes: Uint8Array): void } })._core;
    this.#write = (bytes) => core.writeSync(bytes);
  }

  write(bytes: Uint8Array): void {
    this.#write(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#terminal.resize(cols, rows);
  }

  dispose(): void {
    this.#terminal.dispose();
  }

  cells(): string[] {
    const { active } = this.#terminal.buffer;
    const rows: string[] = [];
    for (let y = 0; y < this.#terminal.rows; y++) {
      const line = active.getLine(active.baseY + y)!;
      let text = '';
      for (let x = 0; x < this.#terminal.cols; x++) {
        const cell = line.getCell(x) as unknown as { content: number; fg: number; bg: number; getChars(): string };
        text += describe(cell.content >> CONTENT_WIDTH_SHIFT, cell.getChars(), cell.fg, cell.bg);
      }
      rows.push(text);
    }
    rows.push(`cursor ${Math.min(active.cursorX, this.#terminal.cols - 1)},${active.cursorY}`);
    return rows;
  }
}

function describe(width: number, chars: string, fg: number, bg: number): string {
  // What is blank has no colour of its own.
  const attributes =
    chars === '' ? `${color(bg)}` : `${flags(fg)}${color(fg)}/${flags(bg & ~BG_HAS_EXTENDED)}${color(bg)}`;
  return `[${width}${chars}${attributes === '0' ? '' : attributes}]`;
}

function flags(word: number): string {
  return ((word & 0xfc000000) >>> 26).toString(16);
}

/** The bare emulator leaves bits of an RGB colour under a palette colour. */
function color(word: number): string {
  const mode = word & COLOR_MODE;
  const value = mode === COLOR_P16 || mode === COLOR_P256 ? word & 255 : mode === 0 ? 0 : word & 0xffffff;
  return (mode | value).toString(16);
}

export function screenCells(screen: Screen): string[] {
  const rows: string[] = [];
  for (let y = 0; y < screen.rows; y++) {
    const row = screen.row(y);
    let text = '';
    for (let x = 0; x < screen.cols; x++) {
      const content = row.cells[x * WORDS]!;
      const code = content & CONTENT_CODEPOINT;
      const chars = content & CONTENT_COMBINED ? row.combined(x) : code === 0 ? '' : String.fromCodePoint(code);
      text += describe(content >> CONTENT_WIDTH_SHIFT, chars, row.cells[x * WORDS + 1]!, row.cells[x * WORDS + 2]!);
    }
    rows.push(text);
  }
  rows.push(`cursor ${screen.cursor.x},${screen.cursor.y}`);
  return rows;
}
