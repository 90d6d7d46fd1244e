import { type Cursor, Screen, type SessionHost } from '../../core/index.ts';
import { FrozenLines } from './frozen-lines.ts';

interface Point {
  /** Numbered from the start of the epoch. */
  line: number;
  column: number;
}

/** A run of cells to be shown inverse, in rows and columns of the pane. */
export interface Highlight {
  readonly row: number;
  readonly from: number;
  /** One past the last. */
  readonly to: number;
}

const encoder = new TextEncoder();

/**
 * Looking back in a session: the lines come from the hub, numbered from the start of the epoch, so that they stay put while output goes on.
 * What was on the screen when it was entered is frozen; all positions are lines of that epoch.
 */
export class CopyMode {
  readonly #host: SessionHost;
  readonly #sessionId: string;
  readonly #changed: () => void;
  /** Shows the lines; as large as the session's screen. */
  readonly surface: Screen;
  readonly #lines: FrozenLines;
  #top: number;
  #drawn = '';
  #cursor: Point;
  #anchor: Point | undefined;
  #rectangle = false;
  #matchText = '';
  #match: { line: number; column: number; length: number } | undefined;
  #closed = false;
  /** Entered by the wheel: leaves when scrolled to the end again, as tmux's `copy-mode -e`. */
  readonly leaveAtEnd: boolean;

  private constructor(
    host: SessionHost,
    sessionId: string,
    lines: FrozenLines,
    size: { cols: number; rows: number },
    leaveAtEnd: boolean,
    changed: () => void,
  ) {
    this.#host = host;
    this.#sessionId = sessionId;
    this.#lines = lines;
    this.#top = lines.screenTop;
    this.#cursor = { line: lines.screenTop, column: 0 };
    this.leaveAtEnd = leaveAtEnd;
    this.#changed = changed;
    this.surface = new Screen({ ...size, scrollback: 0 });
  }

