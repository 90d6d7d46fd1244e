import { CONTENT_WIDTH_SHIFT, type ExtendedAttributes, WORDS } from '../cells.ts';
import type { BufferState, Core } from './internals.ts';
import { clearPen, extend } from './pen.ts';
import { cellText } from './print.ts';
import { clearCells, clearLine } from './rows.ts';
import { PackedLine } from './shelf.ts';

const NARROW = 1 << CONTENT_WIDTH_SHIFT;

/** What DECSC keeps, one a buffer, as rows of the screen (the emulator counts from the scrollback, where they move). */
export interface SavedCursor {
  x: number;
  y: number;
  fg: number;
  bg: number;
  extended: ExtendedAttributes;
  origin: boolean;
  level: number;
  charsets: (Record<string, string> | undefined)[];
  designated: string[];
}

export interface MotionState {
  /** LNM. */
  newLine: boolean;
  /** Finals of the designated character sets, G0 to G3. */
  designated: string[];
  saved: WeakMap<BufferState, SavedCursor>;
}

/** Scrolling, line feeds, erasing, saved cursors: where the emulator is slow, wrong, or depends on the length of its scrollback. */
export function installMotion(core: Core, state: MotionState): void {
  const { handler, buffers, service, charsets, parser, shelf } = core;
  const erasedBackground = (): number => (handler._eraseAttrData() as { bg: number }).bg;

  const scroll = buffers.scroll.bind(buffers);
  buffers.scroll = (attributes, isWrapped = false) => {
    const buffer = handler._activeBuffer;
    const { lines } = buffer;
    const full = lines.isFull;
    const whole = buffer.scrollTop === 0 && buffer.ybase + buffer.scrollBottom === lines.length - 1;
    const keeps = buffer === buffers.buffers.normal && lines.maxLength > buffers.rows;
    if (whole && keeps && !full) {
      // The top line goes to the shelf, its cells become the newest line.
      const line = lines.get(buffer.ybase)!;
      lines.set(buffer.ybase, shelf.pack(line));
      clearLine(line, buffers.cols, (attributes as { bg: number }).bg);
      line.isWrapped = isWrapped;
      lines.push(line);
      buffer.ybase++;
      buffer.ydisp = buffer.ybase;
      return;
    }
    // The oldest line becomes the newest. Nothing is packed once the scrollback is full: packing each line of a flood costs a
    // seventh of the throughput, so what scrolls then keeps the width of the screen, and the memory of that.
    if (whole && full) {
      const line = lines.recycle();
      if (line instanceof PackedLine) {
        lines.set(lines.length - 1, buffer.getBlankLine(attributes, isWrapped));
        return;
      }
      clearLine(line, buffers.cols, (attributes as { bg: number }).bg);
      line.isWrapped = isWrapped;
      return;
    }
    scroll(attributes, isWrapped);
  };

  handler.lineFeed = () => {
    const buffer = handler._activeBuffer;
    if (state.newLine) buffer.x = 0;
    if (buffer.y === buffer.scrollBottom) {
      buffers.scroll(handler._eraseAttrData());
    } else if (buffer.y < buffers.rows - 1) {
      buffer.y++;
      buffer.lines.get(buffer.ybase + buffer.y)!.isWrapped = false;
    }
    if (buffer.x >= buffers.cols) buffer.x = buffers.cols - 1;
    return true;
  };

  handler.saveCursor = () => {
    const buffer = handler._activeBuffer;
    const pen = handler._curAttrData;
    state.saved.set(buffer, {
      x: Math.min(buffer.x, buffers.cols - 1),
      y: buffer.y,
      fg: pen.fg,
      bg: pen.bg,
      extended: pen.extended,
      origin: service.decPrivateModes.origin,
      level: charsets.glevel,
      charsets: [...charsets._charsets],
      designated: [...state.designated],
    });
    return true;
  };

  handler.restoreCursor = () => {
    const buffer = handler._activeBuffer;
    const pen = handler._curAttrData;
    const { link } = pen.extended;
    const saved = state.saved.get(buffer);
    if (!saved) {
      // Nothing was saved: home, and everything it would have kept as it was at the start (DEC STD 070).
      service.decPrivateModes.origin = false;
      buffer.x = 0;
      buffer.y = 0;
      clearPen(pen);
      if (link !== undefined) extend(pen, 0, 0, link);
      charsets.reset();
      state.designated = ['B', 'B', 'B', 'B'];
      return true;
    }
    service.decPrivateModes.origin = saved.origin;
    buffer.x = saved.x;
    buffer.y = saved.y;
    pen.fg = saved.fg;
    pen.bg = saved.bg;
    extend(pen, saved.extended.underlineStyle, saved.extended.underlineColor, link);
    charsets._charsets = [...saved.charsets];
    charsets.setgLevel(saved.level);
    state.designated = [...saved.designated];
    handler._restrictCursor();
    return true;
  };

  const clearRows = (from: number, to: number, keepProtected: boolean): void => {
    const buffer = handler._activeBuffer;
    const bg = erasedBackground();
    for (let y = from; y < to; y++) {
      if (keepProtected) {
        handler._resetBufferLine(y, true);
        continue;
      }
      const line = buffer.lines.get(buffer.ybase + y)!;
      clearLine(line, buffers.cols, bg);
      line.isWrapped = false;
    }
  };

  const eraseInBufferLine = handler._eraseInBufferLine.bind(handler);
  handler._eraseInBufferLine = (y, from, to, clearWrap = false, respectProtect = false) => {
    if (respectProtect) {
      eraseInBufferLine(y, from, to, clearWrap, true);
      return;
    }
    const buffer = handler._activeBuffer;
    const line = buffer.lines.get(buffer.ybase + y)!;
    if (from === 0 && to >= buffers.cols) clearLine(line, buffers.cols, erasedBackground());
    else clearCells(line, from, to, buffers.cols, erasedBackground());
    if (clearWrap) line.isWrapped = false;
  };

  const eraseInDisplay = handler.eraseInDisplay.bind(handler);
  handler.eraseInDisplay = (params, respectProtect = false) => {
    const buffer = handler._activeBuffer;
    const { cols, rows } = buffers;
    const { x, y } = buffer;
    handler._restrictCursor(cols);
    switch (params.params[0]) {
      case 0:
        handler._eraseInBufferLine(y, x, cols, x === 0, respectProtect);
        clearRows(y + 1, rows, respectProtect);
        return true;
      case 1:
        handler._eraseInBufferLine(y, 0, x + 1, true, respectProtect);
        if (x + 1 >= cols && y + 1 < rows) buffer.lines.get(buffer.ybase + y + 1)!.isWrapped = false;
        clearRows(0, y, respectProtect);
        return true;
      case 2:
        clearRows(0, rows, respectProtect);
        return true;
      default:
        return eraseInDisplay(params, respectProtect);
    }
  };

  // Counts beyond what can have an effect: a program must not keep us in a loop of 2^31.
  const clamp = (name: 'cursorForwardTab' | 'cursorBackwardTab'): void => {
    const original = handler[name].bind(handler);
    handler[name] = (params) => {
      if (params.params[0]! > buffers.cols) params.params[0] = buffers.cols;
      return original(params);
    };
  };
  clamp('cursorForwardTab');
  clamp('cursorBackwardTab');

  // REP (ECMA-48 8.3.103): at most a row. ncurses stays within one; tmux stops at its end.
  handler.repeatPrecedingCharacter = (params) => {
    const buffer = handler._activeBuffer;
    if (parser.precedingJoinState === 0 || buffer.x === 0) return true;
    const line = buffer.lines.get(buffer.ybase + buffer.y)!;
    const half = line._data[(buffer.x - 1) * WORDS]! >> CONTENT_WIDTH_SHIFT === 0 && buffer.x > 1;
    const text = cellText(line, buffer.x - (half ? 2 : 1));
    if (text === '') return true;
    const codes = Uint32Array.from(text, (char) => char.codePointAt(0)!);
    for (let n = Math.min(params.params[0]! || 1, buffers.cols); n > 0; n--) {
      parser.precedingJoinState = 0;
      handler.print(codes, 0, codes.length);
    }
    return true;
  };

  // DECALN: plain Es and no margins.
  handler.screenAlignmentPattern = () => {
    const buffer = handler._activeBuffer;
    const es = new Uint32Array(buffers.cols * WORDS);
    for (let i = 0; i < es.length; i += WORDS) es[i] = NARROW | 0x45;
    for (let y = 0; y < buffers.rows; y++) {
      const line = buffer.lines.get(buffer.ybase + y)!;
      line._data.set(es);
      line.isWrapped = false;
    }
    buffer.scrollTop = 0;
    buffer.scrollBottom = buffers.rows - 1;
    handler._setCursor(0, 0);
    return true;
  };

  handler.tabSet = () => {
    const buffer = handler._activeBuffer;
    buffer.tabs[Math.min(buffer.x, buffers.cols - 1)] = true;
    return true;
  };
}
