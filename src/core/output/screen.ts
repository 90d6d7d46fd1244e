import { Emitter } from '../emitter.ts';
import type { CellRow, Cursor, ExtendedAttributes, Surface } from './cells.ts';
import { BG_HAS_EXTENDED, WORDS } from './cells.ts';
import { installEditing } from './emulator/editing.ts';
import { type BufferState, type Core, type Line, openCore } from './emulator/internals.ts';
import {
  installModes,
  type ModeState,
  newModeState,
  readModes,
  resetModeState,
  STACK_LIMIT,
} from './emulator/modes.ts';
import { installMotion } from './emulator/motion.ts';
import { clearPen, extend, installPen } from './emulator/pen.ts';
import { PendingBytes } from './emulator/pending.ts';
import { installPrint } from './emulator/print.ts';
import {
  answerSize,
  colorRules,
  DEFAULT_IDENTITY,
  deviceRules,
  type Identity,
  installQueries,
} from './emulator/queries.ts';
import { installStrings, type OscRule, STATE_GROUND } from './emulator/strings.ts';
import { ByteSink } from './encode.ts';
import {
  CLIPBOARD_LIMIT,
  cleanCwd,
  cleanLink,
  cleanTitle,
  clipboardEvent,
  KittyNotices,
  osc9Event,
  osc777Event,
  type ScreenEvent,
} from './events.ts';
import { captureText, type Match, readLines, type ScreenLines, searchLines } from './history.ts';
import type { TerminalModes } from './modes.ts';
import { RESIDUE_OSC, type Residue, writeSnapshot } from './snapshot.ts';
import { Utf8Decoder } from './utf8.ts';

export interface ScreenOptions {
  readonly cols: number;
  readonly rows: number;
  /** Lines kept above the screen; the oldest go first. 0 for a viewer, whose history is in the hub. */
  readonly scrollback: number;
  /** Gets the answers to what the program asks. Without it none are made (invariant 6). */
  readonly reply?: (bytes: Uint8Array) => void;
  readonly identity?: Partial<Identity>;
}

export interface CaptureOptions {
  /** With colours and links; otherwise plain text. */
  readonly ansi?: boolean;
  /** Lines above the screen. */
  readonly history?: number;
}

/** Bytes parsed at once: the size of the buffer of code points all screens share. */
const SLICE = 65_536;
/** Bytes between two looks at the clock. The dearest kilobyte (erasing 500x200 cells again and again) takes some 50 ms. */
const CAREFUL_SLICE = 1024;
/** UTF-16 units of answers a single write may cause; what is beyond is not answered (a program that only asks gets no memory). */
const REPLY_LIMIT = 65_536;
/** Notices and clipboard writes of a single write; the rest is dropped. Titles, folders, bells and progress merge into the last. */
const EVENT_LIMIT = 16;
/** Characters of what a snapshot adds to its escape sequences; 100,000 lines with wrap flags have 700,000. */
const RESIDUE_LIMIT = 16_777_216;
const SMALLEST = { cols: 2, rows: 1 };

/** Parsing is synchronous and never nests (events and answers go out afterwards), so one buffer serves all. */
const codePoints = new Uint32Array(SLICE + 4);
const encoder = new TextEncoder();
const sink = new ByteSink();

class RowView implements CellRow {
  line: Line;
  cells: Uint32Array;

  constructor(line: Line) {
    this.line = line;
    this.cells = line._data;
  }

  combined(x: number): string {
    return this.line._combined[x] ?? '';
  }

  extended(x: number): ExtendedAttributes | undefined {
    return this.cells[x * WORDS + 2]! & BG_HAS_EXTENDED ? this.line._extendedAttrs[x] : undefined;
  }
}

/**
 * The terminal of a session: bytes in, cells out. Parsing is synchronous. The emulator is @xterm/headless; what differs from it
 * on purpose is in emulator/, each difference with its reason.
 *
 * Resizing: the normal buffer reflows lines that wrapped, and growing takes lines back from the scrollback, as in tmux;
 * the alternate buffer is cut or padded. The result therefore depends on the scrollback: after a resize a viewer needs a snapshot.
 * Line numbers survive output and trimming; a change of width renumbers what comes after a line that now wraps otherwise.
 */