  static async open(
    host: SessionHost,
    sessionId: string,
    screen: { cols: number; rows: number; cursor: Cursor },
    leaveAtEnd: boolean,
    changed: () => void,
  ): Promise<CopyMode> {
    const { cols, rows } = screen;
    const lines = await FrozenLines.open(host, sessionId, screen, () => mode.#came());
    const mode = new CopyMode(host, sessionId, lines, { cols, rows }, leaveAtEnd, changed);
    mode.#cursor.line += screen.cursor.y;
    mode.#cursor.column = screen.cursor.x;
    mode.#draw();
    return mode;
  }

  /** "12/3456": lines above the end, and all there are. */
  get position(): string {
    return `${this.#lines.screenTop - this.#top}/${this.#lines.screenTop - this.#lines.first}`;
  }

  get atEnd(): boolean {
    return this.#top >= this.#lines.screenTop;
  }

  get selecting(): boolean {
    return this.#anchor !== undefined;
  }

  /** On the pane, for the real cursor. */
  get cursor(): { x: number; y: number } {
    return { x: Math.min(this.#cursor.column, this.surface.cols - 1), y: this.#cursor.line - this.#top };
  }

  get highlights(): readonly Highlight[] {
    const out: Highlight[] = [];
    const selected = this.#selected();
    for (let row = 0; row < this.surface.rows; row++) {
      const line = this.#top + row;
      if (selected && line >= selected.from.line && line <= selected.to.line)
        out.push({ row, ...this.#columns(line, selected) });
      const m = this.#match;
      if (m && m.line === line) out.push({ row, from: m.column, to: m.column + m.length });
    }
    return out;
  }

  close(): void {
    this.#closed = true;
    this.#lines.close();
    this.surface.dispose();
  }

  /** Scrolls the view; the cursor stays on the screen. */
  scroll(delta: number): void {
    this.#setTop(this.#top + delta);
    this.#cursor.line = clamp(this.#cursor.line, this.#top, this.#top + this.surface.rows - 1);
    this.#changed();
  }

  page(direction: -1 | 1, half = false): void {
    const rows = half ? this.surface.rows >> 1 : this.surface.rows - 2;
    this.#cursor.line = clamp(this.#cursor.line + direction * rows, this.#lines.first, this.#lines.end - 1);
    this.scroll(direction * Math.max(1, rows));
  }

  move(lines: number, columns: number): void {
    this.#cursor.column = clamp(this.#cursor.column + columns, 0, this.surface.cols - 1);
    this.#goTo({ line: this.#cursor.line + lines, column: this.#cursor.column });
  }

  toLine(where: 'first' | 'last' | 'top' | 'middle' | 'bottom'): void {
    const line = {
      first: this.#lines.first,
      last: this.#lines.end - 1,
      top: this.#top,
      middle: this.#top + (this.surface.rows >> 1),
      bottom: this.#top + this.surface.rows - 1,
    }[where];
    this.#goTo({ line, column: this.#cursor.column });
  }

  toColumn(where: 'start' | 'end' | 'text'): void {
    const cells = this.#lines.cells(this.#cursor.line);
    const column =
      where === 'start'
        ? 0
        : where === 'text'
          ? Math.max(
              0,
              cells.findIndex((c) => c.trim() !== ''),
            )
          : lastText(cells);
    this.#goTo({ line: this.#cursor.line, column });
  }

  /** To the start of a word: `w`, `b`; or its end: `e`. */
  word(kind: 'next' | 'previous' | 'end'): void {
    const at = { ...this.#cursor };
    const blank = (): boolean => (this.#lines.cells(at.line)[at.column] ?? ' ').trim() === '';
    const step = (d: 1 | -1): boolean => {
      at.column += d;
      if (at.column < 0 || at.column >= this.surface.cols) {
        const line = at.line + d;
        if (line < this.#lines.first || line >= this.#lines.end || !this.#lines.get(line)) return false;
        at.line = line;
        at.column = d > 0 ? 0 : Math.max(0, lastText(this.#lines.cells(line)));
      }
      return true;
    };
    if (kind === 'next') {
      while (!blank()) if (!step(1)) break;
      while (blank()) if (!step(1)) break;
    } else if (kind === 'previous') {
      if (step(-1)) {
        while (blank()) if (!step(-1)) break;
        while (!blank()) if (!step(-1)) break;
        if (blank()) step(1);
      }
    } else if (step(1)) {
      while (blank()) if (!step(1)) break;
      while (!blank()) if (!step(1)) break;
      if (blank()) step(-1);
    }
    this.#goTo(at);
  }

  /** Puts the cursor on a cell of the pane, by the mouse; beyond the edge it scrolls. */
  pointAt(x: number, y: number): void {
    if (y < 0) this.#setTop(this.#top - 1);
    if (y >= this.surface.rows) this.#setTop(this.#top + 1);
    this.#cursor = {
      line: clamp(this.#top + clamp(y, 0, this.surface.rows - 1), this.#lines.first, this.#lines.end - 1),
      column: clamp(x, 0, this.surface.cols - 1),
    };
    this.#changed();
  }

  startSelection(rectangle = false): void {
    this.#anchor = { ...this.#cursor };
    this.#rectangle = rectangle;
    this.#changed();
  }

  toggleRectangle(): void {
    this.#rectangle = !this.#rectangle;
    this.#changed();
  }

  clearSelection(): void {
    this.#anchor = undefined;
    this.#changed();
  }

  /** Selects the word, or the whole line, under the cursor. */
  select(what: 'word' | 'line'): void {
    const { line, column } = this.#cursor;
    const cells = this.#lines.cells(line);
    let from = 0;
    let to = Math.max(0, lastText(cells));
    if (what === 'word') {
      const inWord = (i: number): boolean => /[\p{L}\p{N}_\-./~:@%+=&?#]/u.test(cells[i] ?? ' ');
      from = column;
      to = column;
      if (inWord(column)) {
        while (from > 0 && inWord(from - 1)) from--;
        while (to + 1 < cells.length && inWord(to + 1)) to++;
      }
    }
    this.#anchor = { line, column: from };
    this.#cursor = { line, column: to };
    this.#rectangle = false;
    this.#changed();
  }

  /** The selected text: lines that were wrapped are joined, blanks at line ends dropped. */
  async selectedText(): Promise<string> {
    const selected = this.#selected();
    if (!selected) return '';
    await this.#lines.need(selected.from.line, selected.to.line + 1);
    let out = '';
    for (let line = selected.from.line; line <= selected.to.line; line++) {
      const { from, to } = this.#columns(line, selected);
      const text = this.#lines.cells(line).slice(from, to).join('');
      const next = this.#lines.get(line + 1);
      const joined = !this.#rectangle && next?.wrapped === true && line < selected.to.line;
      out += joined ? text : text.trimEnd() + (line < selected.to.line ? '\n' : '');
    }
    return out;
  }

  /** To the next place of a text, upward or downward; false when there is none. */
  async search(text: string, direction: 'up' | 'down'): Promise<boolean> {
    this.#matchText = text;
    return this.searchAgain(direction);
  }

  async searchAgain(direction: 'up' | 'down'): Promise<boolean> {
    if (this.#matchText === '') return false;
    const from = this.#cursor.line + (direction === 'up' ? -1 : 1);
    if (from < 0) return false;
    const { match } = await this.#host.command('session.search', {
      session: this.#sessionId,
      pattern: this.#matchText,
      from,
      direction,
    });
    if (!match || this.#closed) return false;
    this.#match = match;
    await this.#lines.need(match.line - this.surface.rows, match.line + this.surface.rows);
    this.#goTo({ line: match.line, column: match.column });
    return true;
  }

  #goTo(point: Point): void {
    const line = clamp(point.line, this.#lines.first, this.#lines.end - 1);
    this.#cursor = { line, column: clamp(point.column, 0, this.surface.cols - 1) };
    if (line < this.#top) this.#setTop(line);
    else if (line >= this.#top + this.surface.rows) this.#setTop(line - this.surface.rows + 1);
    this.#changed();
  }

  #setTop(top: number): void {
    this.#top = clamp(top, this.#lines.first, this.#lines.screenTop);
    // Lines that are still to come would flash as blanks: the old ones stay until then.
    if (this.#lines.has(this.#top, this.#top + this.surface.rows)) this.#draw();
    // Without the hub the old picture stays; the status line says why.
    this.#lines.need(this.#top - this.surface.rows, this.#top + this.surface.rows).catch(() => {});
  }

  #selected(): { from: Point; to: Point } | undefined {
    const a = this.#anchor;
    if (!a) return undefined;
    const b = this.#cursor;
    const forward = a.line < b.line || (a.line === b.line && a.column <= b.column);
    return forward ? { from: a, to: b } : { from: b, to: a };
  }

  #columns(line: number, selected: { from: Point; to: Point }): { from: number; to: number } {
    if (this.#rectangle) {
      const columns = [selected.from.column, selected.to.column];
      return { from: Math.min(...columns), to: Math.max(...columns) + 1 };
    }
    return {
      from: line === selected.from.line ? selected.from.column : 0,
      to: line === selected.to.line ? selected.to.column + 1 : this.surface.cols,
    };
  }

  /** Lines that were waited for. */
  #came(): void {
    this.#draw();
    this.#changed();
  }

  #draw(): void {
    let out = '\x1b[0m\x1b[?7l';
    for (let row = 0; row < this.surface.rows; row++) {
      const line = this.#lines.get(this.#top + row);
      out += `\x1b[${row + 1};1H\x1b[0m\x1b[2K${line?.text ?? ''}\x1b[0m`;
    }
    if (out === this.#drawn) return;
    this.#drawn = out;
    this.surface.write(encoder.encode(out));
  }
}

const clamp = (n: number, low: number, high: number): number => Math.max(low, Math.min(Math.max(low, high), n));

function lastText(cells: readonly string[]): number {
  for (let i = cells.length - 1; i >= 0; i--) if ((cells[i] ?? '').trim() !== '') return i;
  return 0;
}
