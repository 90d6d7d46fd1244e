import type { Entry, EntryBody } from './entry.ts';

export interface LogLimits {
  /** Payload kept, in bytes. The newest entry is kept whatever its size. */
  readonly limitBytes: number;
  /** Entries kept: each costs some 200 bytes beside its payload. */
  readonly limitEntries: number;
}

export const DEFAULT_LOG_LIMITS: LogLimits = { limitBytes: 2 * 1024 * 1024, limitEntries: 65_536 };

/**
 * Payloads are copied into slabs of this size, so that thousands of small entries don't cost an ArrayBuffer each (about 200 bytes
 * outside the heap). A slab is freed with the last entry in it: at most one slab more than the limit is held at either end.
 */
const SLAB_BYTES = 65_536;

/**
 * The numbered output of one epoch. Lossless up to its bounds: beyond them the oldest entries go, and whoever asks for those is
 * told so (`from` gives undefined), which becomes a gap and a snapshot.
 */
export class OutputLog {
  readonly #limits: LogLimits;
  /** A queue: entries before #head are gone. Compacted when half of it is. */
  #entries: (Entry | undefined)[] = [];
  #head = 0;
  #first = 1;
  #last = 0;
  #bytes = 0;
  #slab = new Uint8Array(0);
  #used = 0;

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

  /** Numbers an entry and keeps a copy of its bytes. Entries are never merged: numbers stay what they were. */
  append(body: EntryBody): Entry {
    const seq = ++this.#last;
    const entry: Entry =
      body.kind === 'output' || body.kind === 'error'
        ? { kind: body.kind, bytes: this.#keep(body.bytes), seq }
        : { ...body, seq };
    this.#entries.push(entry);
    this.#bytes += sizeOf(entry);
    while (
      this.#first < this.#last &&
      (this.#bytes > this.#limits.limitBytes || this.#last - this.#first >= this.#limits.limitEntries)
    ) {
      this.#drop();
    }
    return entry;
  }

  /** Entries after a number, oldest first; undefined when some of them are gone. */
  from(afterSeq: number): Entry[] | undefined {
    if (afterSeq < this.#first - 1) return undefined;
    return this.#entries.slice(this.#head + Math.max(0, afterSeq - this.#first + 1)) as Entry[];
  }

  #drop(): void {
    this.#bytes -= sizeOf(this.#entries[this.#head]!);
    this.#entries[this.#head++] = undefined;
    this.#first++;
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries.splice(0, this.#head);
      this.#head = 0;
    }
  }

  #keep(bytes: Uint8Array): Uint8Array {
    // Plain views, whatever kind of array the bytes came in.
    if (bytes.length > SLAB_BYTES / 4) return new Uint8Array(bytes);
    if (this.#used + bytes.length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const kept = this.#slab.subarray(this.#used, this.#used + bytes.length);
    kept.set(bytes);
    this.#used += bytes.length;
    return kept;
  }
}

function sizeOf(entry: Entry): number {
  return entry.kind === 'output' || entry.kind === 'error' ? entry.bytes.length : 0;
}
