import { LineLayout } from './layout.ts';
import { plainOf } from './style.ts';

/** A line of a transcript longer than this is broken: its length has to be known whenever the terminal is resized. */
const LINE_LIMIT_CHARS = 16_384;
const RESET = '\x1b[m';
/** Line ends, SGR, and what is between them, in pieces that are no half characters. */
const PARTS = /\n|\u001b\[[0-9;]*m|[^\n\u001b]{1,4096}/gu;
/** Every look (style.ts) ends with the sequence that undoes it. */
const ENDS = /\[(?:22|39|0)(?:;\d+)*m$|\[m$/;

export interface Footer {
  /** With SGR; each fits into a row. */
  readonly lines: readonly string[];
  /** Where the cursor stands: a line, and the text before it in that line. */
  readonly cursor: { readonly line: number; readonly before: string };
}

const EMPTY: Footer = { lines: [''], cursor: { line: 0, before: '' } };

/**
 * A terminal with a text that grows and wraps, and below it a footer (an input line, a question) that is replaced. Writes relative to where
 * it left the cursor, and so needs no answers from the terminal: it knows what wrapped, also after a resize, because it counts cells as
 * the emulator does. Only a footer that a resize makes higher than the terminal leaves its beginning in the scrollback.
 */
export class Stage {
  #cols: number;
  #rows: number;
  /** The last, unfinished line of the text, without SGR. */
  #line = '';
  #layout: LineLayout;
  /** SGR in force while a text is printed; and that of its last character. */
  #style = '';
  #lastStyle = '';
  #pending = '';
  #footer: Footer = EMPTY;
  #drawn: Footer | undefined;
  readonly #write: (text: string) => void;

  constructor(cols: number, rows: number, write: (text: string) => void) {
    this.#cols = Math.max(2, cols);
    this.#rows = Math.max(1, rows);
    this.#layout = new LineLayout(this.#cols);
    this.#write = write;
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds to the text: printable characters, SGR, and LF. Shown by `flush`. */
  print(text: string): void {
    this.#pending += text;
  }

  set footer(footer: Footer) {
    this.#footer = footer;
  }

  /** The terminal has this size now, and has wrapped anew what it shows. Call `flush` with a footer for it. */
  resize(cols: number, rows: number): void {
    const up = this.#drawn ? this.#rowsToCursor(this.#drawn, Math.max(2, cols)) : 0;
    this.#cols = Math.max(2, cols);
    this.#rows = Math.max(1, rows);
    this.#layout = new LineLayout(this.#cols, this.#line);
    if (!this.#drawn) return;
    this.#write(`${this.#toFooterStart(up)}`);
    this.#drawn = undefined;
    // The cursor now stands where the footer begins, as after text that ended.
    this.#beginsHere = true;
  }

  #beginsHere = false;

  /** Shows what was printed, and the footer, in one write. */
  flush(): void {
    const text = this.#pending;
    if (text === '' && this.#drawn === this.#footer) return;
    this.#pending = '';
    let out = '';
    if (this.#drawn) {
      out += this.#toFooterStart(this.#rowsToCursor(this.#drawn, this.#cols));
      this.#beginsHere = true;
    }
    if (text !== '') {
      if (this.#beginsHere) out += this.#back();
      out += this.#typed(text);
      this.#beginsHere = false;
    }
    // Below an unfinished line; in the row of a finished one.
    if (!this.#beginsHere && this.#line !== '') out += '\r\n';
    this.#beginsHere = false;
    out += this.#footerText();
    this.#write(out);
  }

  #footerText(): string {
    const footer = this.#footer;
    const most = Math.max(1, this.#rows - 1);
    const lines = footer.lines.slice(-most);
    const cut = footer.lines.length - lines.length;
    const line = Math.max(0, footer.cursor.line - cut);
    const below = lines.length - 1 - line;
    const x = new LineLayout(this.#cols, footer.cursor.before).x;
    this.#drawn = { lines, cursor: { line, before: footer.cursor.before } };
    if (cut === 0) this.#footer = this.#drawn;
    else this.#footer = { ...footer };
    return `${lines.join(`${RESET}\r\n`)}${RESET}${below > 0 ? `\x1b[${below}A` : ''}\x1b[${Math.min(x, this.#cols - 1) + 1}G`;
  }

  /** Rows from the first of the footer to the one with the cursor. */
  #rowsToCursor(footer: Footer, cols: number): number {
    let rows = 0;
    for (let i = 0; i < footer.cursor.line; i++) rows += new LineLayout(cols, plainOf(footer.lines[i]!)).row + 1;
    const whole = plainOf(footer.lines[footer.cursor.line] ?? '');
    const before = new LineLayout(cols, footer.cursor.before);
    const more = whole.length > footer.cursor.before.length;
    return rows + before.row + (before.x >= cols && more ? 1 : 0);
  }

  #toFooterStart(up: number): string {
    return `${up > 0 ? `\x1b[${up}A` : ''}\r\x1b[J`;
  }

  /** From the beginning of the footer to the end of the text. */
  #back(): string {
    const { x, last, lastWidth } = this.#layout;
    if (this.#line === '') return '';
    // In the last column the terminal is about to wrap; only a character printed there brings it back to that.
    if (x >= this.#cols) return `\x1b[A\x1b[${this.#cols - lastWidth + 1}G${this.#lastStyle}${last}${RESET}`;
    return `\x1b[A\x1b[${x + 1}G`;
  }

  /** As the terminal wants it: CR LF. Remembers the unfinished line. */
  #typed(text: string): string {
    let out = '';
    for (const [part] of text.matchAll(PARTS)) {
      if (part === '\n') {
        out += '\r\n';
        this.#newLine();
      } else if (part.startsWith('\x1b')) {
        out += part;
        this.#style = ENDS.test(part) ? '' : part;
      } else {
        if (this.#line.length + part.length > LINE_LIMIT_CHARS) {
          out += '\r\n';
          this.#newLine();
        }
        out += part;
        this.#line += part;
        this.#layout.feed(part);
        this.#lastStyle = this.#style;
      }
    }
    return out;
  }

  #newLine(): void {
    this.#line = '';
    this.#layout = new LineLayout(this.#cols);
  }
}
