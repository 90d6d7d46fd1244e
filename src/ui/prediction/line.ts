import type { Cursor, Surface } from '../../core/index.ts';
import { codeAt } from './edited-row.ts';
import type { Step } from './steps.ts';

/** A key that went into the session; times on the clock of the viewer. */
export interface TypedKey {
  readonly step: Step;
  /** By then it has had its effect, as far as the round trip tells. */
  readonly settledAt: number;
  /** What was guessed of it is given up. */
  readonly expiresAt: number;
}

/** A step that was typed and whose echo is awaited. */
export interface Guess {
  readonly key: TypedKey;
  readonly step: Exclude<Step, { kind: 'unknown' }>;
  /** Where it happens: for text the cell it goes to, else the cursor after it. */
  readonly at: number;
  /** Cells that it adds or takes away. */
  readonly width: number;
  /** Typed over the same character, as a shell's suggestion is. */
  readonly over: boolean;
  /** The cursor after it. */
  readonly x: number;
  readonly y: number;
  /** Guesses of an epoch are shown once one of it has come true. */
  readonly epoch: number;
  /** Would seeing it prove that the program echoes? Not where the same character stood before, nor for blanks. */
  readonly proves: boolean;
}

/**
 * What should be on the screen: the cursor, and in its row before it the characters that were seen typed. What stands behind the cursor is not
 * compared, since programs do with it what they like (suggestions, brackets, hints).
 */
export class ExpectedLine {
  x: number;
  y: number;
  /** By column; at most a row of them. */
  readonly #codes: Map<number, number>;

  constructor(x: number, y: number, codes?: ReadonlyMap<number, number>) {
    this.x = x;
    this.y = y;
    this.#codes = new Map(codes);
  }

  copy(): ExpectedLine {
    return new ExpectedLine(this.x, this.y, this.#codes);
  }

  follow({ step, at, x, y }: Guess): void {
    if (step.kind === 'text' || step.kind === 'erase') this.#forget(at);
    if (step.kind === 'text') this.#codes.set(at, step.code);
    if (step.kind === 'enter') this.#codes.clear();
    this.x = x;
    this.y = y;
  }

  matches(screen: Surface, cursor: Cursor): boolean {
    if (cursor.x !== this.x || cursor.y !== this.y) return false;
    const row = screen.row(this.y);
    for (const [x, code] of this.#codes) if (x < this.x && codeAt(row, x) !== code) return false;
    return true;
  }

  /** What stood here and behind may have moved. */
  #forget(from: number): void {
    for (const x of this.#codes.keys()) if (x >= from) this.#codes.delete(x);
  }
}
