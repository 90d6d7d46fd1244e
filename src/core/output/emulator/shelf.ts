import { BG_HAS_EXTENDED, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, type ExtendedAttributes, WORDS } from '../cells.ts';

/** What of a line of the emulator is packed and given back. */
interface Cells {
  _data: Uint32Array;
  _combined: { [x: number]: string };
  _extendedAttrs: { [x: number]: ExtendedAttributes | undefined };
  isWrapped: boolean;
}

const BLANK = 1 << CONTENT_WIDTH_SHIFT;
/** Words of a run of cells with the same attributes: how many, FG, BG. */
const RUN = 3;
/** Words of a chunk (32 KiB), some 200 lines of 120 columns; more when one line needs more. */
const CHUNK_WORDS = 8192;

/** Memory of many lines, one behind the other, so that a line has no allocation of its own. The collector takes it when its last line is gone. */
class Chunk {
  readonly words: Uint32Array;
  readonly bytes: Uint8Array;
  used = 0;

  constructor(words: number) {
    this.words = new Uint32Array(words);
    this.bytes = new Uint8Array(this.words.buffer);
  }
}

/**
 * A line above the screen: a tenth of the memory of one on it. It has no width; beyond its cells everything is blank. At `at` in its
 * chunk stand the runs of attributes (none: no cell has any), then what the cells hold, a byte each where that is enough, else a word.
 */
export class PackedLine {
  isWrapped = false;
  /** Cells up to the last that is not blank without attributes. */
  cells = 0;
  chunk: Chunk;
  at = 0;
  runs = 0;
  isBytes = true;
  /** Texts and attributes beside the cells, when a cell refers to them. */
  combined: Cells['_combined'] | undefined;
  extended: Cells['_extendedAttrs'] | undefined;

  constructor(chunk: Chunk) {
    this.chunk = chunk;
  }
}

/** Words up to the last cell that is not blank without attributes. Eight cells at a time: this is done for every line that scrolls. */
function usedWords(d: Uint32Array): number {
  let end = d.length;
  while (end >= 24) {
    const i = end - 24;
    const a = (d[i]! ^ BLANK) | (d[i + 3]! ^ BLANK) | (d[i + 6]! ^ BLANK) | (d[i + 9]! ^ BLANK);
    const b = (d[i + 12]! ^ BLANK) | (d[i + 15]! ^ BLANK) | (d[i + 18]! ^ BLANK) | (d[i + 21]! ^ BLANK);
    if ((a | b) !== 0) break;
    const e = d[i + 1]! | d[i + 2]! | d[i + 4]! | d[i + 5]! | d[i + 7]! | d[i + 8]! | d[i + 10]! | d[i + 11]!;
    const f = d[i + 13]! | d[i + 14]! | d[i + 16]! | d[i + 17]! | d[i + 19]! | d[i + 20]! | d[i + 22]! | d[i + 23]!;
    if ((e | f) !== 0) break;
    end = i;
  }
  while (end > 0 && ((d[end - 3]! ^ BLANK) | d[end - 2]! | d[end - 1]!) === 0) end -= WORDS;
  return end;
}

/** Most lines: nothing but characters of one byte. False, and nothing that counts is written, when there is more to it. */
function packPlain(d: Uint32Array, end: number, bytes: Uint8Array, at: number): boolean {
  let others = 0;
  let to = at;
  let i = 0;
  for (const stop = end - 9; i < stop; i += 12) {
    const a = d[i]! ^ BLANK;
    const b = d[i + 3]! ^ BLANK;
    const c = d[i + 6]! ^ BLANK;
    const e = d[i + 9]! ^ BLANK;
    others |= (a | b | c | e) & ~0xff;
    others |= d[i + 1]! | d[i + 2]! | d[i + 4]! | d[i + 5]! | d[i + 7]! | d[i + 8]! | d[i + 10]! | d[i + 11]!;
    if (others !== 0) return false;
    bytes[to] = a;
    bytes[to + 1] = b;
    bytes[to + 2] = c;
    bytes[to + 3] = e;
    to += 4;
  }
  for (; i < end; i += WORDS) {
    const content = d[i]! ^ BLANK;
    others |= (content & ~0xff) | d[i + 1]! | d[i + 2]!;
    bytes[to++] = content;
  }
  return others === 0;
}

