import { COLOR_MODE, COLOR_VALUE, CONTENT_CODEPOINT, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, WORDS } from './cells.ts';
import { type BufferState, type Core, type Line, lineToRead } from './emulator/internals.ts';
import { activeIndex, type ModeState, readModes } from './emulator/modes.ts';
import type { SavedCursor } from './emulator/motion.ts';
import { PLAIN } from './emulator/pen.ts';
import { type ByteSink, extendedOf, PenWriter } from './encode.ts';
import { type OddCell, RESIDUE_OSC, type Residue } from './residue.ts';
import { CLASS_MASK, CLASS_SHIFT, OTHER, property, textWidth, WIDTH_MASK } from './unicode.ts';

const BLANK = 1 << CONTENT_WIDTH_SHIFT;
/** Ends joining and nothing else: "primary font". */
const NO_JOIN = '\x1b[10m';

export interface SnapshotSource {
  readonly core: Core;
  readonly state: ModeState;
  readonly title: string;
  readonly titles: readonly string[];
  readonly cwd: string;
  readonly cwdHost: string;
  readonly screenTop: number;
  /** Bytes of an unfinished sequence and of an unfinished character. */
  readonly unfinished: readonly Uint8Array[];
}

/** Whether printing this text gives a cell of this width. */
function isRegular(content: number, text: string): boolean {
  const width = content >> CONTENT_WIDTH_SHIFT;
  if (content & CONTENT_COMBINED) {
    const code = text.codePointAt(0);
    return code !== undefined && (property(code) & WIDTH_MASK) > 0 && textWidth(text) === width;
  }
  return (property(content & CONTENT_CODEPOINT) & WIDTH_MASK) === width;
}

/** One row from column 0 on, without autowrap; the cursor ends anywhere. */
function writeRow(sink: ByteSink, pen: PenWriter, line: Line, cols: number, row: number, odd: OddCell[]): void {
  const data = line._data;
  let skip = 0;
  let second = false;
  for (let x = 0; x < cols; x++) {
    const i = x * WORDS;
    const content = data[i]!;
    const fg = data[i + 1]!;
    const bg = data[i + 2]!;
    const isSecond = second;
    second = false;
    if (content === BLANK && fg === 0 && (bg & ~(COLOR_MODE | COLOR_VALUE)) === 0) {
      let count = 1;
      if (bg !== 0) {
        let j = i + WORDS;
        while (x + count < cols && data[j] === BLANK && data[j + 1] === 0 && data[j + 2] === bg) {
          count++;
          j += WORDS;
        }
        if (skip > 0) sink.csi('C', skip);
        skip = 0;
        pen.set(0, bg, undefined);
        sink.csi('X', count);
      }
      skip += count;
      x += count - 1;
      continue;
    }
    if (content === 0 && isSecond) continue;
    const combined = content & CONTENT_COMBINED ? line._combined[x]! : '';
    const code = combined === '' ? content & CONTENT_CODEPOINT : combined.codePointAt(0)!;
    const plainAscii = code < 0x7f && code >= 0x20 && combined === '' && content >> CONTENT_WIDTH_SHIFT === 1;
    if (!plainAscii && (code === 0 || !isRegular(content, combined))) {
      const extended = extendedOf(bg, line._extendedAttrs, x) ?? null;
      odd.push([row, x, content, fg, bg, combined, extended]);
      skip++;
      second = content >> CONTENT_WIDTH_SHIFT === 2;
      if (second) {
        odd.push([row, x + 1, 0, data[i + 4]!, data[i + 5]!, '', extended]);
        skip++;
      }
      continue;
    }
    if (skip > 0) sink.csi('C', skip);
    skip = 0;
    pen.set(fg, bg, extendedOf(bg, line._extendedAttrs, x));
    second = content >> CONTENT_WIDTH_SHIFT === 2;
    if (code < 0x80) {
      if (combined === '') sink.byte(code);
      else sink.text(combined);
      continue;
    }
    if (((property(code) >> CLASS_SHIFT) & CLASS_MASK) !== OTHER) sink.ascii(NO_JOIN);
    if (combined === '') sink.code(code);
    else sink.text(combined);
  }
}

