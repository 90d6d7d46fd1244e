import {
  acknowledgeEntries,
  type Clock,
  copyOf,
  type Entry,
  type FlowState,
  newFlow,
  newSkippingFlow,
  nextSnapshot,
  offerEntry,
  type Position,
  replay,
  type Screen,
  type Session,
  SNAPSHOT_INTERVAL_MS,
  snapshotSent,
  type Timer,
  WINDOW_BYTES,
} from '../core/index.ts';
import type { Flow, Send } from './flow.ts';
import { sendEntry } from './send-entry.ts';

/** So many chunks in a burst go out one by one, at once: an echo, a prompt, a redraw. */
const BURST_CHUNKS = 4;
/** A burst is over after this long; what comes in one beyond the first chunks is gathered as long. */
const BURST_MS = 1;
/**
 * Output that a viewer is sent between two snapshots of a flood; what comes beyond it within a frame nobody can see, and it need not be parsed
 * twice. Measured: at 64 KiB and more the viewer parses the whole flood, and takes the time from the hub.
 */
const FRAME_BYTES = 32 * 1024;
/** Gathered output goes out at the latest when there is this much. */
const GATHER_BYTES = 32 * 1024;

/**
 * A session sends at most a thousand snapshots a second, however many watch: beyond 16 viewers each gets them less often, down to ten a second. A
 * hundred viewers at 60 a second took most of a core, and everybody else waited for it.
 */
const SNAPSHOT_MS_A_VIEWER = 1;
const MAX_INTERVAL_MS = 100;

/** Viewers of one flood get their snapshots at the same moments, so that one is made for all of them. */
const SNAPSHOT_GRID_MS = 8;

interface Gathered {
  readonly kind: 'output' | 'error';
  readonly first: number;
  seq: number;
  readonly chunks: Uint8Array[];
  bytes: number;
}

/** The newest state for one viewer: deltas while it keeps up, else a snapshot when it has drained (core/output/flow.ts decides). */
export class ScreenFlow implements Flow {
  readonly #session: Session;
  readonly #send: Send;
  readonly #clock: Clock;
  #flow: FlowState = unseen(0);
  /** Of this epoch; false: what came before was never shown to this viewer, so a snapshot leaves nothing out. */
  #seen = false;
  #gathered: Gathered | undefined;
  #burst = 0;
  #burstTimer: Timer | undefined;
  #snapshotTimer: Timer | undefined;
  #closed = false;
  /** A frame begins with a snapshot, or with the first byte after a pause. */
  #frameAt = Number.NEGATIVE_INFINITY;
  /** Output since then, sent or not. */
  #frameBytes = 0;
  /** The frame before this one had more than a frame can take: this one begins with nothing but its snapshot. */
  #flooding = false;

  constructor(session: Session, send: Send, clock: Clock) {
    this.#session = session;
    this.#send = send;
    this.#clock = clock;
  }

  start(after: Position | undefined): void {
    const { epoch, log } = this.#session;
    const how = replay(after, log, epoch, 'screen');
    const size = how.kind === 'delta' ? how.entries.reduce((sum, entry) => sum + bytesOf(entry), 0) : 0;
    if (how.kind === 'delta' && after && size <= WINDOW_BYTES) {
      this.#seen = true;
      this.#flow = newFlow(after.seq);
      for (const entry of how.entries) this.entry(entry);
      return;
    }
    this.#seen = after?.epoch === epoch;
    this.#flow = unseen(this.#seen && after ? Math.min(after.seq, log.last) : log.last);
    this.#maybeSnapshot();
  }

