import type { Entry, LogArchive, OutputLog } from '../../core/index.ts';
import { Spill } from './spill.ts';

export interface ShelfOptions {
  /** There is more on the disk. */
  readonly stored: () => void;
  readonly failed: (error: unknown) => void;
}

/** On the disk: what the log of one epoch has no room for, and somebody needs. */
export class Shelf implements LogArchive {
  readonly epoch: string;
  readonly log: OutputLog;
  readonly #spill: Spill;
  readonly #o: ShelfOptions;
  /** Nobody needs what is up to here. */
  #unneeded = 0;
  #broken = false;

  constructor(epoch: string, log: OutputLog, folder: string, options: ShelfOptions) {
    this.epoch = epoch;
    this.log = log;
    this.#spill = new Spill(folder);
    this.#o = options;
    log.archive = this;
  }

  get bytes(): number {
    return this.#spill.bytes;
  }

  put(entry: Entry): void {
    if (this.#broken || entry.seq <= this.#unneeded) return;
    try {
      this.#spill.put(entry);
    } catch (error) {
      // A disk that is full: what comes is thrown away, as without us, and whoever needs it is told of a gap.
      this.#o.failed(error);
      this.#broken = true;
      this.#spill.clear();
      return;
    }
    this.#o.stored();
  }

  has(afterSeq: number): boolean {
    const { first } = this.#spill;
    return !this.#broken && first !== undefined && afterSeq >= first - 1;
  }

  from(afterSeq: number, most: number): Entry[] | undefined {
    try {
      return this.#broken ? undefined : this.#spill.from(afterSeq, most);
    } catch (error) {
      this.#o.failed(error);
      return undefined;
    }
  }

  /** Entries up to there are not needed any more. */
  drop(upTo: number): void {
    this.#unneeded = upTo;
    this.#spill.drop(upTo);
  }

  /** Makes room. */
  dropOldest(): void {
    this.#spill.dropOldest();
  }

  dispose(): void {
    if (this.log.archive === this) this.log.archive = undefined;
    this.#spill.clear();
  }
}