function writeTabs(sink: ByteSink, buffer: BufferState, cols: number): void {
  let standard = true;
  for (let x = 0; x < cols && standard; x++) standard = Boolean(buffer.tabs[x]) === (x % 8 === 0);
  if (standard) return;
  sink.ascii('\x1b[3g');
  for (let x = 0; x < cols; x++) {
    if (!buffer.tabs[x]) continue;
    sink.csi('G', x + 1);
    sink.ascii('\x1bH');
  }
}

function writeCharsets(sink: ByteSink, designated: readonly string[], level: number): void {
  designated.forEach((final, i) => {
    if (final !== 'B') sink.ascii(`\x1b${'()*+'[i]}${final}`);
  });
  if (level > 0) sink.ascii(['', '\x0e', '\x1bn', '\x1bo'][level]!);
}

function writeSaved(sink: ByteSink, saved: SavedCursor | undefined): void {
  if (!saved) return;
  const pen = new PenWriter(sink, true);
  pen.set(saved.fg, saved.bg, { ...saved.extended, link: undefined });
  writeCharsets(sink, saved.designated, saved.level);
  sink.csi('H', saved.y + 1, saved.x + 1);
  sink.ascii('\x1b7');
  pen.reset();
  saved.designated.forEach((final, i) => {
    if (final !== 'B') sink.ascii(`\x1b${'()*+'[i]}B`);
  });
  if (saved.level > 0) sink.byte(0x0f);
}

function writeKitty(sink: ByteSink, keys: ModeState['kitty'][number]): void {
  const all = [...keys.stack, keys.flags];
  all.forEach((flags, i) => {
    if (i > 0) sink.ascii(`\x1b[>${flags}u`);
    else if (flags !== 0) sink.ascii(`\x1b[=${flags};1u`);
  });
}

/** All that belongs to one buffer, the cursor at its home and the pen plain. Returns the rows that are wrapped. */
function writeBuffer(
  sink: ByteSink,
  source: SnapshotSource,
  buffer: BufferState,
  history: number,
  odd: OddCell[],
): number[] {
  const { core, state } = source;
  const { cols, rows } = core.buffers;
  const wrapped: number[] = [];
  const pen = new PenWriter(sink, true);
  const first = buffer.ybase - history;
  for (let row = 0; row < history + rows; row++) {
    const line = lineToRead(core, buffer, first + row)!;
    if (row > 0) {
      // A line that scrolls in takes the background of the pen.
      if (history > 0) pen.reset();
      sink.ascii('\r\n');
    }
    writeRow(sink, pen, line, cols, row, odd);
    if (line.isWrapped) wrapped.push(row);
  }
  pen.reset();
  writeTabs(sink, buffer, cols);
  writeSaved(sink, state.saved.get(buffer));
  if (buffer.scrollTop !== 0 || buffer.scrollBottom !== rows - 1) {
    sink.csi('r', buffer.scrollTop + 1, buffer.scrollBottom + 1);
  }
  return wrapped;
}

function writeModes(sink: ByteSink, source: SnapshotSource): void {
  const { core, state } = source;
  const modes = readModes(core, state);
  const dec = core.service.decPrivateModes;
  const set = (mode: number, on: boolean, byDefault = false): void => {
    if (on !== byDefault) sink.ascii(`\x1b[?${mode}${on ? 'h' : 'l'}`);
  };
  set(1, modes.applicationCursor);
  set(12, state.blink);
  set(25, !core.service.isCursorHidden, true);
  set(45, dec.reverseWraparound);
  set(66, modes.applicationKeypad);
  set(1004, modes.focusEvents);
  set(1007, modes.alternateScroll, true);
  set(2004, modes.bracketedPaste);
  const mouse = { none: 0, x10: 9, press: 1000, drag: 1002, any: 1003 }[modes.mouse];
  if (mouse > 0) set(mouse, true);
  const encoding = { default: 0, utf8: 1005, sgr: 1006, urxvt: 1015 }[modes.mouseEncoding];
  if (encoding > 0) set(encoding, true);
  if (modes.modifyOtherKeys > 0) sink.ascii(`\x1b[>4;${modes.modifyOtherKeys}m`);
  if (modes.newLine) sink.ascii('\x1b[20h');
  if (core.service.modes.insertMode) sink.ascii('\x1b[4h');
  if (dec.cursorStyle !== undefined) {
    const shape = { block: 2, underline: 4, bar: 6 }[dec.cursorStyle] - (dec.cursorBlink ? 1 : 0);
    sink.csi(' q', shape);
  }
}

