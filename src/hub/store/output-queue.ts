import { copyOf, type Entry } from '../../core/index.ts';
import type { Change } from './messages.ts';
import { packEntries, packedBytes } from './pack.ts';

export interface OutputLimits {
  /** Output of one session that waits for the disk; at the limit it counts as lost (see OutputQueue). */
  readonly pendingBytes: number;
  /** Output of one session kept since its last checkpoint; at the limit likewise. */
  readonly keptBytes: number;
}

export const OUTPUT_LIMITS: OutputLimits = { pendingBytes: 1024 * 1024, keptBytes: 8 * 1024 * 1024 };

/**
 * Output of one session on its way to the disk.
 *
 * A flood is not written: when more than 1 MiB waits, or more than 8 MiB was kept since the last checkpoint, what waits is dropped, nothing more
 * is taken, and the database notes where the gap begins. A checkpoint (the screen with its history) then takes the place of all of
 * it, once the session has been quiet for 250 ms, or after 10 s at most. A hub killed in between brings the session back as it
 * was before the flood, with the gap marked.
 */
export class OutputQueue {
  readonly id: string;
  epoch = '';
  /** Number of the newest entry given to this queue and not lost. */
  #newest = 0;
  #queue: Entry[] = [];
  #queuedBytes = 0;
  #sentBytes = 0;
  #keptBytes = 0;
  #changes: Change[] = [];
  /** Since when entries are dropped, and when the last one came; undefined: nothing is lost. */
  lost: { since: number; lastAt: number } | undefined;
  readonly #limits: OutputLimits;

  constructor(id: string, limits: OutputLimits) {
    this.id = id;
    this.#limits = limits;
  }

  get pending(): boolean {
    return this.#queue.length > 0 || this.#changes.length > 0;
  }

  append(epoch: string, entry: Entry, now: number): void {
    if (epoch !== this.epoch) this.#begin(epoch);
    if (this.lost) {
      this.lost.lastAt = now;
      return;
    }
    const bytes = packedBytes(entry);
    const full =
      this.#queuedBytes + this.#sentBytes + bytes > this.#limits.pendingBytes ||
      this.#keptBytes + bytes > this.#limits.keptBytes;
    if (full || entry.seq !== this.#newest + 1) {
      this.lose(now);
      return;
    }
    this.#queue.push('bytes' in entry ? { ...entry, bytes: copyOf(entry.bytes) } : entry);
    this.#queuedBytes += bytes;
    this.#keptBytes += bytes;
    this.#newest = entry.seq;
  }

  /** It was kept up to `seq`, by an earlier hub, and goes on from there. */
  resume(epoch: string, seq: number): void {
    this.epoch = epoch;
    this.#newest = seq;
  }

  /** What is kept ends before what waits now. */
  lose(now: number): void {
    if (this.lost) return;
    const after = this.#queue[0] ? this.#queue[0].seq - 1 : this.#newest;
    this.#queue = [];
    this.#queuedBytes = 0;
    // The epoch once more: a batch that failed may have been the one that began it.
    this.#changes.push({ type: 'epoch', id: this.id, epoch: this.epoch });
    this.#changes.push({ type: 'lost', id: this.id, epoch: this.epoch, after });
    this.lost = { since: now, lastAt: now };
  }

  /** A picture that stands for all entries up to `seq`. */
  checkpoint(epoch: string, seq: number, picture: { cols: number; rows: number; bytes: Uint8Array }): void {
    if (epoch !== this.epoch) this.#begin(epoch);
    this.#queue = this.#queue.filter((entry) => entry.seq > seq);
    this.#queuedBytes = this.#queue.reduce((sum, entry) => sum + packedBytes(entry), 0);
    this.#keptBytes = this.#queuedBytes;
    this.#newest = this.#queue.at(-1)?.seq ?? seq;
    this.lost = undefined;
    this.#changes = this.#changes.filter(({ type }) => type === 'epoch').slice(0, 1);
    this.#changes.push({ type: 'checkpoint', id: this.id, epoch, seq, ...picture });
  }

  /** Hands over what waits; `done` when the disk has it. */
  take(): { changes: Change[]; done: () => void; saved?: { sessionId: string; epoch: string; seq: number } } {
    const changes = this.#changes;
    const first = this.#queue[0];
    // What was lost ends what is kept; a picture stands for all before it.
    const picture = changes.findLast(({ type }) => type === 'checkpoint');
    const seq = this.#queue.at(-1)?.seq ?? (picture?.type === 'checkpoint' ? picture.seq : undefined);
    if (first) {
      const last = this.#queue.at(-1)!.seq;
      const bytes = packEntries(this.#queue);
      changes.push({ type: 'entries', id: this.id, epoch: this.epoch, first: first.seq, last, bytes });
    }
    const sent = this.#queuedBytes;
    this.#sentBytes += sent;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#changes = [];
    return {
      changes,
      ...(seq === undefined ? {} : { saved: { sessionId: this.id, epoch: this.epoch, seq } }),
      done: () => {
        this.#sentBytes -= sent;
      },
    };
  }

  #begin(epoch: string): void {
    this.epoch = epoch;
    this.#newest = 0;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#keptBytes = 0;
    this.lost = undefined;
    this.#changes = [{ type: 'epoch', id: this.id, epoch }];
  }
}
