import {
  CONTENT_CODEPOINT,
  CONTENT_COMBINED,
  CONTENT_WIDTH_SHIFT,
  type LineRange,
  Screen,
  type SessionHost,
  WORDS,
} from '../../core/index.ts';

interface Line {
  readonly text: string;
  readonly wrapped: boolean;
}

/** Lines asked for at once; a wheel turned fast must not wait for each row. */
const CHUNK = 200;
/** Lines of one question, at most. */
const MOST = 2_000;
/** Lines kept; beyond it the cache starts again around the place that is shown. */
const CACHE_LINES = 20_000;

const encoder = new TextEncoder();

/** Lines of a session as they were at one moment, brought from the hub when they are needed. Numbered from the start of the epoch. */
export class FrozenLines {
  readonly #host: SessionHost;
  readonly #sessionId: string;
  readonly #came: () => void;
  readonly #lines = new Map<number, Line>();
  /** Takes one line apart. */
  readonly #scratch: Screen;
  /** The line that was taken apart last, by its text: movements ask for each of its cells. */
  #apart: { readonly text: string; readonly cells: readonly string[] } | undefined;
  #loading: Promise<void> | undefined;
  #first = 0;
  #end = 0;
  #screenTop = 0;
  #closed = false;

  /** `came`: lines that were asked for are here. */
  private constructor(host: SessionHost, sessionId: string, cols: number, came: () => void) {
    this.#host = host;
    this.#sessionId = sessionId;
    this.#came = came;
    this.#scratch = new Screen({ cols, rows: 1, scrollback: 0 });
  }

  /** With the screen as it is now, and the page before it. @throws IrisError */
  static async open(
    host: SessionHost,
    sessionId: string,
    { cols, rows }: { readonly cols: number; readonly rows: number },
    came: () => void,
  ): Promise<FrozenLines> {
    const lines = new FrozenLines(host, sessionId, cols, came);
    // One question tells where the end is, one more brings it.
    const probe = await lines.#ask(0, 1);
    const range = await lines.#ask(Math.max(probe.first, probe.screenTop - rows), rows * 2 + 2);
    lines.#first = range.first;
    lines.#end = Math.min(range.end, range.screenTop + rows);
    lines.#screenTop = range.screenTop;
    lines.#take(range);
    return lines;
  }

  /** Number of the oldest line. */
  get first(): number {
    return this.#first;
  }

  /** One past the number of the last. */
  get end(): number {
    return this.#end;
  }

  /** Number of the line that was at the top of the screen. */
  get screenTop(): number {
    return this.#screenTop;
  }

  /** Asks for nothing any more; what is here can still be read. */
  close(): void {
    this.#closed = true;
  }

  get(line: number): Line | undefined {
    return this.#lines.get(line);
  }

  /** Are all of [from, to) here, as far as they exist? */
  has(from: number, to: number): boolean {
    for (let line = from; line < Math.min(this.#end, to); line++) if (!this.#lines.has(line)) return false;
    return true;
  }

  /** Brings lines [from, to) from the hub, as far as they exist and are not here. @throws IrisError */
  async need(from: number, to: number): Promise<void> {
    while (this.#loading) await this.#loading;
    const missing: number[] = [];
    for (let line = Math.max(from, this.#first); line < Math.min(to, this.#end); line++)
      if (!this.#lines.has(line)) missing.push(line);
    const [lowest] = missing;
    const highest = missing.at(-1);
    if (lowest === undefined || highest === undefined || this.#closed) return;
    this.#loading = this.#load(Math.max(this.#first, lowest - CHUNK), Math.min(this.#end, highest + CHUNK)).finally(
      () => {
        this.#loading = undefined;
      },
    );
    await this.#loading;
  }

  /** The text of a line, cell by cell; the second half of a wide cell is empty. */
  cells(line: number): readonly string[] {
    const text = this.#lines.get(line)?.text ?? '';
    if (this.#apart?.text === text) return this.#apart.cells;
    const screen = this.#scratch;
    screen.reset();
    screen.write(encoder.encode(`\x1b[?7l${text}`));
    const row = screen.row(0);
    const cells: string[] = [];
    for (let x = 0; x < screen.cols; x++) {
      const content = row.cells[x * WORDS] ?? 0;
      const width = (content >>> CONTENT_WIDTH_SHIFT) & 3;
      const codepoint = content & CONTENT_CODEPOINT;
      if (content & CONTENT_COMBINED) cells.push(row.combined(x));
      else if (width === 0 && x > 0) cells.push('');
      else cells.push(codepoint === 0 ? ' ' : String.fromCodePoint(codepoint));
    }
    this.#apart = { text, cells };
    return cells;
  }

  #ask(from: number, count: number): Promise<LineRange> {
    return this.#host.command('session.lines', { session: this.#sessionId, from, count: Math.min(MOST, count) });
  }

  #take(range: LineRange): void {
    this.#first = Math.max(this.#first, range.first);
    range.lines.forEach((text, i) => {
      const line = range.from + i;
      // The part that was on the screen is frozen as it was.
      if (line < this.#end && !this.#lines.has(line))
        this.#lines.set(line, { text, wrapped: range.wrapped[i] ?? false });
    });
  }

  async #load(from: number, to: number): Promise<void> {
    if (this.#lines.size > CACHE_LINES)
      for (const line of this.#lines.keys()) if (line < this.#screenTop) this.#lines.delete(line);
    for (let at = from; at < to && !this.#closed; ) {
      const range = await this.#ask(at, to - at);
      this.#take(range);
      if (range.lines.length === 0) break;
      at = range.from + range.lines.length;
    }
    if (!this.#closed) this.#came();
  }
}