function writeTitles(sink: ByteSink, source: SnapshotSource): void {
  const all = [...source.titles, source.title];
  all.forEach((title, i) => {
    if (i > 0) sink.ascii('\x1b[22;2t');
    if (title === '' && i === 0) return;
    sink.ascii('\x1b]2;');
    sink.text(title);
    sink.ascii('\x1b\\');
  });
  if (source.cwd === '') return;
  sink.ascii('\x1b]7;file://');
  sink.text(source.cwdHost);
  sink.text(source.cwd.split('/').map(encodeURIComponent).join('/'));
  sink.ascii('\x1b\\');
}

/** Escape sequences that rebuild a screen in a fresh one of the same size, and `history` lines before it. */
export function writeSnapshot(sink: ByteSink, source: SnapshotSource, history: number): void {
  const { core, state } = source;
  const { rows, cols } = core.buffers;
  const { normal, alt } = core.buffers.buffers;
  const buffer = core.handler._activeBuffer;
  const dec = core.service.decPrivateModes;
  const lines = Math.min(history, normal.ybase);
  const residue: Residue = {
    lines: lines + rows,
    top: source.screenTop,
    wrapped: [],
    altWrapped: [],
    odd: [],
    altOdd: [],
    savedOrigin: [state.saved.get(normal)?.origin ?? false, state.saved.get(alt)?.origin ?? false],
    join: core.parser.precedingJoinState,
  };
  sink.ascii('\x1b[?7l');
  writeTitles(sink, source);
  residue.wrapped = writeBuffer(sink, source, normal, lines, residue.odd);
  writeKitty(sink, state.kitty[0]);
  if (activeIndex(core) === 1) {
    sink.ascii('\x1b[?1047h\x1b[H');
    residue.altWrapped = writeBuffer(sink, source, alt, 0, residue.altOdd);
    writeKitty(sink, state.kitty[1]);
  } else if (state.saved.get(alt)) {
    // Kept while the buffer is not shown.
    sink.ascii('\x1b[?1047h');
    writeSaved(sink, state.saved.get(alt));
    sink.ascii('\x1b[?1047l');
  }
  writeModes(sink, source);
  if (dec.origin) sink.ascii('\x1b[?6h');
  const top = dec.origin ? buffer.scrollTop : 0;
  const reachable = !dec.origin || (buffer.y >= buffer.scrollTop && buffer.y <= buffer.scrollBottom);
  sink.csi('H', Math.max(0, buffer.y - top) + 1, Math.min(buffer.x, cols - 1) + 1);
  if (!reachable || buffer.x >= cols) residue.cursor = [buffer.x, buffer.y];
  writeCharsets(sink, state.designated, core.charsets.glevel);
  const { fg, bg, extended } = core.handler._curAttrData;
  if (fg !== 0 || bg !== 0 || extended !== PLAIN) new PenWriter(sink, true).set(fg, bg, extended);
  if (dec.wraparound) sink.ascii('\x1b[?7h');
  if (dec.synchronizedOutput) sink.ascii('\x1b[?2026h');
  sink.ascii(`\x1b]${RESIDUE_OSC};`);
  sink.text(JSON.stringify(residue));
  sink.ascii('\x1b\\');
  for (const bytes of source.unfinished) sink.bytes(bytes);
}
