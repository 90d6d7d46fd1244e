import type { Cursor, Surface, TerminalModes } from '../../core/index.ts';
import { codeAt, EditedRow, widthAt } from './edited-row.ts';
import { ExpectedLine, type Guess, type TypedKey } from './line.ts';
import type { Step } from './steps.ts';

/** The screen as the session has it, as far as this viewer has heard. */
export interface RealScreen extends Surface {
  readonly modes: Pick<TerminalModes, 'alternateScreen'>;
  /** Number of the line at the top: it changes when the screen scrolls. */
  readonly screenTop: number;
}

/** Times that follow from how long the way there and back takes, milliseconds. */
export interface Pace {
  /** After this, what was typed has had its effect. */
  readonly settleMs: number;
  /** A guess that has not come true is given up. */
  readonly expireMs: number;
}

/** Guesses that wait for their echo. What is typed beyond it waits for its real echo alone: nobody types that far ahead of a line. */
export const MAX_GUESSES = 128;

/** A screen that scrolled, was resized, or is another buffer than before has nothing to do with what was guessed. */
interface Frame {
  readonly cols: number;
  readonly rows: number;
  readonly top: number;
  readonly alternate: boolean;
}

/**
 * Guesses what typed keys will do to a screen, and takes note of what they did. Pure: it is told of keys, of output and of the time.
 *
 * Guesses stand in a queue, in the order of the keys. After each output the screen shall be what it was before the queue, or what it is after some
 * guess of it: those up to that one came true. Else the program does something else: all are dropped, and what may still be on its way is
 * guessed anew from where the cursor is now. A guess is shown when one of its epoch has come true. Enter, whatever nobody can foresee and every
 * guess that was wrong begin a new epoch: nothing of a password is ever shown, since no echo proves its epoch.
 */
export class Guesses {
  readonly #screen: RealScreen;
  /** Grows whenever what is shown may have changed. */
  version = 0;
  #queue: Guess[] = [];
  /** Keys since the last Enter that were not seen to come true, guessed or not. At most `MAX_GUESSES`, the oldest are forgotten. */
  #typing: TypedKey[] = [];
  #line: ExpectedLine;
  /** The row of `#line` as it was when it was looked at last. */
  #base: EditedRow;
  #frame: Frame;
  #epoch = 1;
  #provenEpoch = 0;
  /** Where the cursor was when Enter was typed, until the screen shows another line: what was typed after it belongs there. */
  #sent: { readonly top: number; readonly y: number; readonly settledAt: number } | undefined;
  /** Something was typed whose effect nobody knows: no guess until the screen shows what came of it, or has had the time to. */
  #isSealed = false;
  /** Until then something that was typed without a guess may still change the screen. */
  #settledAt = Number.NEGATIVE_INFINITY;
  /** The newest key will have had its effect. */
  #keysSettleAt = Number.NEGATIVE_INFINITY;
  /** Columns between which text was typed in this epoch: what stands outside may be a prompt, which can't be erased. */
  #text: { epoch: number; start: number; end: number } | undefined;

  constructor(screen: RealScreen) {
    this.#screen = screen;
    const { cursor } = screen;
    this.#line = new ExpectedLine(cursor.x, cursor.y);
    this.#base = editRow(screen, cursor.y, []);
    this.#frame = frameOf(screen);
  }

