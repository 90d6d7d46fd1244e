import { describe, expect, test } from 'vitest';
import { type Entry, OutputLog } from '../../../src/core/index.ts';

const bytes = (length: number, value = 1): Uint8Array => new Uint8Array(length).fill(value);

describe('the log of an epoch', () => {
  test('numbers entries from 1, of every kind', () => {
    const log = new OutputLog();
    expect([log.first, log.last, log.bytes]).toEqual([1, 0, 0]);
    expect(log.append({ kind: 'output', bytes: bytes(3) }).seq).toBe(1);
    expect(log.append({ kind: 'resize', cols: 80, rows: 24 })).toEqual({ kind: 'resize', cols: 80, rows: 24, seq: 2 });
    expect(log.append({ kind: 'mark', mark: 'm' }).seq).toBe(3);
    expect(log.append({ kind: 'error', bytes: bytes(2) }).seq).toBe(4);
    expect([log.first, log.last, log.bytes]).toEqual([1, 4, 5]);
  });

  test('gives what came after a number', () => {
    const log = new OutputLog();
    for (let n = 0; n < 5; n++) log.append({ kind: 'output', bytes: bytes(1, n) });
    expect(log.from(0)?.map((entry) => entry.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(log.from(3)?.map((entry) => entry.seq)).toEqual([4, 5]);
    expect(log.from(1, 2)?.map((entry) => entry.seq)).toEqual([2, 3]);
    expect(log.from(5)).toEqual([]);
    expect(log.from(99)).toEqual([]);
  });

  test('copies what it keeps: the buffer it came in may be used again', () => {
    const log = new OutputLog();
    const shared = bytes(10_000, 7);
    log.append({ kind: 'output', bytes: shared.subarray(5, 8) });
    log.append({ kind: 'output', bytes: bytes(40_000, 9) });
    log.append({ kind: 'output', bytes: shared });
    shared.fill(0);
    const kept = log.from(0)!.map((entry) => (entry.kind === 'output' ? [entry.bytes.length, entry.bytes[0]] : []));
    expect(kept).toEqual([
      [3, 7],
      [40_000, 9],
      [10_000, 7],
    ]);
  });

  test('drops its oldest entries beyond so many bytes, and says that they are gone', () => {
    const log = new OutputLog({ limitBytes: 1000 });
    for (let n = 0; n < 30; n++) log.append({ kind: 'output', bytes: bytes(100) });
    expect([log.first, log.last, log.bytes]).toEqual([21, 30, 1000]);
    expect(log.from(19)).toBeUndefined();
    expect(log.from(20)?.length).toBe(10);
  });

  test('drops its oldest entries beyond so many entries', () => {
    const log = new OutputLog({ limitEntries: 10 });
    for (let n = 0; n < 5000; n++) log.append({ kind: 'mark', mark: `${n}` });
    expect([log.first, log.last]).toEqual([4991, 5000]);
    expect(log.from(4990)).toHaveLength(10);
    expect(log.from(4990)![0]).toMatchObject({ mark: '4990', seq: 4991 });
  });

  test('keeps the newest entry, whatever its size', () => {
    const log = new OutputLog({ limitBytes: 10 });
    log.append({ kind: 'output', bytes: bytes(5) });
    log.append({ kind: 'output', bytes: bytes(5000) });
    expect([log.first, log.last, log.bytes]).toEqual([2, 2, 5000]);
  });

  test('what was handed out stays as it was, however much comes after it', () => {
    const log = new OutputLog({ limitBytes: 200_000 });
    const seen: { bytes: Uint8Array; value: number }[] = [];
    const see = (entry: Entry): void => {
      if (entry.kind === 'output') seen.push({ bytes: entry.bytes, value: entry.seq % 251 });
    };
    for (let seq = 1; seq <= 4_000; seq++) {
      see(log.append({ kind: 'output', bytes: bytes([10, 700, 4_000, 20_000][seq % 4]!, seq % 251) }));
      if (seq % 3 === 0) log.append({ kind: 'mark', mark: 'm' });
      while (log.last > seq) seq += 1;
      if (seq % 100 === 0) for (const entry of log.from(log.first - 1)!) see(entry);
    }
    for (const entry of log.from(log.first - 1)!) see(entry);
    for (const { bytes: kept, value } of seen) expect(kept.every((byte) => byte === value)).toBe(true);
  });
});