export class Screen implements Surface {
  readonly events = new Emitter<ScreenEvent>();
  readonly #core: Core;
  readonly #state: ModeState = newModeState();
  readonly #decoder = new Utf8Decoder();
  readonly #pending = new PendingBytes();
  readonly #reply: ((bytes: Uint8Array) => void) | undefined;
  readonly #kittyNotices = new KittyNotices();
  #views: RowView[] = [];
  #version = 1;
  #title = '';
  #titles: string[] = [];
  #cwd = '';
  #cwdHost = '';
  /** Lines that left the scrollback since the epoch began. */
  #trimmed = 0;
  #stopCounting: () => void = () => {};
  #answers = '';
  #queue: ScreenEvent[] = [];
  #writing = false;
  #restoring = false;
  #residue: Residue | undefined;

  constructor(options: ScreenOptions) {
    const cols = Math.max(SMALLEST.cols, options.cols);
    const rows = Math.max(SMALLEST.rows, options.rows);
    this.#reply = options.reply;
    this.#core = openCore({ cols, rows, scrollback: options.scrollback });
    this.#install({ ...DEFAULT_IDENTITY, ...options.identity });
    this.#countTrims();
  }

  get cols(): number {
    return this.#core.buffers.cols;
  }

  get rows(): number {
    return this.#core.buffers.rows;
  }

  get version(): number {
    return this.#version;
  }

  get title(): string {
    return this.#title;
  }

  /** Folder the program is in, as OSC 7 said last; '' before. */
  get cwd(): string {
    return this.#cwd;
  }

