import type { Entry } from './entry.ts';

/** Bytes that may be on their way to a viewer without an acknowledgement. DESIGN section 3, invariant 2. */
export const WINDOW_BYTES = 262_144;
/**
 * What is on its way is remembered in lumps of about so many bytes: an entry may have few, and there may be thousands on their way. A lump counts until
 * the last entry in it is acknowledged.
 */
const LUMP_BYTES = WINDOW_BYTES / 32;
/** Milliseconds between two snapshots to the same viewer: a frame. */
export const SNAPSHOT_INTERVAL_MS = 16;

/**
 * How one viewer stands. `sending`: it gets every entry. `skipping`: it fell behind (or the size changed under it) and gets nothing
 * until it has drained; then one snapshot stands for all it missed.
 */
export interface FlowState {
  readonly state: 'sending' | 'skipping';
  /** Newest entry that was sent, or that a sent snapshot stands for; 0 before the first. */
  readonly sentSeq: number;
  readonly ackedSeq: number;
  /** What is on its way, oldest first, in lumps: `seq` is the newest entry of each. */
  readonly unacked: readonly { readonly seq: number; readonly bytes: number }[];
  readonly unackedBytes: number;
  /** When the last snapshot went out; undefined before the first. */
  readonly snapshotAt: number | undefined;
}

export type FlowMode = 'screen' | 'log';

export type OfferDecision = 'send' | 'skip';

/** `wait`: nothing to do now (still draining, or nothing missed). `snapshot`: send one at that time, on the clock of the caller. */
export type SnapshotDecision = { readonly kind: 'wait' } | { readonly kind: 'snapshot'; readonly at: number };

/** A viewer that has seen everything up to `seq`. */
export function newFlow(seq: number): FlowState {
  return { state: 'sending', sentSeq: seq, ackedSeq: seq, unacked: [], unackedBytes: 0, snapshotAt: undefined };
}

/** A viewer that has seen nothing that is of use: its first message is a snapshot, as soon as it is asked for. */
export function newSkippingFlow(seq: number): FlowState {
  return { ...newFlow(seq), state: 'skipping' };
}

function sizeOf(entry: Entry): number {
  return entry.kind === 'output' || entry.kind === 'error' ? entry.bytes.length : 0;
}

function sent(flow: FlowState, seq: number, bytes: number): FlowState {
  const { unacked, snapshotAt } = flow;
  const last = unacked.at(-1);
  const joins = last !== undefined && last.bytes + bytes <= LUMP_BYTES;
  const lump = { seq, bytes: joins ? last.bytes + bytes : bytes };
  return {
    state: 'sending',
    sentSeq: seq,
    ackedSeq: flow.ackedSeq,
    unacked: joins ? [...unacked.slice(0, -1), lump] : [...unacked, lump],
    unackedBytes: flow.unackedBytes + bytes,
    snapshotAt,
  };
}

/**
 * A new entry. What a resize does to a screen depends on its scrollback, which a viewer has not: it is skipped, and a snapshot
 * follows. A viewer of mode `log` wants every entry; it is held back the same way, and goes on from the log when it has drained.
 */
export function offerEntry(flow: FlowState, entry: Entry, mode: FlowMode = 'screen'): [FlowState, OfferDecision] {
  if (flow.state === 'skipping') return [flow, 'skip'];
  if (mode === 'screen' && entry.kind === 'resize') return [{ ...flow, state: 'skipping' }, 'skip'];
  const bytes = sizeOf(entry);
  if (flow.unackedBytes > 0 && flow.unackedBytes + bytes > WINDOW_BYTES)
    return [{ ...flow, state: 'skipping' }, 'skip'];
  return [sent(flow, entry.seq, bytes), 'send'];
}

/**
 * A cumulative acknowledgement. Numbers that were never sent, or are older than the last, change nothing. The same number again may mean
 * something new: a snapshot stands for the entry that was newest when the viewer came, or when it had drained.
 */
export function acknowledgeEntries(flow: FlowState, seq: number): FlowState {
  if (seq < flow.ackedSeq || seq > flow.sentSeq) return flow;
  const unacked = flow.unacked.filter((sending) => sending.seq > seq);
  let unackedBytes = 0;
  for (const sending of unacked) unackedBytes += sending.bytes;
  return { ...flow, ackedSeq: seq, unacked, unackedBytes };
}

/** Ask after every acknowledgement and every skipped entry, and again at the time it names. `intervalMs`: from one snapshot to the next. */
export function nextSnapshot(flow: FlowState, now: number, intervalMs = SNAPSHOT_INTERVAL_MS): SnapshotDecision {
  if (flow.state !== 'skipping' || flow.unacked.length > 0) return { kind: 'wait' };
  return {
    kind: 'snapshot',
    at: flow.snapshotAt === undefined ? now : Math.max(now, flow.snapshotAt + intervalMs),
  };
}

/** A snapshot of so many bytes went out; it stands for everything up to `seq`. */
export function snapshotSent(flow: FlowState, seq: number, bytes: number, now: number): FlowState {
  return { ...sent(flow, seq, bytes), snapshotAt: now };
}

/**
 * A reader of the log that was held back goes on when half of the window is free: it will be offered the entries after `sentSeq` again. The same
 * object: not yet.
 */
export function resumeFlow(flow: FlowState): FlowState {
  return flow.unackedBytes > WINDOW_BYTES / 2 ? flow : { ...flow, state: 'sending' };
}
