import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../src/core/index.ts';
import { OutputQueue } from '../../../src/hub/store/output-queue.ts';
import { packEntries, unpackEntries } from '../../../src/hub/store/pack.ts';

const text = (seq: number, bytes = 10): Entry => ({ kind: 'output', bytes: new Uint8Array(bytes).fill(seq), seq });
const LIMITS = { pendingBytes: 1000, keptBytes: 4000 };
const picture = { cols: 80, rows: 24, bytes: Uint8Array.of(1, 2, 3) };

describe('packed entries', () => {
  const body = fc.oneof(
    fc.record({ kind: fc.constantFrom('output' as const, 'error' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
    fc.record({ kind: fc.constant('resize' as const), cols: fc.nat(10_000), rows: fc.nat(10_000) }),
    fc.record({ kind: fc.constant('mark' as const), mark: fc.string({ unit: 'grapheme' }) }),
  );

  it('come out as they went in, numbered', () => {
    fc.assert(
      fc.property(fc.array(body, { maxLength: 20 }), fc.integer({ min: 1, max: 1e9 }), (bodies, first) => {
        const entries = bodies.map((one, i) => ({ ...one, seq: first + i })) as Entry[];
        expect(unpackEntries(packEntries(entries), first)).toEqual(entries);
      }),
    );
  });

  it('that were cut short end before the cut, and do not throw', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 8 }), fc.nat(), (bodies, cut) => {
        const entries = bodies.map((one, i) => ({ ...one, seq: i + 1 })) as Entry[];
        const packed = packEntries(entries);
        const back = unpackEntries(packed.subarray(0, cut % packed.length), 1);
        expect(back).toEqual(entries.slice(0, back.length));
        expect(back.length).toBeLessThan(entries.length);
      }),
    );
  });
});

describe('output on its way to the disk', () => {
  it('is handed over in order, with the epoch first', () => {
    const queue = new OutputQueue('s', LIMITS);
    for (const seq of [1, 2, 3]) queue.append('e', text(seq), 0);
    expect(queue.pending).toBe(true);
    const { changes } = queue.take();
    expect(changes).toMatchObject([
      { type: 'epoch', id: 's', epoch: 'e' },
      { type: 'entries', first: 1, last: 3 },
    ]);
    expect(queue.pending).toBe(false);
    queue.append('e', text(4), 0);
    expect(queue.take().changes).toMatchObject([{ type: 'entries', first: 4, last: 4 }]);
  });

  it('counts what the disk has not acknowledged against the bound, and drops the queue beyond it', () => {
    const queue = new OutputQueue('s', LIMITS);
    queue.append('e', text(1, 600), 0);
    const { done } = queue.take();
    queue.append('e', text(2, 300), 5);
    queue.append('e', text(3, 300), 7);
    expect(queue.lost).toEqual({ since: 7, lastAt: 7 });
    expect(queue.take().changes).toEqual([
      { type: 'epoch', id: 's', epoch: 'e' },
      { type: 'lost', id: 's', epoch: 'e', after: 1 },
    ]);
    done();
    queue.append('e', text(4), 9);
    expect(queue.pending).toBe(false);
    expect(queue.lost).toEqual({ since: 7, lastAt: 9 });
  });

  it('goes on after a checkpoint, and not before', () => {
    const queue = new OutputQueue('s', LIMITS);
    queue.append('e', text(1, 2000), 0);
    expect(queue.lost).toBeDefined();
    queue.append('e', text(2), 0);
    queue.checkpoint('e', 2, picture);
    expect(queue.lost).toBeUndefined();
    queue.append('e', text(3), 0);
    expect(queue.take().changes).toMatchObject([
      { type: 'epoch' },
      { type: 'checkpoint', seq: 2, cols: 80, rows: 24 },
      { type: 'entries', first: 3, last: 3 },
    ]);
  });

  it('asks for a checkpoint when much was kept since the last one, though the disk keeps up', () => {
    const queue = new OutputQueue('s', LIMITS);
    let seq = 0;
    while (!queue.lost) {
      queue.append('e', text(++seq, 395), 0);
      queue.take().done();
    }
    expect(seq).toBe(11);
    queue.checkpoint('e', seq, picture);
    queue.append('e', text(seq + 1, 395), 0);
    expect(queue.lost).toBeUndefined();
  });

  it('that jumps in number counts as lost', () => {
    const queue = new OutputQueue('s', LIMITS);
    queue.append('e', text(1), 0);
    queue.append('e', text(3), 0);
    expect(queue.take().changes).toContainEqual({ type: 'lost', id: 's', epoch: 'e', after: 0 });
  });

  it('of a new run drops what waited of the one before', () => {
    const queue = new OutputQueue('s', LIMITS);
    queue.append('e', text(1), 0);
    queue.append('f', text(1), 0);
    expect(queue.take().changes).toMatchObject([
      { type: 'epoch', epoch: 'f' },
      { type: 'entries', epoch: 'f', first: 1, last: 1 },
    ]);
  });
});
