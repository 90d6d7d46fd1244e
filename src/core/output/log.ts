import type { Entry, EntryBody } from './entry.ts';
import { type Kept, Slabs } from './slabs.ts';

export interface LogLimits {
  /** Payload kept, in bytes. The newest entry is kept whatever its size. */
  readonly limitBytes: number;
  /** Entries kept: each costs some 200 bytes beside its payload. */
  readonly limitEntries: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = { limitBytes: 2 * 1024 * 1024, limitEntries: 65_536 };

/** Takes what a log has no room for, in order and without holes, and gives it back. */
export interface LogArchive {
  put(entry: Entry): void;
  /** Is everything after this number here, up to where the log begins? */
  has(afterSeq: number): boolean;
  /** Some of what comes after this number; undefined when it is not here. */
  from(afterSeq: number, most: number): Entry[] | undefined;
}

/** An entry as it is kept. */
type Row = { readonly kind: 'output' | 'error'; readonly kept: Kept } | Exclude<EntryBody, { bytes: Uint8Array }>;

/**
 * The numbered output of one epoch. Lossless up to its bounds: beyond them the oldest entries go, and whoever asks for those is
 * told so (`from` gives undefined), which becomes a gap and a snapshot.
 */
export class OutputLog {
  /** Absent: what goes is gone. */
  archive: LogArchive | undefined;
  readonly #limits: LogLimits;
  readonly #slabs = new Slabs();
  /** A queue: entries before #head are gone. Compacted when half of it is. */
  #rows: (Row | undefined)[] = [];
  #head = 0;
  #first = 1;
  #last = 0;
  #bytes = 0;

  /** `after`: number of the newest entry that was before this log; what is restored from a store goes on from there. */
  constructor(limits: Partial<LogLimits> = {}, after = 0) {
    this.#limits = { ...DEFAULT_LOG_LIMITS, ...limits };
    this.#first = after + 1;
    this.#last = after;
  }

  /** Number of the oldest entry that is kept; `last + 1` when there is none. */
  get first(): number {
    return this.#first;
  }

  /** Number of the newest entry; 0 before the first. */
  get last(): number {
    return this.#last;
  }

  /** Payload held, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Numbers an entry and keeps a copy of its bytes. The entry it returns has those that were given: they are good for as long as they are to whoever
   * gave them, which is mostly this turn (`copyOf`). Entries are never merged: numbers stay what they were.
   */
  append(body: EntryBody): Entry {
    const seq = ++this.#last;
    let entry: Entry;
    if (body.kind === 'output' || body.kind === 'error') {
      const { kind, bytes } = body;
      this.#rows.push({ kind, kept: this.#slabs.keep(bytes) });
      this.#bytes += bytes.length;
      entry = { kind, bytes, seq };
    } else {
      this.#rows.push(body);
      entry = { ...body, seq };
    }
    while (
      this.#first < this.#last &&
      (this.#bytes > this.#limits.limitBytes || this.#last - this.#first >= this.#limits.limitEntries)
    ) {
      this.#drop();
    }
    return entry;
  }

  /** Is everything after this number to be had? */
  has(afterSeq: number): boolean {
    return afterSeq >= this.#first - 1 || this.archive?.has(afterSeq) === true;
  }

  /**
   * Entries after a number, oldest first, at most so many (what an archive has comes in several goes); undefined when some of them are gone.
   */
  from(afterSeq: number, most = Number.POSITIVE_INFINITY): Entry[] | undefined {
    if (afterSeq < this.#first - 1) return this.archive?.from(afterSeq, most);
    const skipped = Math.max(0, afterSeq - this.#first + 1);
    const start = this.#head + skipped;
    return this.#rows.slice(start, start + most).map((row, i) => this.#entry(row!, this.#first + skipped + i));
  }

  /** What it has in memory goes, to the archive where there is one. Its numbers stay. */
  clear(): void {
    while (this.#first <= this.#last) this.#drop();
  }

  #entry(row: Row, seq: number): Entry {
    return 'kept' in row ? { kind: row.kind, seq, bytes: this.#slabs.read(row.kept) } : { ...row, seq };
  }

  #drop(): void {
    const row = this.#rows[this.#head]!;
    this.archive?.put(this.#entry(row, this.#first));
    this.#rows[this.#head++] = undefined;
    this.#first++;
    if ('kept' in row) {
      this.#bytes -= row.kept.length;
      this.#slabs.drop(row.kept);
    }
    if (this.#head > 1024 && this.#head * 2 > this.#rows.length) {
      this.#rows.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
