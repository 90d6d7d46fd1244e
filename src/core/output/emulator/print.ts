import { BG_HAS_EXTENDED, CONTENT_CODEPOINT, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from '../cells.ts';
import {
  CLASS_MASK,
  CLASS_SHIFT,
  follow,
  IGNORED,
  OTHER,
  property,
  STATE_WIDTH_SHIFT,
  stateAfter,
  stateOf,
  WIDTH_MASK,
} from '../unicode.ts';
import { insertCells } from './editing.ts';
import type { BufferState, Core, Line } from './internals.ts';

const NARROW = 1 << CONTENT_WIDTH_SHIFT;
const WIDE = 2 << CONTENT_WIDTH_SHIFT;
const WIDTH_BITS = 3 << CONTENT_WIDTH_SHIFT;

/**
 * UTF-16 units of text a cell holds at most: a family with four skin tones has 19. Further marks are dropped, further joined
 * pictographs begin a cell of their own.
 */
export const CELL_TEXT_LIMIT = 32;

/** Text of a cell; empty when nothing was written there. */
export function cellText(line: Line, x: number): string {
  const content = line._data[x * WORDS]!;
  if (content & CONTENT_COMBINED) return line._combined[x]!;
  const code = content & CONTENT_CODEPOINT;
  return code === 0 ? '' : String.fromCodePoint(code);
}

/**
 * Puts characters into cells. Ours, because it is most of the work of a terminal (runs of ASCII are written without a look at
 * tables), and because joining, widths and the bound on a cell's text are ours.
 */
export function installPrint(core: Core): void {
  const { handler, parser, buffers, service, charsets } = core;
  let buffer: BufferState;
  let line: Line;
  let x = 0;

  const current = (): Line => buffer.lines.get(buffer.ybase + buffer.y)!;

  /** To the first column of the next line, which then continues this one. What is left of this line is blank. */
  const wrap = (cols: number): void => {
    if (x < cols) blank(x, cols);
    if (buffer.y === buffer.scrollBottom) {
      buffers.scroll(handler._eraseAttrData(), true);
    } else {
      if (buffer.y < buffers.rows - 1) buffer.y++;
      current().isWrapped = true;
    }
    line = current();
    x = 0;
  };

  const blank = (from: number, to: number): void => {
    const bg = (handler._eraseAttrData() as { bg: number }).bg;
    const data = line._data;
    for (let i = from * WORDS; i < to * WORDS; i += WORDS) {
      data[i] = NARROW;
      data[i + 1] = 0;
      data[i + 2] = bg;
    }
  };

  /** Without autowrap the last column is overwritten again and again (DECAWM). */
  const toLastColumn = (cols: number): void => {
    x = cols - 1;
    if ((line._data[(x - 1) * WORDS]! & WIDTH_BITS) === WIDE) blank(x - 1, cols);
  };

  const shift = (count: number): void => {
    insertCells(line, x, count, buffers.cols, (handler._eraseAttrData() as { bg: number }).bg);
  };

  /** Gives the cluster at `at`, whose text ends before `x`, a second cell. False when there is no room for it. */
  const widen = (at: number, cols: number): boolean => {
    const fg = line._data[at * WORDS + 1]!;
    const bg = line._data[at * WORDS + 2]!;
    const extended = bg & BG_HAS_EXTENDED ? line._extendedAttrs[at] : undefined;
    if (x >= cols) {
      if (!service.decPrivateModes.wraparound) return false;
      // The whole cluster goes to the next line.
      x = at;
      wrap(cols);
      if (service.modes.insertMode) shift(1);
      put(x++, NARROW, fg, bg, extended);
    }
    if (service.modes.insertMode) shift(1);
    put(x++, 0, fg, bg, extended);
    return true;
  };

  /** What the loop of joinAll left: the state after it. */
  let joinedState = 0;

  /**
   * Adds characters to the cell before the cursor as long as they join it, from data[start], of which it is known. Returns the
   * position of the first that does not.
   */
  const joinAll = (data: Uint32Array, start: number, end: number, before: number, cols: number): number => {
    let at = x - 1;
    if (at > 0 && line._data[at * WORDS]! >> CONTENT_WIDTH_SHIFT === 0) at--;
    let text = cellText(line, at);
    let width = (line._data[at * WORDS]! >> CONTENT_WIDTH_SHIFT) & 3;
    let state = before;
    let pos = start;
    const isEmpty = text === '';
    for (; pos < end; pos++) {
      const code = data[pos]!;
      const prop = property(code);
      const kind = (prop >> CLASS_SHIFT) & CLASS_MASK;
      if (kind === OTHER) break;
      if (kind === IGNORED) continue;
      let next = follow(state, prop);
      if (!(next & 1)) break;
      if (isEmpty || text.length + (code > 0xffff ? 2 : 1) > CELL_TEXT_LIMIT) {
        // Too much, or nothing to join: marks are dropped, what has a cell of its own gets it.
        if ((prop & WIDTH_MASK) === 0) continue;
        state = 0;
        break;
      }
      const wanted = (next >> STATE_WIDTH_SHIFT) & WIDTH_MASK;
      if (wanted > width && widen(at, cols)) {
        at = x - 2;
        width = wanted;
      }
      next = (next & ~(WIDTH_MASK << STATE_WIDTH_SHIFT)) | (width << STATE_WIDTH_SHIFT);
      text += String.fromCodePoint(code);
      state = next;
    }
    if (!isEmpty) {
      line._combined[at] = text;
      line._data[at * WORDS] = CONTENT_COMBINED | (width << CONTENT_WIDTH_SHIFT);
    }
    joinedState = state;
    return pos;
  };

  const put = (at: number, content: number, fg: number, bg: number, extended: Line['_extendedAttrs'][number]): void => {
    const i = at * WORDS;
    line._data[i] = content;
    line._data[i + 1] = fg;
    line._data[i + 2] = bg;
    if (extended !== undefined) line._extendedAttrs[at] = extended;
  };

  handler.print = (data, start, end) => {
    const pen = handler._curAttrData;
    const { fg, bg } = pen;
    const extended = bg & BG_HAS_EXTENDED ? pen.extended : undefined;
    const cols = buffers.cols;
    const charset = charsets.charset;
    const insert = service.modes.insertMode;
    const autowrap = service.decPrivateModes.wraparound;
    // Runs may be copied as they are up to this code; 0: never.
    const ascii = charset === undefined && !insert ? 0x7f : 0;
    let state = parser.precedingJoinState;
    let pos = start;
    buffer = handler._activeBuffer;
    line = current();
    x = buffer.x;
    // The second half of a wide character is about to be overwritten: its first half goes.
    if (x > 0 && x < cols && (line._data[(x - 1) * WORDS]! & WIDTH_BITS) === WIDE) blank(x - 1, x);
    while (pos < end) {
      let code = data[pos]!;
      if (code < ascii) {
        if (x >= cols) {
          if (autowrap) wrap(cols);
          else toLastColumn(cols);
        }
        const cells = line._data;
        const stop = Math.min(end, pos + cols - x);
        let i = x * WORDS;
        const from = pos;
        do {
          cells[i] = code | NARROW;
          cells[i + 1] = fg;
          cells[i + 2] = bg;
          i += WORDS;
          if (++pos === stop) break;
          code = data[pos]!;
        } while (code < ascii);
        if (extended !== undefined) for (let n = pos - from; n > 0; n--) line._extendedAttrs[x + n - 1] = extended;
        x += pos - from;
        state = stateOf(property(data[pos - 1]!));
        continue;
      }
      pos++;
      if (code < 0x7f && charset !== undefined) code = charset[String.fromCharCode(code)]?.charCodeAt(0) ?? code;
      const prop = property(code);
      const kind = (prop >> CLASS_SHIFT) & CLASS_MASK;
      if (kind === IGNORED) continue;
      const width = prop & WIDTH_MASK;
      if (kind !== OTHER) {
        // After a control sequence only what takes no cell of its own looks at the cell before the cursor.
        let before = state;
        if (before === 0 && width === 0 && x > 0) {
          const last = x > 1 && line._data[(x - 1) * WORDS]! >> CONTENT_WIDTH_SHIFT === 0 ? x - 2 : x - 1;
          before = stateAfter(cellText(line, last));
          if (before !== 0) {
            const real = (line._data[last * WORDS]! >> CONTENT_WIDTH_SHIFT) & 3;
            before = (before & ~(WIDTH_MASK << STATE_WIDTH_SHIFT)) | (real << STATE_WIDTH_SHIFT);
          }
        }
        if (x > 0 && follow(before, prop) & 1) {
          pos = joinAll(data, pos - 1, end, before, cols);
          state = joinedState;
          continue;
        }
        // Nothing to stand on.
        if (width === 0) continue;
      }
      state = stateOf(prop);
      if (x + width > cols) {
        if (autowrap) wrap(cols);
        else {
          toLastColumn(cols);
          if (width === 2) {
            // It does not fit: it is dropped, and nothing joins it.
            state = 0;
            continue;
          }
        }
      }
      if (insert) shift(width);
      const cells = line._data;
      const i = x * WORDS;
      cells[i] = code | (width << CONTENT_WIDTH_SHIFT);
      cells[i + 1] = fg;
      cells[i + 2] = bg;
      if (extended !== undefined) line._extendedAttrs[x] = extended;
      x++;
      if (width === 2) {
        cells[i + 3] = 0;
        cells[i + 4] = fg;
        cells[i + 5] = bg;
        if (extended !== undefined) line._extendedAttrs[x] = extended;
        x++;
      }
    }
    // The first half of a wide character was overwritten: its second half goes.
    if (x < cols && line._data[x * WORDS]! >> CONTENT_WIDTH_SHIFT === 0) blank(x, x + 1);
    buffer.x = x;
    parser.precedingJoinState = state;
  };
}