  get modes(): TerminalModes {
    return readModes(this.#core, this.#state);
  }

  get synchronizing(): boolean {
    return this.#core.service.decPrivateModes.synchronizedOutput;
  }

  get cursor(): Cursor {
    const { handler, service } = this.#core;
    const { cursorStyle, cursorBlink } = service.decPrivateModes;
    return {
      x: Math.min(handler._activeBuffer.x, this.cols - 1),
      y: handler._activeBuffer.y,
      visible: !service.isCursorHidden,
      shape: cursorStyle,
      blink: cursorBlink ?? this.#state.blink,
    };
  }

  row(y: number): CellRow {
    const buffer = this.#core.handler._activeBuffer;
    const line = buffer.lines.get(buffer.ybase + y)!;
    const view = this.#views[y];
    if (!view) {
      const added = new RowView(line);
      this.#views[y] = added;
      return added;
    }
    view.line = line;
    view.cells = line._data;
    return view;
  }

  /** Parses bytes. Answers and events go out when all of them are parsed. */
  write(bytes: Uint8Array): void {
    this.#parse(bytes, SLICE, undefined);
  }

  /**
   * As `write`, but asks `mayGoOn` after every kilobyte and stops when it says no: for output that costs far more time than its
   * size tells (a program may erase the whole screen with four bytes). Returns how many bytes were parsed, at least 1,024; the
   * caller parses the rest later, before anything else.
   */
  writeWhile(bytes: Uint8Array, mayGoOn: () => boolean): number {
    return this.#parse(bytes, CAREFUL_SLICE, mayGoOn);
  }

  #parse(bytes: Uint8Array, slice: number, mayGoOn: (() => boolean) | undefined): number {
    if (this.#writing) throw new Error('a screen is written to while it parses');
    if (bytes.length === 0) return 0;
    const { parser } = this.#core;
    const before = this.#decoder.rest;
    let done = 0;
    this.#writing = true;
    try {
      do {
        const end = Math.min(bytes.length, done + slice);
        parser.parse(codePoints, this.#decoder.decode(bytes, done, end, codePoints));
        done = end;
      } while (done < bytes.length && (mayGoOn === undefined || mayGoOn()));
    } finally {
      this.#writing = false;
      this.#version++;
    }
    if (parser.currentState === STATE_GROUND) this.#pending.clear();
    else this.#pending.follow(parser.currentState, before, bytes.subarray(0, done), this.#decoder.rest);
    this.#flush();
    return done;
  }

  resize(cols: number, rows: number): void {
    const width = Math.max(SMALLEST.cols, cols);
    const height = Math.max(SMALLEST.rows, rows);
    if (width === this.cols && height === this.rows) return;
    const { buffers } = this.#core;
    this.#core.resize(width, height);
    for (const buffer of [buffers.buffers.normal, buffers.buffers.alt]) this.#settle(buffer);
    this.#views = [];
    this.#core.parser.precedingJoinState = 0;
    this.#version++;
  }

  /** Back to a fresh screen of the same size: nothing in the scrollback, lines numbered from 0, no title. */
  reset(): void {
    this.#core.reset();
    this.#core.parser.reset();
    this.#core.mouse.reset();
    this.#core.service.isCursorHidden = false;
    clearPen(this.#core.handler._curAttrData);
    resetModeState(this.#state);
    this.#decoder.reset();
    this.#pending.clear();
    this.#views = [];
    this.#title = '';
    this.#titles = [];
    this.#cwd = '';
    this.#cwdHost = '';
    this.#trimmed = 0;
    this.#countTrims();
    this.#version++;
  }

  dispose(): void {
    this.#stopCounting();
    this.#core.dispose();
  }

  /** Number of the oldest line that is kept. */
  get firstLine(): number {
    return this.#trimmed;
  }

  /** Number of the line at the top of the screen. */
  get screenTop(): number {
    return this.#trimmed + this.#core.buffers.buffers.normal.ybase;
  }

  /** One past the number of the last line. */
  get endLine(): number {
    return this.screenTop + this.rows;
  }

  /** Lines with SGR and OSC 8, each beginning and ending without attributes; those that are gone or not yet there are left out. */
  lines(from: number, count: number): ScreenLines {
    return readLines(this.#lineSource(), from, count, sink);
  }

  capture(options: CaptureOptions = {}): string {
    const from = Math.max(this.firstLine, this.screenTop - (options.history ?? 0));
    return captureText(this.#lineSource(), from, this.endLine, options.ansi ? sink : undefined);
  }

  /** Throws an IrisError (usage) for a malformed expression. */
  search(pattern: string, regex: boolean, from: number, direction: 'up' | 'down'): Match | undefined {
    return searchLines(this.#lineSource(), this.endLine, pattern, regex, from, direction);
  }

  /**
   * Escape sequences that rebuild this screen in a fresh one of the same size, with up to `history` lines before it.
   * `restore` also rebuilds what has no sequence (wrapped lines, a pending wrap, line numbers).
   */
  snapshot(options: { readonly history?: number } = {}): Uint8Array {
    sink.clear();
    writeSnapshot(
      sink,
      {
        core: this.#core,
        state: this.#state,
        title: this.#title,
        titles: this.#titles,
        cwd: this.#cwd,
        cwdHost: this.#cwdHost,
        screenTop: this.screenTop,
        unfinished: [this.#pending.bytes, this.#decoder.rest],
      },
      options.history ?? 0,
    );
    const bytes = sink.take();
    sink.clear();
    return bytes;
  }

  /** Makes this screen what `snapshot` saw; it must have the same size. Nothing is answered. */
  restore(snapshot: Uint8Array): void {
    this.reset();
    this.#restoring = true;
    this.#residue = undefined;
    try {
      this.write(snapshot);
      if (this.#residue) this.#applyResidue(this.#residue);
    } finally {
      this.#restoring = false;
      this.#residue = undefined;
    }
  }

  #lineSource() {
    return { core: this.#core, firstLine: this.#trimmed };
  }

  #countTrims(): void {
    this.#stopCounting();
    const subscription = this.#core.buffers.buffers.normal.lines.onTrim((amount) => {
      this.#trimmed += amount;
    });
    this.#stopCounting = () => subscription.dispose();
  }

  /** After a resize: no cells beyond the last column (they would come back), cursors inside. */
  #settle(buffer: BufferState): void {
    const { cols, rows } = this;
    for (let i = 0; i < buffer.lines.length; i++) {
      const line = buffer.lines.get(i)!;
      if (line.length !== cols) line.resize(cols, buffer.getNullCell());
    }
    const saved = this.#state.saved.get(buffer);
    if (saved) {
      saved.x = Math.min(saved.x, cols - 1);
      saved.y = Math.min(saved.y, rows - 1);
    }
  }

  #install(identity: Identity): void {
    const core = this.#core;
    const answer = (text: string): void => {
      if (this.#reply === undefined || this.#restoring || this.#answers.length > REPLY_LIMIT) return;
      this.#answers += text;
    };
    installPen(core);
    installPrint(core);
    installMotion(core, this.#state);
    installEditing(core);
    installModes(core, this.#state);
    installQueries(core, this.#state, identity, answer);
    core.handler.bell = () => {
      this.#tell({ type: 'bell' });
      return true;
    };
    core.handler.windowOptions = (params) => {
      if (answerSize(core, params, identity, answer)) return true;
      // XTPUSHTITLE and XTPOPTITLE; icon names are not kept.
      const what = params.length > 1 ? params.params[1] : 0;
      if (what === 1) return true;
      if (params.params[0] === 22) {
        this.#titles.push(this.#title);
        if (this.#titles.length > STACK_LIMIT) this.#titles.shift();
      } else if (params.params[0] === 23) {
        const title = this.#titles.pop();
        if (title !== undefined) this.#setTitle(title);
      }
      return true;
    };
    const fullReset = core.handler.fullReset;
    core.handler.fullReset = () => {
      this.#titles = [];
      return fullReset.call(core.handler);
    };
    installStrings(core, this.#oscRules(identity, answer), deviceRules(core, this.#state, answer));
  }

  #oscRules(identity: Identity, answer: (text: string) => void): Map<number, OscRule> {
    const title: OscRule = {
      limit: 1024,
      truncate: true,
      run: (data) => this.#setTitle(cleanTitle(data ?? '')),
    };
    const event = (limit: number, read: (data: string) => ScreenEvent | undefined): OscRule => ({
      limit,
      run: (data) => {
        const found = data === undefined ? undefined : read(data);
        if (found) this.#tell(found);
      },
    });
    return new Map<number, OscRule>([
      [0, title],
      [2, title],
      ...colorRules(identity, answer),
      [
        7,
        {
          limit: 16_384,
          run: (data) => {
            const found = cleanCwd(data ?? '');
            if (!found || (found.cwd === this.#cwd && found.host === this.#cwdHost)) return;
            this.#cwd = found.cwd;
            this.#cwdHost = found.host;
            this.#tell({ type: 'cwd', ...found });
          },
        },
      ],
      [
        8,
        {
          limit: 4096,
          run: (data) => {
            const pen = this.#core.handler._curAttrData;
            const { underlineStyle, underlineColor } = pen.extended;
            extend(pen, underlineStyle, underlineColor, cleanLink(data));
          },
        },
      ],
      [9, event(4096, osc9Event)],
      [52, event(Math.ceil(CLIPBOARD_LIMIT / 3) * 4 + 64, clipboardEvent)],
      [99, event(8192, (data) => this.#kittyNotices.add(data))],
      [777, event(4096, osc777Event)],
      [RESIDUE_OSC, this.#residueRule()],
    ]);
  }

  /** Listened to only while restoring a snapshot of our own: it says what no program may say. */
  #residueRule(): OscRule {
    const isRestoring = (): boolean => this.#restoring;
    return {
      get limit() {
        return isRestoring() ? RESIDUE_LIMIT : 0;
      },
      run: (data) => {
        if (this.#restoring && data) this.#residue = JSON.parse(data) as Residue;
      },
    };
  }

  #setTitle(title: string): void {
    if (title === this.#title) return;
    this.#title = title;
    this.#tell({ type: 'title', title });
  }

  #tell(event: ScreenEvent): void {
    const merges = event.type !== 'notice' && event.type !== 'clipboard';
    if (merges) {
      const at = this.#queue.findIndex((queued) => queued.type === event.type);
      if (at >= 0) this.#queue.splice(at, 1);
    } else if (this.#queue.length >= EVENT_LIMIT) return;
    this.#queue.push(event);
  }

  #flush(): void {
    if (this.#answers !== '') {
      const bytes = encoder.encode(this.#answers);
      this.#answers = '';
      this.#reply?.(bytes);
    }
    if (this.#queue.length === 0) return;
    const events = this.#queue;
    this.#queue = [];
    for (const event of events) this.events.emit(event);
  }

  #applyResidue(residue: Residue): void {
    const { handler, parser, buffers } = this.#core;
    const { normal, alt } = buffers.buffers;
    const put = (buffer: BufferState, offset: number, wrapped: number[], odd: Residue['odd']): void => {
      for (const row of wrapped) {
        const line = buffer.lines.get(offset + row);
        if (line && offset + row >= 0) line.isWrapped = true;
      }
      for (const [row, x, content, fg, bg, text, extended] of odd) {
        if (offset + row < 0) continue;
        const line = buffer.lines.get(offset + row);
        if (!line) continue;
        line._data.set([content, fg, bg], x * WORDS);
        if (text !== '') line._combined[x] = text;
        if (extended) line._extendedAttrs[x] = { ...extended, link: extended.link ?? undefined };
      }
    };
    put(normal, normal.lines.length - residue.lines, residue.wrapped, residue.odd);
    if (handler._activeBuffer === alt) put(alt, 0, residue.altWrapped, residue.altOdd);
    [normal, alt].forEach((buffer, i) => {
      const saved = this.#state.saved.get(buffer);
      if (saved) saved.origin = residue.savedOrigin[i as 0 | 1];
    });
    if (residue.cursor) {
      handler._activeBuffer.x = residue.cursor[0];
      handler._activeBuffer.y = residue.cursor[1];
    }
    parser.precedingJoinState = residue.join;
    this.#trimmed = residue.top - normal.ybase;
    this.#version++;
  }
}
