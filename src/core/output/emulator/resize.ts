import { BG_HAS_EXTENDED, CONTENT_CODEPOINT, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from '../cells.ts';
import { type BufferState, type Core, type Line, slimLines, storedLine } from './internals.ts';
import type { ModeState } from './modes.ts';
import { PackedLine, type Shelf } from './shelf.ts';

const BLANK = 1 << CONTENT_WIDTH_SHIFT;
const HAS_CONTENT = CONTENT_CODEPOINT | CONTENT_COMBINED;

/** A place that moves with its text. */
interface Place {
  row: number;
  x: number;
}

/** A line of the screen, or one above it. */
type Stored = Line | PackedLine;

interface Held {
  readonly lines: Stored[];
  readonly top: number;
  readonly x: number;
  readonly y: number;
}

function take(buffer: BufferState): Held {
  const lines: Stored[] = [];
  for (let i = 0; i < buffer.lines.length; i++) lines.push(storedLine(buffer, i)!);
  const held = { lines, top: buffer.ybase, x: buffer.x, y: buffer.y };
  // The emulator then resizes an empty buffer, which it does well.
  buffer.lines.length = 0;
  buffer.ybase = 0;
  buffer.ydisp = 0;
  buffer.x = 0;
  buffer.y = 0;
  return held;
}

/** Cells up to the last with a character. A background alone is cut or padded, not wrapped. */
function usedCells(line: Line): number {
  const data = line._data;
  for (let i = data.length - WORDS; i >= 0; i -= WORDS) {
    // The second half of a wide character has none of its own.
    if (data[i]! & HAS_CONTENT) return i / WORDS + Math.max(1, data[i]! >> CONTENT_WIDTH_SHIFT);
  }
  return 0;
}

function isBlank(line: Line): boolean {
  const data = line._data;
  for (let i = 0; i < data.length; i += WORDS) if (data[i] !== BLANK || data[i + 2] !== 0) return false;
  return true;
}

function unpack(stored: Stored, cols: number, shelf: Shelf, make: () => Line): Line {
  if (!(stored instanceof PackedLine)) return stored;
  const line = make();
  if (line.length !== cols) {
    line._data = new Uint32Array(cols * WORDS);
    line.length = cols;
  }
  shelf.unpack(stored, line);
  return line;
}

/** The same line, cut or padded. The cut never goes through a character: see who calls. */
function fitLine(line: Line, cols: number): Line {
  if (line.length === cols) return line;
  const data = new Uint32Array(cols * WORDS);
  data.set(line._data.subarray(0, Math.min(line._data.length, data.length)));
  for (let i = line.length * WORDS; i < data.length; i += WORDS) data[i] = BLANK;
  // Cut in the middle of a wide character.
  const last = data.length - WORDS;
  if (data[last]! >> CONTENT_WIDTH_SHIFT === 2) data[last] = BLANK;
  line._data = data;
  line.length = cols;
  return line;
}

/** Lines first..last of `old` are one text: split it again for `cols`. Places on them move along. */
function rewrap(
  old: Line[],
  first: number,
  last: number,
  cols: number,
  out: Stored[],
  make: () => Line,
  places: Place[],
): void {
  const lengths: number[] = [];
  for (let r = first; r <= last; r++) {
    const line = old[r]!;
    if (r === last) lengths.push(usedCells(line));
    else {
      // The last cell stays empty where a wide character had no room.
      const filler =
        !(line._data[(line.length - 1) * WORDS]! & HAS_CONTENT) && line._data[(line.length - 1) * WORDS] === BLANK;
      const wideNext = old[r + 1]!._data[0]! >> CONTENT_WIDTH_SHIFT === 2;
      lengths.push(filler && wideNext ? line.length - 1 : line.length);
    }
  }
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const offsets = places.map((place) => {
    if (place.row < first || place.row > last) return undefined;
    let offset = 0;
    for (let r = first; r < place.row; r++) offset += lengths[r - first]!;
    const own = lengths[place.row - first]!;
    return { place, offset: offset + Math.min(place.x, own), beyond: Math.max(0, place.x - own) };
  });
  let r = first;
  let x = 0;
  let done = 0;
  do {
    const row = make();
    row.isWrapped = done > 0 || old[first]!.isWrapped;
    const start = done;
    let to = 0;
    while (done < total && to < cols) {
      while (x >= lengths[r - first]!) {
        r++;
        x = 0;
      }
      const source = old[r]!;
      const content = source._data[x * WORDS]!;
      if (to === cols - 1 && content >> CONTENT_WIDTH_SHIFT === 2) break;
      copyCell(source, x, row, to);
      x++;
      to++;
      done++;
    }
    for (const moved of offsets) {
      if (!moved || moved.offset < start) continue;
      // The end of the text belongs to its last row.
      if (moved.offset < done || done === total) {
        moved.place.row = out.length;
        moved.place.x = Math.min(moved.offset - start + moved.beyond, moved.beyond > 0 ? cols - 1 : cols);
        moved.offset = -1;
      }
    }
    out.push(row);
  } while (done < total);
}

function copyCell(source: Line, from: number, target: Line, to: number): void {
  const i = from * WORDS;
  const k = to * WORDS;
  target._data[k] = source._data[i]!;
  target._data[k + 1] = source._data[i + 1]!;
  target._data[k + 2] = source._data[i + 2]!;
  if (source._data[i]! & CONTENT_COMBINED) target._combined[to] = source._combined[from]!;
  if (source._data[i + 2]! & BG_HAS_EXTENDED) target._extendedAttrs[to] = source._extendedAttrs[from];
}

/** All lines for another width. What fits in one row stays the line it is. */
function reflow(
  old: Stored[],
  oldCols: number,
  cols: number,
  shelf: Shelf,
  make: () => Line,
  places: Place[],
): Stored[] {
  const out: Stored[] = [];
  // Places are moved once, from where they were.
  const pending = places.map((place) => ({ ...place }));
  const settle = (from: Place[], first: number, last: number): void => {
    from.forEach((place, i) => {
      if (pending[i]!.row >= first && pending[i]!.row <= last) Object.assign(places[i]!, place);
    });
  };
  for (let first = 0; first < old.length; first++) {
    let last = first;
    while (last + 1 < old.length && old[last + 1]!.isWrapped) last++;
    const moving = pending.map((place) => ({ ...place }));
    const before = old[first]!;
    const fits = first === last && before instanceof PackedLine && before.cells <= cols;
    // What stays packed has no width.
    if (!fits) for (let r = first; r <= last; r++) old[r] = unpack(old[r]!, oldCols, shelf, make);
    if (fits || (first === last && (cols >= oldCols || usedCells(old[first] as Line) <= cols))) {
      for (const place of moving) {
        if (place.row !== first) continue;
        place.row = out.length;
        place.x = Math.min(place.x, cols - 1);
      }
      out.push(fits ? before : fitLine(old[first] as Line, cols));
    } else {
      rewrap(old as Line[], first, last, cols, out, make, moving);
    }
    settle(moving, first, last);
    first = last;
  }
  return out;
}

/**
 * The normal buffer as tmux does it: lines that wrapped are joined and split for the new width, the cursor stays on its character,
 * growing shows lines of the scrollback again when the cursor was in the last row. The alternate buffer is cut or padded, its
 * rows below the cursor first. The emulator's own reflow loses cells of the cursor's line, and its place when there is no scrollback.
 * Returns how many lines left the scrollback.
 */
export function resizeBuffers(core: Core, state: ModeState, cols: number, rows: number, scrollback: number): number {
  const { buffers } = core;
  const { normal, alt } = buffers.buffers;
  const old = { cols: buffers.cols, rows: buffers.rows };
  const held = { normal: take(normal), alt: take(alt) };
  core.resize(cols, rows);
  const left = place(core, state, normal, held.normal, old, scrollback, true);
  if (held.alt.lines.length > 0) place(core, state, alt, held.alt, old, 0, false);
  for (const buffer of [normal, alt]) {
    buffer.tabs = {};
    buffer.setupTabStops();
  }
  return left;
}

function place(
  core: Core,
  state: ModeState,
  buffer: BufferState,
  held: Held,
  old: { cols: number; rows: number },
  scrollback: number,
  reflows: boolean,
): number {
  const { cols, rows } = core.buffers;
  const { shelf } = core;
  const make = (): Line => buffer.getBlankLine(undefined);
  const saved = state.saved.get(buffer);
  const cursor: Place = { row: held.top + held.y, x: held.x };
  const keep: Place = { row: held.top + (saved?.y ?? 0), x: saved?.x ?? 0 };
  const top: Place = { row: held.top, x: 0 };
  let lines = held.lines;
  if (cols !== old.cols) {
    if (reflows) lines = reflow(lines, old.cols, cols, shelf, make, [cursor, keep, top]);
    else {
      for (const line of lines) fitLine(line as Line, cols);
      cursor.x = Math.min(cursor.x, cols - 1);
    }
  }
  let end = lines.length;
  // Below the cursor no line is packed.
  while (end > cursor.row + 1 && isBlank(lines[end - 1] as Line)) end--;
  // The row that becomes the first of the screen.
  let start = Math.max(0, end - rows);
  if (!reflows) start = Math.max(0, cursor.row - rows + 1);
  else if (held.y < old.rows - 1) start = Math.max(start, top.row);
  start = Math.min(start, cursor.row);
  const from = Math.max(0, start - scrollback);
  const kept = lines.slice(from, start + rows);
  while (kept.length < start - from + rows) kept.push(make());
  buffer.lines.maxLength = rows + scrollback;
  buffer.lines.length = kept.length;
  kept.forEach((line, i) => {
    const above = i < start - from;
    if (above) buffer.lines.set(i, line instanceof PackedLine ? line : shelf.pack(line));
    else buffer.lines.set(i, unpack(line, cols, shelf, make));
  });
  slimLines(buffer.lines);
  buffer.ybase = start - from;
  buffer.ydisp = buffer.ybase;
  buffer.x = cursor.x;
  buffer.y = cursor.row - start;
  buffer.scrollTop = 0;
  buffer.scrollBottom = rows - 1;
  if (saved) {
    saved.x = Math.min(keep.x, cols - 1);
    saved.y = Math.max(0, Math.min(keep.row - start, rows - 1));
  }
  return from;
}
