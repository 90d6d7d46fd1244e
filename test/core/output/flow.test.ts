import { describe, expect, test } from 'vitest';
import {
  acknowledgeEntries,
  type Entry,
  type FlowState,
  newFlow,
  newSkippingFlow,
  nextSnapshot,
  offerEntry,
  resumeFlow,
  SNAPSHOT_INTERVAL_MS,
  snapshotSent,
  WINDOW_BYTES,
} from '../../../src/core/index.ts';

const output = (seq: number, size: number): Entry => ({ kind: 'output', seq, bytes: new Uint8Array(size) });
const resize = (seq: number): Entry => ({ kind: 'resize', seq, cols: 80, rows: 24 });

/** Offers entries of a size until one is skipped. Returns the flow and how many were sent. */
function fill(flow: FlowState, from: number, size: number): [FlowState, number] {
  let state = flow;
  for (let sent = 0; ; sent++) {
    const [next, decision] = offerEntry(state, output(from + sent, size));
    state = next;
    if (decision === 'skip') return [state, sent];
  }
}

describe('the flow to a viewer', () => {
  test('sends until 256 KiB are on their way, then skips', () => {
    const [flow, sent] = fill(newFlow(0), 1, 4096);
    expect(sent).toBe(WINDOW_BYTES / 4096);
    expect(flow).toMatchObject({ state: 'skipping', sentSeq: 64, unackedBytes: WINDOW_BYTES });
  });

  test('goes on when acknowledgements come in time', () => {
    let flow = newFlow(0);
    for (let seq = 1; seq < 1000; seq++) {
      const [next, decision] = offerEntry(flow, output(seq, 65_536));
      expect(decision).toBe('send');
      flow = acknowledgeEntries(next, seq);
    }
    expect(flow).toMatchObject({ state: 'sending', unackedBytes: 0, ackedSeq: 999 });
  });

  test('one entry larger than the window is sent when nothing else is on its way', () => {
    const [flow, decision] = offerEntry(newFlow(0), output(1, WINDOW_BYTES * 4));
    expect(decision).toBe('send');
    expect(offerEntry(flow, output(2, 1))[1]).toBe('skip');
  });

  test('an acknowledgement covers all before it; old and impossible ones change nothing', () => {
    const [flow] = fill(newFlow(0), 1, 65_536);
    const half = acknowledgeEntries(flow, 2);
    expect(half).toMatchObject({ ackedSeq: 2, unackedBytes: 2 * 65_536 });
    expect(acknowledgeEntries(half, 1)).toBe(half);
    expect(acknowledgeEntries(half, 99)).toBe(half);
  });

  test('a skipping viewer gets a snapshot when it has drained, not before', () => {
    let [flow] = fill(newFlow(0), 1, 65_536);
    expect(nextSnapshot(flow, 100)).toEqual({ kind: 'wait' });
    flow = acknowledgeEntries(flow, 3);
    expect(nextSnapshot(flow, 100)).toEqual({ kind: 'wait' });
    flow = acknowledgeEntries(flow, 4);
    expect(nextSnapshot(flow, 100)).toEqual({ kind: 'snapshot', at: 100 });
  });

  test('and goes on with deltas after it, the snapshot counting as on its way', () => {
    const [skipping] = fill(newFlow(0), 1, 65_536);
    const flow = snapshotSent(acknowledgeEntries(skipping, 4), 50, 10_000, 100);
    expect(flow).toMatchObject({ state: 'sending', sentSeq: 50, unackedBytes: 10_000 });
    expect(offerEntry(flow, output(51, 100))[1]).toBe('send');
    expect(acknowledgeEntries(flow, 50).unackedBytes).toBe(0);
  });

  test('snapshots are at least 16 ms apart', () => {
    let flow = snapshotSent(newSkippingFlow(0), 10, 5000, 100);
    [flow] = fill(flow, 11, 65_536);
    flow = acknowledgeEntries(flow, flow.sentSeq);
    expect(nextSnapshot(flow, 103)).toEqual({ kind: 'snapshot', at: 100 + SNAPSHOT_INTERVAL_MS });
    expect(nextSnapshot(flow, 200)).toEqual({ kind: 'snapshot', at: 200 });
  });

  test('a new viewer asks for its snapshot at once', () => {
    expect(nextSnapshot(newSkippingFlow(7), 5)).toEqual({ kind: 'snapshot', at: 5 });
    expect(offerEntry(newSkippingFlow(7), output(8, 1))[1]).toBe('skip');
  });

  test('a viewer that keeps up is sent no snapshot', () => {
    expect(nextSnapshot(newFlow(7), 5)).toEqual({ kind: 'wait' });
  });

  test('a resize makes a snapshot of what follows, but not for a reader of the log', () => {
    const [flow, decision] = offerEntry(newFlow(0), resize(1));
    expect([decision, flow.state]).toEqual(['skip', 'skipping']);
    expect(nextSnapshot(flow, 0)).toEqual({ kind: 'snapshot', at: 0 });
    expect(offerEntry(newFlow(0), resize(1), 'log')[1]).toBe('send');
  });

  test('a reader of the log is held back, and goes on where it stopped', () => {
    const [held] = fill(newFlow(0), 1, 65_536);
    const flow = resumeFlow(acknowledgeEntries(held, 4));
    expect(flow).toMatchObject({ state: 'sending', sentSeq: 4 });
    expect(offerEntry(flow, output(5, 1), 'log')[1]).toBe('send');
  });

  test('and goes on when half of the window is free: there is no snapshot to wait for', () => {
    const [held] = fill(newFlow(0), 1, 65_536);
    const quarter = acknowledgeEntries(held, 1);
    expect(resumeFlow(quarter)).toBe(quarter);
    expect(resumeFlow(acknowledgeEntries(held, 2)).state).toBe('sending');
  });

  test('thousands of small entries on their way are remembered in few lumps, and count until all of a lump is acknowledged', () => {
    const [flow, sent] = fill(newFlow(0), 1, 10);
    expect(sent).toBe(Math.floor(WINDOW_BYTES / 10));
    expect(flow.unacked.length).toBeLessThanOrEqual(64);
    const first = flow.unacked[0]!;
    expect(acknowledgeEntries(flow, first.seq - 1).unackedBytes).toBe(flow.unackedBytes);
    expect(acknowledgeEntries(flow, first.seq).unackedBytes).toBe(flow.unackedBytes - first.bytes);
    expect(acknowledgeEntries(flow, flow.sentSeq)).toMatchObject({ unackedBytes: 0, unacked: [] });
  });

  test('marks and resizes cost nothing of the window, but are acknowledged like all', () => {
    let flow = newFlow(0);
    for (let seq = 1; seq <= 10; seq++) [flow] = offerEntry(flow, { kind: 'mark', seq, mark: 'm' });
    expect(flow).toMatchObject({ state: 'sending', sentSeq: 10, unackedBytes: 0 });
    expect(acknowledgeEntries(flow, 10).unacked).toEqual([]);
  });
});