function packAny(line: Cells, end: number, packed: PackedLine): void {
  const data = line._data;
  const { chunk } = packed;
  const { words, bytes } = chunk;
  let to = packed.at;
  let allContents = 0;
  let allBackgrounds = 0;
  for (let i = 0; i < end; ) {
    // The bits alone are compared, as signed numbers: those need no boxes.
    const fg = data[i + 1]! | 0;
    const bg = data[i + 2]! | 0;
    const begin = i;
    do {
      allContents |= data[i]! ^ BLANK;
      i += WORDS;
    } while (i < end && (data[i + 1]! | 0) === fg && (data[i + 2]! | 0) === bg);
    words[to] = (i - begin) / WORDS;
    words[to + 1] = fg;
    words[to + 2] = bg;
    to += RUN;
    allBackgrounds |= bg;
  }
  packed.runs = (to - packed.at) / RUN;
  packed.isBytes = allContents >>> 8 === 0;
  if (packed.isBytes) {
    let k = to * 4;
    for (let i = 0; i < end; i += WORDS) bytes[k++] = data[i]!;
    to += (packed.cells + 3) >> 2;
  } else {
    for (let i = 0; i < end; i += WORDS) words[to++] = data[i]!;
  }
  chunk.used = to;
  if (allContents & CONTENT_COMBINED) {
    packed.combined = line._combined;
    line._combined = {};
  }
  if (allBackgrounds & BG_HAS_EXTENDED) {
    packed.extended = line._extendedAttrs;
    line._extendedAttrs = {};
  }
}

/** The lines above the screen. How many there are is the buffer's business, and with it how much memory they take. */
export class Shelf {
  #chunk = new Chunk(0);
  #shown: Cells | undefined;

  /** The line may be used for something else afterwards. */
  pack(line: Cells): PackedLine {
    const data = line._data;
    const end = usedWords(data);
    const cells = end / WORDS;
    // As much as it can come to: a run and a word for each cell.
    const chunk = this.#room(cells * (RUN + 1));
    const packed = new PackedLine(chunk);
    packed.isWrapped = line.isWrapped;
    packed.cells = cells;
    packed.chunk = chunk;
    packed.at = chunk.used;
    packed.runs = 0;
    packed.isBytes = true;
    packed.combined = undefined;
    packed.extended = undefined;
    if (packPlain(data, end, chunk.bytes, chunk.used * 4)) chunk.used += (cells + 3) >> 2;
    else packAny(line, end, packed);
    return packed;
  }

  /** Writes it to a line of any width; what does not fit is left out. Texts and attributes beside the cells stay shared. */
  unpack(packed: PackedLine, line: Cells): void {
    const data = line._data;
    const { words, bytes } = packed.chunk;
    const end = Math.min(packed.cells * WORDS, data.length);
    let from = packed.at + packed.runs * RUN;
    if (packed.isBytes) {
      from *= 4;
      for (let i = 0; i < end; i += WORDS) data[i] = BLANK | bytes[from++]!;
    } else {
      for (let i = 0; i < end; i += WORDS) data[i] = words[from++]!;
    }
    if (packed.runs === 0) {
      for (let i = 0; i < end; i += WORDS) {
        data[i + 1] = 0;
        data[i + 2] = 0;
      }
    } else {
      let at = packed.at;
      for (let i = 0; i < end; at += RUN) {
        const stop = Math.min(end, i + words[at]! * WORDS);
        for (; i < stop; i += WORDS) {
          data[i + 1] = words[at + 1]!;
          data[i + 2] = words[at + 2]!;
        }
      }
    }
    for (let i = end; i < data.length; i += WORDS) {
      data[i] = BLANK;
      data[i + 1] = 0;
      data[i + 2] = 0;
    }
    line._combined = packed.combined ?? {};
    line._extendedAttrs = packed.extended ?? {};
    line.isWrapped = packed.isWrapped;
  }

  /** To be read only, and only until the next is shown. `make` gives a line of the width of the screen. */
  show<L extends Cells>(packed: PackedLine, cols: number, make: () => L): L {
    if (this.#shown?._data.length !== cols * WORDS) this.#shown = make();
    this.unpack(packed, this.#shown);
    return this.#shown as L;
  }

  /** A chunk with room for so many words. */
  #room(words: number): Chunk {
    if (this.#chunk.used + words <= this.#chunk.words.length) return this.#chunk;
    this.#chunk = new Chunk(Math.max(words, CHUNK_WORDS));
    return this.#chunk;
  }
}
