import type { Cursor, CursorShape } from '../../core/index.ts';
import type { Capabilities } from './capabilities.ts';
import { Grid, isEmptyAt, STRIDE, UNKNOWN } from './grid.ts';
import { RowEncoder } from './row-encoder.ts';
import { Scroller } from './scroll.ts';
import type { Tables } from './tables.ts';
import { TerminalWriter } from './terminal-writer.ts';

/** Where the cursor shall be; undefined: hidden. */
export type ShownCursor = Pick<Cursor, 'x' | 'y' | 'shape' | 'blink'> | undefined;

/** No wrapping at the right edge, whole screen, no origin and no insert mode. */
const PREPARE = '\x1b[?7l\x1b[?6l\x1b[4l\x1b[r';
const PREPARE_BASIC = '\x1b[?7l\x1b[r';
const SYNC_ON = '\x1b[?2026h';
const SYNC_OFF = '\x1b[?2026l';
const SHOW = '\x1b[?25h';
const HIDE = '\x1b[?25l';
/** A frame of no more bytes arrives in one piece anyway: a key's echo needs no synchronized update. */
const SMALL_BYTES = 32;

/**
 * Takes the terminal out of all that frames put it into: links, attributes, a hidden cursor and its shape, wrapping, an open synchronized update.
 * For whoever leaves the terminal, in a crash too.
 */
export function restoreSequence(capabilities: Capabilities): string {
  if (!capabilities.fullScreen) return '';
  return [
    capabilities.hyperlinks ? '\x1b]8;;\x1b\\' : '',
    '\x1b[m\x1b[r\x1b[?7h',
    capabilities.cursorShape ? '\x1b[0 q' : '',
    SHOW,
    capabilities.synchronizedOutput ? SYNC_OFF : '',
  ].join('');
}

/** Knows what the terminal shows, and writes what is between that and a new picture. */
export class Encoder {
  readonly #writer: TerminalWriter;
  readonly #rows: RowEncoder;
  readonly #scroller: Scroller;
  readonly #capabilities: Capabilities;
  #shown = new Grid(0, 0, UNKNOWN);
  #isKnown = false;
  #isVisible: boolean | undefined;
  #shape: number | undefined;

  constructor(tables: Tables, capabilities: Capabilities) {
    this.#capabilities = capabilities;
    this.#writer = new TerminalWriter(tables, capabilities);
    this.#rows = new RowEncoder(this.#writer, tables);
    this.#scroller = new Scroller(this.#writer);
  }

  /** What the terminal shows, as far as known. */
  get shown(): Grid {
    return this.#shown;
  }

  /** Nothing is known about the terminal any more: the next frame writes every cell. */
  forget(cols: number, rows: number): void {
    this.#shown = new Grid(cols, rows, UNKNOWN);
    this.#isKnown = false;
    this.#isVisible = undefined;
    this.#shape = undefined;
    this.#writer.forget();
  }

  /** The bytes of one frame, or undefined when the terminal already shows it. Clears `dirty`. */
  encode(next: Grid, dirty: Uint8Array, cursor: ShownCursor): Uint8Array | undefined {
    const writer = this.#writer;
    const isFirst = !this.#isKnown;
    if (isFirst) {
      writer.out.ascii(this.#capabilities.attributes === 'all' ? PREPARE : PREPARE_BASIC);
      dirty.fill(1);
      this.#isKnown = true;
    } else if (this.#capabilities.scrollRegion) this.#scroller.apply(next, this.#shown, dirty);
    for (let y = 0; y < next.rows; y++) if (dirty[y]) this.#rows.encode(next, this.#shown, y);
    dirty.fill(0);
    if (cursor) this.#untint(cursor.x, cursor.y);
    writer.pen.closeLink();
    const wasVisible = this.#isVisible;
    this.#putCursor(cursor);
    if (writer.out.length === 0) return undefined;
    if (writer.out.length <= SMALL_BYTES && !isFirst) return writer.out.take('', '');
    if (this.#capabilities.synchronizedOutput) return writer.out.take(SYNC_ON, SYNC_OFF);
    // Without it the cursor would be seen running over the screen.
    return wasVisible && cursor ? writer.out.take(HIDE, SHOW) : writer.out.take('', '');
  }

  /**
   * Terminals that draw the cursor in the colours of its cell shall not show one that an empty cell got by the way. Those behind it that were
   * tinted with it are erased too, so that what is typed next costs no more than its letters.
   */
  #untint(x: number, y: number): void {
    const { words, tinted, cols } = this.#shown;
    const writer = this.#writer;
    const at = y * cols + x;
    const bg = words[at * STRIDE + 2]!;
    let count = 0;
    while (x + count < cols && tinted[at + count] === 1 && isEmptyAt(words, (at + count) * STRIDE)) {
      if (words[(at + count) * STRIDE + 2] !== bg) break;
      count++;
    }
    if (count === 0) return;
    writer.moveTo(x, y);
    writer.pen.setPlainBlank(bg);
    if (count > 2 && (bg === 0 || this.#capabilities.backgroundErase)) writer.csi(count, 'X');
    else {
      count = 1;
      writer.spaces(1);
      writer.advance(1, cols);
    }
    tinted.fill(0, at, at + count);
  }

  #putCursor(cursor: ShownCursor): void {
    const writer = this.#writer;
    if (!cursor) {
      if (this.#isVisible !== false) writer.out.ascii(HIDE);
      this.#isVisible = false;
      return;
    }
    writer.moveTo(cursor.x, cursor.y);
    const shape = shapeNumber(cursor.shape, cursor.blink);
    if (shape !== this.#shape && this.#capabilities.cursorShape) {
      writer.out.ascii(`\x1b[${shape} q`);
      this.#shape = shape;
    }
    if (this.#isVisible !== true) writer.out.ascii(SHOW);
    this.#isVisible = true;
  }
}

/** DECSCUSR. 0 is the user's own. */
function shapeNumber(shape: CursorShape | undefined, blink: boolean): number {
  if (shape === undefined) return 0;
  return (shape === 'block' ? 2 : shape === 'underline' ? 4 : 6) - (blink ? 1 : 0);
}
