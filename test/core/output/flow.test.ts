import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  acknowledgeEntries,
  type FlowState,
  newFlow,
  newSkippingFlow,
  nextSnapshot,
  offerEntry,
  SNAPSHOT_INTERVAL_MS,
  snapshotSent,
  WINDOW_BYTES,
} from '../../../src/core/index.ts';

const output = (seq: number, bytes: number) => ({ kind: 'output' as const, seq, bytes: new Uint8Array(bytes) });

describe('the flow to one viewer', () => {
  it('goes on after a first snapshot that stands for the newest entry, once that is acknowledged', () => {
    let flow = snapshotSent(newSkippingFlow(7), 7, 9000, 0);
    flow = acknowledgeEntries(flow, 7);
    expect(flow.unacked).toEqual([]);
    const [skipping] = offerEntry(flow, { kind: 'resize', seq: 8, cols: 80, rows: 24 });
    expect(nextSnapshot(skipping, 5)).toEqual({ kind: 'snapshot', at: SNAPSHOT_INTERVAL_MS });
  });

  it('stops at a full window and owes exactly one snapshot when it has drained', () => {
    let flow = newFlow(0);
    let decision = 'send';
    let seq = 0;
    while (decision === 'send') [flow, decision] = offerEntry(flow, output(++seq, 4096));
    expect(seq - 1).toBe(WINDOW_BYTES / 4096);
    expect(nextSnapshot(flow, 0).kind).toBe('wait');
    flow = acknowledgeEntries(flow, seq - 1);
    expect(nextSnapshot(flow, 0)).toEqual({ kind: 'snapshot', at: 0 });
    flow = snapshotSent(flow, seq + 10, 100, 0);
    expect(nextSnapshot(flow, 100).kind).toBe('wait');
    expect(offerEntry(flow, output(seq + 11, 10))[1]).toBe('send');
  });

  it('never gets stuck: a viewer that acknowledges all it was sent is either up to date or owed a snapshot', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('output' as const), bytes: fc.integer({ min: 0, max: 100_000 }) }),
      fc.record({ kind: fc.constant('resize' as const) }),
      fc.record({ kind: fc.constant('ack' as const), part: fc.double({ min: 0, max: 1, noNaN: true }) }),
      fc.record({ kind: fc.constant('snapshot' as const) }),
    );
    fc.assert(
      fc.property(fc.boolean(), fc.integer({ min: 0, max: 50 }), fc.array(step, { maxLength: 60 }), (fresh, start, steps) => {
        let flow: FlowState = fresh ? newSkippingFlow(start) : newFlow(start);
        let seq = start;
        let now = 0;
        for (const s of steps) {
          now += 1;
          if (s.kind === 'output') [flow] = offerEntry(flow, output(++seq, s.bytes));
          else if (s.kind === 'resize') [flow] = offerEntry(flow, { kind: 'resize', seq: ++seq, cols: 1, rows: 1 });
          else if (s.kind === 'ack') flow = acknowledgeEntries(flow, Math.floor(s.part * flow.sentSeq));
          else if (nextSnapshot(flow, now).kind === 'snapshot') flow = snapshotSent(flow, seq, 5000, now);
        }
        flow = acknowledgeEntries(flow, flow.sentSeq);
        expect(flow.unacked).toEqual([]);
        if (flow.state === 'skipping') expect(nextSnapshot(flow, now).kind).toBe('snapshot');
        else expect(flow.sentSeq).toBe(seq);
      }),
      { numRuns: 500 },
    );
  });
});
