import { Emitter } from '../emitter.ts';
import type { CellRow, Cursor, ExtendedAttributes, Surface } from './cells.ts';
import { BG_HAS_EXTENDED, WORDS } from './cells.ts';
import { installEditing } from './emulator/editing.ts';
import { type Core, type Line, openCore, slimHandlers } from './emulator/internals.ts';
import { installModes, type ModeState, newModeState, readModes, resetModeState } from './emulator/modes.ts';
import { installMotion } from './emulator/motion.ts';
import { clearPen, installPen } from './emulator/pen.ts';
import { PendingBytes } from './emulator/pending.ts';
import { installPrint } from './emulator/print.ts';
import { DEFAULT_IDENTITY, deviceRules, type Identity, installQueries } from './emulator/queries.ts';
import { resizeBuffers } from './emulator/resize.ts';
import { installStrings, STATE_GROUND } from './emulator/strings.ts';
import { ByteSink } from './encode.ts';
import type { ScreenEvent } from './events.ts';
import { captureText, type LineSource, type Match, readLines, type ScreenLines, searchLines } from './history.ts';
import type { TerminalModes } from './modes.ts';
import { Reports } from './reports.ts';
import { applyResidue, RESIDUE_OSC, type Residue, residueRule } from './residue.ts';
import { writeSnapshot } from './snapshot.ts';
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
const SMALLEST = { cols: 2, rows: 1 };

/** Parsing is synchronous and never nests (events and answers go out afterwards), so one buffer serves all. */
const codePoints = new Uint32Array(SLICE + 4);
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
  readonly #reports: Reports;
  readonly #scrollback: number;
  #views: RowView[] = [];
  #version = 1;
  /** Lines that left the scrollback since the epoch began. */
  #trimmed = 0;
  #stopCounting: () => void = () => {};
  #writing = false;
  #restoring = false;
  #residue: Residue | undefined;

  constructor(options: ScreenOptions) {
    const cols = Math.max(SMALLEST.cols, options.cols);
    const rows = Math.max(SMALLEST.rows, options.rows);
    this.#reports = new Reports(options.reply, (event) => this.events.emit(event));
    this.#scrollback = options.scrollback;
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
    return this.#reports.title;
  }

  /** Folder the program is in, as OSC 7 said last; '' before. */
  get cwd(): string {
    return this.#reports.cwd;
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
    this.#reports.flush();
    return done;
  }

  resize(cols: number, rows: number): void {
    const width = Math.max(SMALLEST.cols, cols);
    const height = Math.max(SMALLEST.rows, rows);
    if (width === this.cols && height === this.rows) return;
    this.#trimmed += resizeBuffers(this.#core, this.#state, width, height, this.#scrollback);
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
    this.#reports.clear();
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
        title: this.#reports.title,
        titles: this.#reports.titles,
        cwd: this.#reports.cwd,
        cwdHost: this.#reports.cwdHost,
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
    this.#reports.silent = true;
    this.#residue = undefined;
    try {
      this.write(snapshot);
      if (this.#residue) this.#finish(this.#residue);
    } finally {
      this.#restoring = false;
      this.#reports.silent = false;
      this.#residue = undefined;
    }
  }

  #finish(residue: Residue): void {
    applyResidue(this.#core, this.#state, residue);
    this.#trimmed = residue.top - this.#core.buffers.buffers.normal.ybase;
    this.#version++;
  }

  #lineSource(): LineSource {
    return { core: this.#core, firstLine: this.#trimmed };
  }

  #countTrims(): void {
    this.#stopCounting();
    const subscription = this.#core.buffers.buffers.normal.lines.onTrim((amount) => {
      this.#trimmed += amount;
    });
    this.#stopCounting = () => subscription.dispose();
  }

  #install(identity: Identity): void {
    const core = this.#core;
    const reports = this.#reports;
    installPen(core);
    installPrint(core);
    installMotion(core, this.#state);
    installEditing(core);
    installModes(core, this.#state);
    installQueries(core, this.#state, identity, reports.answer);
    reports.install(core, identity);
    const residue = residueRule(
      () => this.#restoring,
      (received) => {
        this.#residue = received;
      },
    );
    const osc = new Map([...reports.oscRules(core, identity), [RESIDUE_OSC, residue] as const]);
    installStrings(core, osc, deviceRules(core, this.#state, reports.answer));
    slimHandlers(core);
  }
}
