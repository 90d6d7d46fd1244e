import { CONTENT_CODEPOINT, CONTENT_COMBINED, CONTENT_WIDTH_SHIFT } from '../../core/index.ts';
import { asciiFor } from './ascii.ts';
import { digits, utf8Length } from './byte-buffer.ts';
import { BLANK, type Grid, isEmptyAt, STRIDE, UNKNOWN } from './grid.ts';
import type { Tables } from './tables.ts';
import { NOWHERE, TerminalWriter } from './terminal-writer.ts';
import { type Doubt, doubtOf } from './width-doubt.ts';

/** More unchanged cells than this are never written again to save a movement: a movement takes 3 to 5 bytes. */
const REPRINT_LIMIT = 5;
const CERTAIN: Doubt = { doubtful: false, reach: 0 };

/** Writes what differs in one row. */
export class RowEncoder {
  readonly #writer: TerminalWriter;
  readonly #tables: Tables;
  #next: Int32Array = new Int32Array(0);
  #shown: Int32Array = new Int32Array(0);
  #tinted: Uint8Array = new Uint8Array(0);
  #base = 0;
  #cols = 0;
  #y = 0;

  constructor(writer: TerminalWriter, tables: Tables) {
    this.#writer = writer;
    this.#tables = tables;
  }

  /** Brings row `y` of the terminal from `shown` to `next`, and `shown` with it. */
  encode(next: Grid, shown: Grid, y: number): void {
    this.#next = next.words;
    this.#shown = shown.words;
    this.#tinted = shown.tinted;
    this.#cols = next.cols;
    this.#base = y * next.cols * STRIDE;
    this.#y = y;
    let x = this.#nextDifference(0);
    if (x === this.#cols) return;
    while (x < this.#cols) {
      if (this.#next[this.#base + x * STRIDE] === 0) x = this.#leftHalf(x);
      this.#approach(x);
      x = this.#nextDifference(this.#isBlank(x) ? this.#blanks(x) : this.#cell(x));
    }
    shown.copyRow(y, next);
  }

  #leftHalf(x: number): number {
    const left = this.#next[this.#base + (x - 1) * STRIDE];
    if (x === 0 || ((left! >>> CONTENT_WIDTH_SHIFT) & 3) !== 2)
      throw new Error('the right half of a wide character stands alone in the merged grid');
    return x - 1;
  }

  #nextDifference(from: number): number {
    const next = this.#next;
    const shown = this.#shown;
    const end = this.#base + this.#cols * STRIDE;
    for (let o = this.#base + from * STRIDE; o < end; o += STRIDE) {
      if (
        next[o] !== shown[o] ||
        next[o + 1] !== shown[o + 1] ||
        next[o + 2] !== shown[o + 2] ||
        next[o + 3] !== shown[o + 3]
      )
        return (o - this.#base) / STRIDE;
    }
    return this.#cols;
  }

  #isBlank(x: number): boolean {
    return isEmptyAt(this.#next, this.#base + x * STRIDE);
  }

  /** To column `x`, by writing the few unchanged cells before it again where that is shorter than a movement. */
  #approach(x: number): void {
    const writer = this.#writer;
    const gap = x - writer.x;
    if (writer.y === this.#y && writer.x !== NOWHERE && gap > 0 && gap <= REPRINT_LIMIT) {
      if (this.#reprintCost(writer.x, x) < TerminalWriter.forwardCost(gap)) {
        for (let at = writer.x; at < x; at++) {
          const content = this.#next[this.#base + at * STRIDE]!;
          if (content !== 0) writer.out.codePoint(content & CONTENT_CODEPOINT);
        }
        this.#tint(x - gap, x);
        writer.x = x;
        return;
      }
      if (gap < TerminalWriter.forwardCost(gap) && this.#servesGap(writer.x, x)) {
        const o = this.#base + x * STRIDE;
        writer.pen.set(this.#next[o + 1]!, this.#next[o + 2]!, this.#next[o + 3]!);
        writer.spaces(gap);
        this.#tint(x - gap, x);
        writer.x = x;
        return;
      }
    }
    writer.moveTo(x, this.#y);
  }

  /** Are these cells empty, and can they be written in the look that the cell at `to` needs anyway? */
  #servesGap(from: number, to: number): boolean {
    const next = this.#next;
    const bg = next[this.#base + from * STRIDE + 2]!;
    for (let x = from; x < to; x++) if (!this.#isBlank(x) || next[this.#base + x * STRIDE + 2] !== bg) return false;
    const o = this.#base + to * STRIDE;
    return !this.#isBlank(to) && this.#writer.pen.servesBlank(bg, next[o + 1]!, next[o + 2]!, next[o + 3]!);
  }

  #reprintCost(from: number, to: number): number {
    const { pen, capabilities } = this.#writer;
    let cost = 0;
    for (let x = from; x < to; x++) {
      const o = this.#base + x * STRIDE;
      const content = this.#next[o]!;
      if (content === 0) continue;
      if (this.#isBlank(x)) {
        if (!pen.suitsBlank(this.#next[o + 2]!)) return Number.POSITIVE_INFINITY;
        cost += 1;
        continue;
      }
      const cp = content & CONTENT_CODEPOINT;
      if (
        content & CONTENT_COMBINED ||
        !pen.isSet(this.#next[o + 1]!, this.#next[o + 2]!, this.#next[o + 3]!) ||
        (cp > 0x7e && (!capabilities.utf8 || this.#doubt(content).doubtful))
      )
        return Number.POSITIVE_INFINITY;
      cost += utf8Length(cp);
    }
    return cost;
  }

  /** Empty cells from `x` on: as spaces, or erased (ECH, EL). Returns the column to go on from. */
  #blanks(x: number): number {
    const writer = this.#writer;
    const { pen, capabilities } = writer;
    const next = this.#next;
    const shown = this.#shown;
    const bg = next[this.#base + x * STRIDE + 2]!;
    let last = x;
    let end = x;
    for (; end < this.#cols; end++) {
      const o = this.#base + end * STRIDE;
      if (!this.#isBlank(end) || next[o + 2] !== bg) break;
      if (shown[o] !== BLANK || shown[o + 1] !== 0 || shown[o + 2] !== bg || shown[o + 3] !== 0) last = end;
    }
    const count = last + 1 - x;
    const canErase = bg === 0 || capabilities.backgroundErase;
    if (canErase && end === this.#cols && count >= 3) {
      pen.setErase(bg);
      writer.csi(1, 'K');
      this.#tint(x, this.#cols);
      return this.#cols;
    }
    const following = this.#nextDifference(last + 1);
    const eraseCost = 3 + digits(count) + (following < this.#cols ? TerminalWriter.forwardCost(following - x) : 0);
    if (canErase && count > eraseCost) {
      pen.setErase(bg);
      writer.csi(count, 'X');
      this.#tint(x, last + 1);
      return last + 1;
    }
    this.#setBlankPen(bg, last + 1, following);
    writer.spaces(count);
    this.#tint(x, last + 1);
    writer.advance(count, this.#cols);
    return last + 1;
  }

  /** Notes with which pen the blanks among these cells were just written. */
  #tint(from: number, to: number): void {
    const row = this.#y * this.#cols;
    this.#tinted.fill(this.#writer.pen.tintsBlank ? 1 : 0, row + from, row + to);
  }

  /** The look of what is written right after the spaces is best, if it suits them: then one change is enough. */
  #setBlankPen(bg: number, end: number, following: number): void {
    const { pen } = this.#writer;
    if (pen.suitsBlank(bg)) return;
    if (end === following && end < this.#cols) {
      const o = this.#base + end * STRIDE;
      const next = this.#next;
      if (!this.#isBlank(end) && pen.servesBlank(bg, next[o + 1]!, next[o + 2]!, next[o + 3]!)) {
        pen.set(next[o + 1]!, next[o + 2]!, next[o + 3]!);
        return;
      }
    }
    pen.setBlank(bg);
  }

  /** One cell with text, and its like after it where REP is shorter. Returns the column to go on from. */
  #cell(x: number): number {
    const writer = this.#writer;
    const next = this.#next;
    const o = this.#base + x * STRIDE;
    const content = next[o]!;
    const width = (content >>> CONTENT_WIDTH_SHIFT) & 3;
    writer.pen.set(next[o + 1]!, next[o + 2]!, next[o + 3]!);
    if (!writer.capabilities.utf8 && (content & CONTENT_COMBINED || (content & CONTENT_CODEPOINT) > 0x7e)) {
      const single =
        content & CONTENT_COMBINED ? this.#tables.texts.text(content).codePointAt(0)! : content & CONTENT_CODEPOINT;
      const stand = single < 0x7f ? String.fromCharCode(single) : asciiFor(single);
      writer.out.ascii(stand.repeat(width));
      writer.advance(width, this.#cols);
      return x + width;
    }
    const doubt = this.#doubt(content);
    if (doubt.doubtful) return this.#doubtful(x, content, width, doubt);
    if (content & CONTENT_COMBINED) writer.text(content);
    else writer.out.codePoint(content & CONTENT_CODEPOINT);
    const repeats = width === 1 && writer.capabilities.repeat && !(content & CONTENT_COMBINED);
    const count = repeats ? this.#repeat(x, content) : 0;
    writer.advance(width + count, this.#cols);
    return x + width + count;
  }

  #doubt(content: number): Doubt {
    if (content & CONTENT_COMBINED) return this.#tables.texts.doubt(content);
    const cp = content & CONTENT_CODEPOINT;
    return cp < 0xa1
      ? CERTAIN
      : doubtOf(cp, (content >>> CONTENT_WIDTH_SHIFT) & 3, this.#writer.capabilities.ambiguousNarrow);
  }

  /** Clears the cells it covers first, in case the terminal makes it narrower, and has those it may run over written again. */
  #doubtful(x: number, content: number, width: number, doubt: Doubt): number {
    const writer = this.#writer;
    const end = x + width;
    const right = this.#base + (x + 1) * STRIDE;
    const shown = this.#shown;
    if (
      width === 2 &&
      (shown[right] !== BLANK || shown[right + 1] !== 0 || shown[right + 2] !== this.#next[right + 2])
    ) {
      writer.spaces(2);
      writer.advance(2, this.#cols);
      writer.moveTo(x, this.#y);
    }
    if (content & CONTENT_COMBINED) writer.text(content);
    else writer.out.codePoint(content & CONTENT_CODEPOINT);
    writer.x = NOWHERE;
    const over = Math.min(this.#cols, end + Math.max(0, doubt.reach + 1 - width));
    for (let at = end; at < over; at++) shown[this.#base + at * STRIDE] = UNKNOWN;
    return end;
  }

  /** Repeats the cell just written as often as it stands there again, if REP is shorter. Returns how many cells that made. */
  #repeat(x: number, content: number): number {
    const next = this.#next;
    const shown = this.#shown;
    const first = this.#base + x * STRIDE;
    let count = 0;
    let last = 0;
    for (let o = first + STRIDE; o < this.#base + this.#cols * STRIDE; o += STRIDE) {
      if (
        next[o] !== content ||
        next[o + 1] !== next[first + 1] ||
        next[o + 2] !== next[first + 2] ||
        next[o + 3] !== next[first + 3]
      )
        break;
      count++;
      if (
        shown[o] !== content ||
        shown[o + 1] !== next[o + 1] ||
        shown[o + 2] !== next[o + 2] ||
        shown[o + 3] !== next[o + 3]
      )
        last = count;
    }
    if (last * utf8Length(content & CONTENT_CODEPOINT) <= 3 + digits(last)) return 0;
    this.#writer.csi(last, 'b');
    return last;
  }
}