  entry(entry: Entry): void {
    if (this.#flow.state === 'skipping') {
      // The hot path of a flood: a thousand times a frame, for each viewer.
      this.#frameBytes += bytesOf(entry);
      if (this.#flow.unacked.length === 0) this.#maybeSnapshot();
      return;
    }
    if (this.#tooMuch(entry)) this.#flow = { ...this.#flow, state: 'skipping' };
    const [flow, decision] = offerEntry(this.#flow, entry);
    this.#flow = flow;
    if (decision === 'send') {
      if (entry.kind === 'output' || entry.kind === 'error') this.#output(entry);
      else {
        this.#flush();
        sendEntry(this.#send, this.#session.epoch, entry);
      }
    } else {
      if (this.#gathered) this.#flush();
      this.#maybeSnapshot();
    }
  }

  get #intervalMs(): number {
    return Math.min(MAX_INTERVAL_MS, Math.max(SNAPSHOT_INTERVAL_MS, this.#session.viewers * SNAPSHOT_MS_A_VIEWER));
  }

  /** Is this entry more than a frame can take? */
  #tooMuch(entry: Entry): boolean {
    const now = this.#clock.now();
    if (now - this.#frameAt >= SNAPSHOT_INTERVAL_MS) this.#beginFrame(now);
    this.#frameBytes += bytesOf(entry);
    return this.#flooding || this.#frameBytes > FRAME_BYTES;
  }

  #beginFrame(now: number): void {
    this.#flooding = this.#frameBytes > FRAME_BYTES;
    this.#frameAt = now;
    this.#frameBytes = 0;
  }

  restarted(): void {
    this.#gathered = undefined;
    this.#snapshotTimer?.cancel();
    this.#snapshotTimer = undefined;
    this.#seen = false;
    this.#flow = unseen(0);
    this.#maybeSnapshot();
  }

  acknowledged(epoch: string, seq: number): void {
    if (epoch !== this.#session.epoch) return;
    this.#flow = acknowledgeEntries(this.#flow, seq);
    this.#maybeSnapshot();
  }

  close(): void {
    this.#closed = true;
    this.#gathered = undefined;
    this.#burstTimer?.cancel();
    this.#snapshotTimer?.cancel();
  }

  #output(entry: Extract<Entry, { bytes: Uint8Array }>): void {
    this.#burstTimer ??= this.#clock.after(BURST_MS, () => this.#endBurst());
    this.#burst += 1;
    if (this.#burst <= BURST_CHUNKS) {
      this.#send(this.#session.epoch, entry.seq, { kind: entry.kind }, entry.bytes);
      return;
    }
    if (this.#gathered?.kind !== entry.kind) this.#flush();
    this.#gathered ??= { kind: entry.kind, first: entry.seq, seq: entry.seq, chunks: [], bytes: 0 };
    this.#gathered.chunks.push(copyOf(entry.bytes));
    this.#gathered.bytes += entry.bytes.length;
    this.#gathered.seq = entry.seq;
    if (this.#gathered.bytes >= GATHER_BYTES) this.#flush();
  }

  /** A burst that goes on is a flood: its chunks are gathered until it pauses. */
  #endBurst(): void {
    this.#burstTimer = undefined;
    if (this.#closed) return;
    if (this.#gathered) {
      this.#flush();
      this.#burst = BURST_CHUNKS;
      this.#burstTimer = this.#clock.after(BURST_MS, () => this.#endBurst());
    } else this.#burst = 0;
  }

  #flush(): void {
    const gathered = this.#gathered;
    if (!gathered) return;
    this.#gathered = undefined;
    const { kind, first, seq, chunks } = gathered;
    const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    this.#send(this.#session.epoch, seq, first === seq ? { kind } : { kind, first }, bytes);
  }

  #maybeSnapshot(): void {
    if (this.#closed || this.#snapshotTimer) return;
    const now = this.#clock.now();
    const decision = nextSnapshot(this.#flow, now, this.#intervalMs);
    if (decision.kind === 'wait') return;
    if (decision.at <= now) this.#snapshot(now);
    else {
      const at = Math.ceil(decision.at / SNAPSHOT_GRID_MS) * SNAPSHOT_GRID_MS;
      this.#snapshotTimer = this.#clock.after(at - now, () => {
        this.#snapshotTimer = undefined;
        this.#maybeSnapshot();
      });
    }
  }

  #snapshot(now: number): void {
    const { screen, log, epoch } = this.#session;
    const seq = log.last;
    const from = this.#flow.sentSeq + 1;
    const gap = this.#seen && from <= seq ? { gap: { from, to: seq } } : {};
    const bytes = snapshotOf(screen);
    this.#seen = true;
    this.#beginFrame(now);
    this.#flow = snapshotSent(this.#flow, seq, bytes.length, now);
    this.#send(epoch, seq, { kind: 'snapshot', cols: screen.cols, rows: screen.rows, ...gap }, bytes);
  }
}

/** Larger snapshots (a screen of some ten thousand cells, each with colours of its own) are not kept: they would stay until the next one. */
const SHARED_SNAPSHOT_BYTES = 1024 * 1024;

/** The last snapshot of each screen, for other viewers at the same moment. */
const snapshots = new WeakMap<Screen, { readonly version: number; readonly bytes: Uint8Array }>();

function snapshotOf(screen: Screen): Uint8Array {
  const last = snapshots.get(screen);
  if (last?.version === screen.version) return last.bytes;
  const bytes = screen.snapshot();
  if (bytes.length <= SHARED_SNAPSHOT_BYTES) snapshots.set(screen, { version: screen.version, bytes });
  return bytes;
}

/** Nothing is acknowledged yet, not even the beginning: the first snapshot may be at 0. */
function unseen(seq: number): FlowState {
  return { ...newSkippingFlow(seq), ackedSeq: -1 };
}

function bytesOf(entry: Entry): number {
  return entry.kind === 'output' || entry.kind === 'error' ? entry.bytes.length : 0;
}
