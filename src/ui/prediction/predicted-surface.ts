import type { CellRow, Cursor, Surface } from '../../core/index.ts';
import type { EditedRow } from './edited-row.ts';
import type { Guess } from './line.ts';
import { editRow, type Guesses, type RealScreen } from './model.ts';

/** A screen with what was typed and not yet answered on top of it. Rows without any are those of the screen, and so is all of it mostly. */
export class PredictedSurface implements Surface {
  readonly #screen: RealScreen;
  readonly #guesses: Guesses;
  #version = -1;
  #shown: readonly Guess[] = [];
  readonly #rows = new Map<number, EditedRow>();

  constructor(screen: RealScreen, guesses: Guesses) {
    this.#screen = screen;
    this.#guesses = guesses;
  }

  get cols(): number {
    return this.#screen.cols;
  }

  get rows(): number {
    return this.#screen.rows;
  }

  /** Both only grow, so that their sum changes with either. */
  get version(): number {
    return this.#screen.version + this.#guesses.version;
  }

  get synchronizing(): boolean {
    return this.#screen.synchronizing;
  }

  get cursor(): Cursor {
    const { cursor } = this.#screen;
    const last = this.#look().at(-1);
    return last ? { ...cursor, x: last.x, y: last.y } : cursor;
  }

  row(y: number): CellRow {
    const shown = this.#look();
    if (shown.length === 0 || !shown.some((guess) => guess.y === y && guess.step.kind !== 'enter')) {
      return this.#screen.row(y);
    }
    let row = this.#rows.get(y);
    if (!row) {
      row = editRow(this.#screen, y, shown);
      this.#rows.set(y, row);
    }
    return row;
  }

  #look(): readonly Guess[] {
    const { version } = this;
    if (this.#version !== version) {
      this.#version = version;
      this.#shown = this.#guesses.shown;
      this.#rows.clear();
    }
    return this.#shown;
  }
}
