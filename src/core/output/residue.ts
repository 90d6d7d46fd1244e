import type { ExtendedAttributes } from './cells.ts';
import { WORDS } from './cells.ts';
import { type BufferState, type Core, type Line, storedLine } from './emulator/internals.ts';
import type { ModeState } from './emulator/modes.ts';
import { PackedLine } from './emulator/shelf.ts';
import type { OscRule } from './emulator/strings.ts';

/** A cell that no text gives: where it is, its three words, its text if it has several characters, what is extended. */
export type OddCell = [
  row: number,
  x: number,
  content: number,
  fg: number,
  bg: number,
  text: string,
  extended: ExtendedAttributes | null,
];

/**
 * What has no escape sequence. It travels as a private OSC at the end of a snapshot, which only `Screen.restore` listens to; any
 * other terminal ignores it.
 */
export interface Residue {
  /** Lines written to the normal buffer: history and screen. */
  lines: number;
  /** Number of the top line of the screen. */
  top: number;
  /** Lines that continue the one before, counted from the first written; then those of the alternate buffer. */
  wrapped: number[];
  altWrapped: number[];
  odd: OddCell[];
  altOdd: OddCell[];
  /** Column and row of the cursor where CUP can't say it: a pending wrap, or outside the margins of origin mode. */
  cursor?: [x: number, y: number];
  /** Cursors saved in origin mode: normal, alternate. */
  savedOrigin: [boolean, boolean];
  /** What the next character may join. */
  join: number;
}

export const RESIDUE_OSC = 7770;

/** Characters of a residue; 100,000 lines with wrap flags have 700,000. */
const RESIDUE_LIMIT = 16_777_216;

/** Listens only while a snapshot of our own is read (`receive` gives a place to put it): it says what no program may say. */
export function residueRule(isRestoring: () => boolean, receive: (residue: Residue) => void): OscRule {
  return {
    get limit() {
      return isRestoring() ? RESIDUE_LIMIT : 0;
    },
    run: (data) => {
      if (isRestoring() && data) receive(JSON.parse(data) as Residue);
    },
  };
}

export function applyResidue(core: Core, state: ModeState, residue: Residue): void {
  const { handler, parser, buffers } = core;
  const { normal, alt } = buffers.buffers;
  putLines(core, normal, normal.lines.length - residue.lines, residue.wrapped, residue.odd);
  if (handler._activeBuffer === alt) putLines(core, alt, 0, residue.altWrapped, residue.altOdd);
  [normal, alt].forEach((buffer, i) => {
    const saved = state.saved.get(buffer);
    if (saved) saved.origin = residue.savedOrigin[i as 0 | 1];
  });
  if (residue.cursor) {
    handler._activeBuffer.x = residue.cursor[0];
    handler._activeBuffer.y = residue.cursor[1];
  }
  parser.precedingJoinState = residue.join;
}

/** `offset`: index of the first line that was written; below 0 when some of them already left the scrollback. */
function putLines(
  core: Core,
  buffer: BufferState,
  offset: number,
  wrapped: readonly number[],
  odd: readonly OddCell[],
): void {
  for (const row of wrapped) {
    const line = offset + row >= 0 ? storedLine(buffer, offset + row) : undefined;
    if (line) line.isWrapped = true;
  }
  const unpacked = new Map<number, Line>();
  for (const [row, x, content, fg, bg, text, extended] of odd) {
    const index = offset + row;
    const stored = index >= 0 ? storedLine(buffer, index) : undefined;
    if (!stored) continue;
    let line: Line;
    if (stored instanceof PackedLine) {
      line = buffer.getBlankLine(undefined);
      core.shelf.unpack(stored, line);
      buffer.lines.set(index, line);
      unpacked.set(index, line);
    } else line = stored;
    line._data.set([content, fg, bg], x * WORDS);
    if (text !== '') line._combined[x] = text;
    if (extended) line._extendedAttrs[x] = { ...extended, link: extended.link ?? undefined };
  }
  for (const [index, line] of unpacked) buffer.lines.set(index, core.shelf.pack(line));
}
