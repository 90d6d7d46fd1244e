import type { OutputLog, Screen } from '../output/index.ts';

/** The screen that a log has led to. */
export interface EpochPicture {
  readonly cols: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

export interface EpochOptions {
  readonly id: string;
  /** What it began with. */
  readonly cols: number;
  readonly rows: number;
  readonly log: OutputLog;
  readonly screen: Screen;
}

/** One start of the process, as readers of its log see it: also when another one has begun, and they have not read all of it. */
export class Epoch {
  readonly id: string;
  readonly cols: number;
  readonly rows: number;
  readonly log: OutputLog;
  /** More was written than the log has: what came after its newest entry is not to be had, and how much it was nobody knows. */
  cut = false;
  #screen: Screen | EpochPicture;

  constructor({ id, cols, rows, log, screen }: EpochOptions) {
    this.id = id;
    this.cols = cols;
    this.rows = rows;
    this.log = log;
    this.#screen = screen;
  }

  /** What stands for all of its entries. `history`: with the scrollback, as long as it lasts. */
  picture(history = false): EpochPicture {
    const screen = this.#screen;
    if ('bytes' in screen) return screen;
    const { cols, rows } = screen;
    return { cols, rows, bytes: screen.snapshot(history ? { history: Number.MAX_SAFE_INTEGER } : {}) };
  }

  /** Its screen is needed for another one: a picture of it stays, without the scrollback, which is some megabytes. */
  end(): void {
    this.#screen = this.picture();
  }
}
