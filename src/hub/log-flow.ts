import {
  acknowledgeEntries,
  type Entry,
  type Epoch,
  type FlowState,
  newFlow,
  offerEntry,
  PAST_EPOCHS,
  type Position,
  replay,
  resumeFlow,
  type Session,
  snapshotSent,
} from '../core/index.ts';
import type { FeedOptions } from './context.ts';
import type { Flow, Send } from './flow.ts';
import { sendBeginning, sendEntry } from './send-entry.ts';

export type LogFlowOptions = Pick<FeedOptions, 'history' | 'entries'>;

/** Epochs of which a slow reader has still to read; each keeps its log in memory. Of more, those between the oldest and the newest are left out. */
const MAX_EPOCHS = PAST_EPOCHS + 1;

/** Entries that are looked up at a time: the window seldom has room for more, and a log may have tens of thousands. */
const AT_ONCE = 512;

/**
 * Every entry in order, of one epoch after the other. Nobody waits for a reader that falls behind, or is away: it goes on from the logs, and what these had
 * to drop is a gap.
 */
export class LogFlow implements Flow {
  readonly #session: Session;
  readonly #send: Send;
  readonly #history: boolean;
  readonly #entries: boolean;
  /** The first is the one being read; the last is the session's own. */
  readonly #epochs: Epoch[];
  /** Some between the first and the second were left out. */
  #leftOut = false;
  #flow: FlowState = newFlow(0);
  #closed = false;

  /** `history`: snapshots bring the scrollback along. `entries`: there are none, all that is kept is sent. */
  constructor(session: Session, send: Send, { history = false, entries = false }: LogFlowOptions = {}) {
    this.#session = session;
    this.#history = history;
    this.#entries = entries;
    this.#send = send;
    this.#epochs = [session.epochs.at(-1)!];
  }

  /** Whoever was in an epoch that is over reads the rest of that first; of one that nobody here knows any more, all epochs that are known. */
  start(after: Position | undefined): void {
    const all = this.#session.epochs;
    if (after)
      this.#epochs.splice(
        0,
        1,
        ...all.slice(
          Math.max(
            0,
            all.findIndex(({ id }) => id === after.epoch),
          ),
        ),
      );
    const epoch = this.#epochs[0]!;
    const { id, log } = epoch;
    const isOver = this.#epochs.length > 1;
    // What is to be had is read when it is sent: it may be on the disk, and more than memory holds.
    const there = { first: log.first, last: log.last, from: (seq: number) => (log.has(seq) ? [] : undefined) };
    const how = replay(after, there, id, 'log');
    if (after && after.epoch !== id) this.#begin(epoch, after);
    else if (after && (how.kind === 'delta' || (isOver && after.seq >= log.last))) this.#flow = newFlow(after.seq);
    else if (how.kind === 'delta') this.#begin(epoch);
    else this.#gap(epoch, how.gap);
    this.#catchUp();
  }

  entry(entry: Entry): void {
    // While an older epoch is read, or the reader is behind, the log has it.
    if (this.#epochs.length > 1 || this.#flow.state === 'skipping') return;
    this.#offer(this.#epochs[0]!, entry);
  }

  restarted(): void {
    this.#epochs.push(this.#session.epochs.at(-1)!);
    if (this.#epochs.length > MAX_EPOCHS) {
      this.#epochs.splice(1, this.#epochs.length - MAX_EPOCHS);
      this.#leftOut = true;
    }
    this.#catchUp();
  }

  acknowledged(epoch: string, seq: number): void {
    if (epoch !== this.#epochs[0]!.id) return;
    this.#flow = acknowledgeEntries(this.#flow, seq);
    this.#catchUp();
  }

  close(): void {
    this.#closed = true;
  }

  #begin(epoch: Epoch, lostAfter?: Position): void {
    this.#flow = newFlow(0);
    sendBeginning(this.#send, epoch, lostAfter);
  }

  #offer(epoch: Epoch, entry: Entry): boolean {
    const [flow, decision] = offerEntry(this.#flow, entry, 'log');
    this.#flow = flow;
    if (decision === 'skip') return false;
    sendEntry(this.#send, epoch.id, entry);
    return true;
  }

  /** Sends what the logs have, until the window is full or nothing is left. */
  #catchUp(): void {
    while (!this.#closed) {
      const epoch = this.#epochs[0]!;
      const { id, log } = epoch;
      if (this.#flow.state === 'skipping') {
        this.#flow = resumeFlow(this.#flow);
        if (this.#flow.state === 'skipping') return;
      }
      const entries = log.from(this.#flow.sentSeq, AT_ONCE);
      if (!entries) {
        this.#gap(epoch, { from: this.#flow.sentSeq + 1, to: log.last });
        continue;
      }
      for (const entry of entries) if (!this.#offer(epoch, entry)) return;
      if (entries.length > 0 && this.#flow.sentSeq < log.last) continue;
      if (this.#epochs.length === 1) return;
      this.#epochs.shift();
      const lost = epoch.cut || this.#leftOut ? { epoch: id, seq: this.#flow.sentSeq } : undefined;
      this.#leftOut = false;
      const next = this.#epochs[0]!;
      // A mirror whose picture was replaced: the same epoch, with a gap.
      if (next.id !== id) this.#begin(next, lost);
    }
  }

  /** The log no longer has what comes next: the screen that it led to stands for it, or nothing where entries are wanted. */
  #gap(epoch: Epoch, gap: { from: number; to: number } | undefined): void {
    const { first, last } = epoch.log;
    if (this.#entries && gap && first <= last) {
      const to = first - 1;
      this.#flow = newFlow(to);
      sendBeginning(this.#send, epoch, undefined, { from: gap.from, to });
      return;
    }
    const { cols, rows, bytes } = epoch.picture(this.#history);
    const seq = epoch.log.last;
    this.#flow = snapshotSent({ ...newFlow(seq), ackedSeq: seq - 1 }, seq, bytes.length, 0);
    this.#send(epoch.id, seq, { kind: 'snapshot', cols, rows, ...(gap ? { gap } : {}) }, bytes);
  }
}
