import {
  acknowledgeEntries,
  type Entry,
  type FlowState,
  newFlow,
  type OutputLog,
  offerEntry,
  type Position,
  replay,
  resumeFlow,
  type Screen,
  type Session,
  snapshotSent,
} from '../core/index.ts';
import type { Flow, Send } from './flow.ts';
import { sendBeginning, sendEntry } from './send-entry.ts';

/** One run of the process. */
interface Run {
  readonly epoch: string;
  readonly log: OutputLog;
  readonly screen: Screen;
  readonly cols: number;
  readonly rows: number;
}

/** Runs of which a slow reader has still to read; each keeps its log in memory. Of more, those between the oldest and the newest are left out. */
const MAX_RUNS = 4;

/** Entries that are looked up at a time: the window seldom has room for more, and a log may have tens of thousands. */
const AT_ONCE = 512;

/** Every entry in order. Nobody waits for a reader that falls behind: it goes on from the log, and what the log had to drop is a gap. */
export class LogFlow implements Flow {
  readonly #session: Session;
  readonly #send: Send;
  readonly #history: boolean;
  /** The first is the one being read; the last is the session's own. */
  readonly #runs: Run[];
  #flow: FlowState = newFlow(0);
  #closed = false;

  /** `history`: snapshots bring the scrollback along. */
  constructor(session: Session, send: Send, history = false) {
    this.#session = session;
    this.#history = history;
    this.#send = send;
    this.#runs = [this.#currentRun()];
  }

  start(after: Position | undefined): void {
    const run = this.#runs[0]!;
    const { log } = run;
    // What is to be had is read when it is sent: it may be on the disk, and more than memory holds.
    const there = { first: log.first, last: log.last, from: (seq: number) => (log.has(seq) ? [] : undefined) };
    const how = replay(after, there, run.epoch, 'log');
    if (after?.epoch === run.epoch && how.kind === 'delta') this.#flow = newFlow(after.seq);
    else if (how.kind === 'delta') this.#begin(run);
    else this.#gap(run, how.gap);
    this.#catchUp();
  }

  entry(entry: Entry): void {
    // While an older run is read, or the reader is behind, the log has it.
    if (this.#runs.length > 1 || this.#flow.state === 'skipping') return;
    this.#offer(this.#runs[0]!, entry);
  }

  restarted(): void {
    this.#runs.push(this.#currentRun());
    if (this.#runs.length > MAX_RUNS) this.#runs.splice(1, this.#runs.length - MAX_RUNS);
    this.#catchUp();
  }

  acknowledged(epoch: string, seq: number): void {
    if (epoch !== this.#runs[0]!.epoch) return;
    this.#flow = acknowledgeEntries(this.#flow, seq);
    this.#catchUp();
  }

  close(): void {
    this.#closed = true;
  }

  #currentRun(): Run {
    const { epoch, log, screen, cols, rows } = this.#session;
    return { epoch, log, screen, cols, rows };
  }

  #begin(run: Run): void {
    this.#flow = newFlow(0);
    sendBeginning(this.#send, run.epoch, run.cols, run.rows);
  }

  #offer(run: Run, entry: Entry): boolean {
    const [flow, decision] = offerEntry(this.#flow, entry, 'log');
    this.#flow = flow;
    if (decision === 'skip') return false;
    sendEntry(this.#send, run.epoch, entry);
    return true;
  }

  /** Sends what the log has, until the window is full or nothing is left. */
  #catchUp(): void {
    while (!this.#closed) {
      const run = this.#runs[0]!;
      if (this.#flow.state === 'skipping') {
        this.#flow = resumeFlow(this.#flow);
        if (this.#flow.state === 'skipping') return;
      }
      const entries = run.log.from(this.#flow.sentSeq, AT_ONCE);
      if (!entries) this.#gap(run, { from: this.#flow.sentSeq + 1, to: run.log.last });
      else for (const entry of entries) if (!this.#offer(run, entry)) return;
      if (entries && entries.length > 0 && this.#flow.sentSeq < run.log.last) continue;
      if (this.#runs.length === 1) return;
      this.#runs.shift();
      // A mirror whose picture was replaced: the same run, with a gap.
      if (this.#runs[0]!.epoch !== run.epoch) this.#begin(this.#runs[0]!);
    }
  }

  /** The log no longer has what comes next: the screen as it is now stands for it. */
  #gap(run: Run, gap: { from: number; to: number } | undefined): void {
    const { screen, epoch } = run;
    const bytes = screen.snapshot(this.#history ? { history: Number.MAX_SAFE_INTEGER } : {});
    const seq = run.log.last;
    this.#flow = snapshotSent({ ...newFlow(seq), ackedSeq: seq - 1 }, seq, bytes.length, 0);
    this.#send(epoch, seq, { kind: 'snapshot', cols: screen.cols, rows: screen.rows, ...(gap ? { gap } : {}) }, bytes);
  }
}