  /** What is to be shown, in order; it changes the real screen row by row. */
  get shown(): readonly Guess[] {
    const { length } = this.#queue;
    if (length === 0 || this.#queue[0]!.epoch > this.#provenEpoch || !this.#screen.cursor.visible) return [];
    return this.#queue.filter((guess) => guess.epoch <= this.#provenEpoch);
  }

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** When the oldest guess is given up; undefined: there is none. */
  get expiresAt(): number | undefined {
    return this.#queue[0]?.key.expiresAt;
  }

  /** A key was typed into the session. */
  typed(step: Step, now: number, pace: Pace): void {
    const key: TypedKey = { step, settledAt: now + pace.settleMs, expiresAt: now + pace.expireMs };
    this.#keysSettleAt = key.settledAt;
    // A line that was sent is not typed again, and if it was a password, it must not be.
    if (step.kind === 'enter') {
      this.#typing = [];
      this.#sent = { top: this.#frame.top, y: this.#line.y, settledAt: key.settledAt };
    } else if (this.#typing.push(key) > MAX_GUESSES) this.#typing.shift();
    if (this.#mayGuess(now)) this.#add(key);
    else this.#seal();
  }

  /** Something else went into the session, or the screen is looked at in another way: nobody knows what comes of it. */
  interrupted(now: number, pace: Pace): void {
    this.#keysSettleAt = now + pace.settleMs;
    this.#typing = [];
    this.#drop();
  }

  /** The session's screen may have changed. */
  heard(now: number): void {
    const screen = this.#screen;
    const { cursor } = screen;
    const isSame = sameFrame(this.#frame, screen);
    if (!isSame) {
      this.#frame = frameOf(screen);
      this.#drop();
    }
    // In the middle of drawing the cursor is anywhere.
    if (!cursor.visible || screen.synchronizing) {
      if (this.#queue.length > 0) this.version++;
      return;
    }
    const count = isSame ? this.#countTrue(cursor, 'least') : undefined;
    if (count === undefined) this.#beginAgain(cursor, now);
    else this.#confirm(count);
  }

  /** The time is `now`. */
  passed(now: number): void {
    const oldest = this.#queue[0];
    if (!oldest || oldest.key.expiresAt > now) return;
    // What leaves no trace (there and back again) is known only now to have come true.
    const count = this.#countTrue(this.#screen.cursor, 'most') ?? 0;
    if (count > 0) this.#confirm(count);
    if (this.#queue[0] && this.#queue[0].key.expiresAt <= now) this.#drop();
  }

  #mayGuess(now: number): boolean {
    const { cursor, synchronizing } = this.#screen;
    if (!cursor.visible || synchronizing || this.#queue.length >= MAX_GUESSES) return false;
    if (this.#queue.length > 0) return !this.#isSealed;
    if (now < this.#settledAt) return false;
    this.#isSealed = false;
    return true;
  }

  #add(key: TypedKey): void {
    const guess = this.#guess(key);
    if (!guess) this.#seal();
    else if (this.#queue.push(guess) > 0 && guess.epoch <= this.#provenEpoch) this.version++;
  }

  #guess(key: TypedKey): Guess | undefined {
    const { step } = key;
    const { cols, rows } = this.#screen;
    const last = this.#queue.at(-1);
    const { x, y } = last ?? this.#line;
    // The last column is also where the cursor waits to wrap.
    if (step.kind === 'unknown' || x >= cols - 1) return undefined;
    if (step.kind === 'enter') {
      if (y >= rows - 1) return undefined;
      this.#epoch++;
      this.#text = { epoch: this.#epoch, start: 0, end: 0 };
      return { key, step, at: 0, width: 0, over: false, x: 0, y: y + 1, epoch: this.#epoch, proves: false };
    }
    if (this.#text?.epoch !== this.#epoch) this.#text = { epoch: this.#epoch, start: x, end: x };
    const text = this.#text;
    const row = editRow(this.#screen, y, this.#queue);
    const isThere = step.kind === 'text' && codeAt(row, x) === step.code;
    // Behind what was typed it is a suggestion; within, the same letter once more.
    const over = isThere && x >= text.end && step.code !== 0x20;
    const move = (by: number): Guess => {
      const at = step.kind === 'text' ? x : x + by;
      const proves = step.kind === 'text' && step.code !== 0x20 && !isThere;
      return { key, step, at, width: Math.abs(by), over, x: x + by, y, epoch: this.#epoch, proves };
    };
    const before = x > 0 && widthAt(row, x - 1) === 0 ? 2 : 1;
    switch (step.kind) {
      case 'text':
        if (x + step.width > cols - 1 || !(over || row.hasRoom(x, step.width))) return undefined;
        text.end = Math.max(x, text.end) + step.width;
        return move(step.width);
      case 'erase':
        if (x - before < text.start) return undefined;
        text.end -= before;
        return move(-before);
      case 'left':
        return x - before < text.start ? undefined : move(-before);
      case 'right':
        return x >= text.end ? undefined : move(Math.max(1, widthAt(row, x)));
    }
  }

  /**
   * How many guesses came true by what the screen shows; undefined: it shows something else. Where several numbers explain the cursor (it went
   * there and back), that which explains the whole row best, and then the least, or the most.
   */
  #countTrue(cursor: Cursor, which: 'least' | 'most'): number | undefined {
    const line = this.#line.copy();
    const counts: number[] = [];
    for (let count = 0; count <= this.#queue.length; count++) {
      if (count > 0) line.follow(this.#queue[count - 1]!);
      if (line.matches(this.#screen, cursor)) counts.push(count);
    }
    if (counts.length < 2) return counts[0];
    if (which === 'most') counts.reverse();
    const differences = counts.map((count) => this.#differences(count));
    return counts[differences.indexOf(Math.min(...differences))];
  }

  /** Cells of the row that are not as the first guesses would have made them. */
  #differences(count: number): number {
    const { cols } = this.#screen;
    const { y } = this.#line;
    const expected = applyTo(new EditedRow(this.#base, cols), y, this.#queue.slice(0, count));
    const row = this.#screen.row(y);
    let sum = 0;
    for (let x = 0; x < cols; x++) if (codeAt(expected, x) !== codeAt(row, x)) sum++;
    return sum;
  }

  #confirm(count: number): void {
    const last = this.#queue[count - 1];
    if (last) this.#typing.splice(0, this.#typing.indexOf(last.key) + 1);
    for (const guess of this.#queue.splice(0, count)) {
      this.#line.follow(guess);
      if (guess.proves) this.#provenEpoch = guess.epoch;
    }
    this.#base = editRow(this.#screen, this.#line.y, []);
    if (count > 0) this.version++;
  }

  /** What is awaited stays; what comes after it is another matter. */
  #seal(): void {
    this.#settledAt = this.#keysSettleAt;
    if (!this.#isSealed) this.#epoch++;
    this.#isSealed = true;
  }

  #drop(): void {
    if (this.#queue.length > 0) this.version++;
    this.#queue = [];
    this.#epoch++;
    this.#settledAt = this.#keysSettleAt;
  }

  /** The screen shows something else: from there, with the keys whose echo may still come. */
  #beginAgain(cursor: Cursor, now: number): void {
    this.#drop();
    const { x, y } = cursor;
    this.#line = new ExpectedLine(x, y);
    this.#base = editRow(this.#screen, y, []);
    const sent = this.#sent;
    if (sent && sent.settledAt > now && sent.y === y && sent.top === this.#frame.top) {
      this.#seal();
      return;
    }
    this.#sent = undefined;
    const row = this.#screen.row(y);
    const before = codeAt(row, Math.max(0, x - (x > 1 && widthAt(row, x - 1) === 0 ? 2 : 1)));
    // What stands before the cursor is the echo of the newest key of which it can be: taken for an older one, the next would seem to prove it.
    const seen = this.#typing.findLastIndex(({ step }) => x > 0 && step.kind === 'text' && step.code === before);
    this.#typing = this.#typing.slice(seen + 1).filter((key) => key.settledAt > now);
    this.#isSealed = false;
    this.#settledAt = Number.NEGATIVE_INFINITY;
    for (const key of this.#typing) if (!this.#isSealed) this.#add(key);
  }
}

/** A row of a screen with the guesses that are about it. */
export function editRow(screen: Surface, y: number, guesses: readonly Guess[]): EditedRow {
  return applyTo(new EditedRow(screen.row(y), screen.cols), y, guesses);
}

function applyTo(row: EditedRow, y: number, guesses: readonly Guess[]): EditedRow {
  for (const { step, at, width, over, y: guessY } of guesses) {
    if (guessY !== y) continue;
    if (step.kind === 'text') row.type(at, step.code, step.width, over);
    else if (step.kind === 'erase') row.erase(at, width);
  }
  return row;
}

function frameOf({ cols, rows, screenTop, modes }: RealScreen): Frame {
  return { cols, rows, top: screenTop, alternate: modes.alternateScreen };
}

function sameFrame(frame: Frame, { cols, rows, screenTop, modes }: RealScreen): boolean {
  return (
    frame.cols === cols && frame.rows === rows && frame.top === screenTop && frame.alternate === modes.alternateScreen
  );
}
