import { describe, expect, test } from 'vitest';
import { type Entry, OutputLog, replay } from '../../../src/core/index.ts';

const EPOCH = 'e1';

function logOf(count: number, limitEntries = 1000, resizeAt?: number): OutputLog {
  const log = new OutputLog({ limitEntries });
  for (let n = 1; n <= count; n++) {
    if (n === resizeAt) log.append({ kind: 'resize', cols: 80, rows: 24 });
    else log.append({ kind: 'output', bytes: new Uint8Array([n]) });
  }
  return log;
}
const seqs = (entries: readonly Entry[]): number[] => entries.map((entry) => entry.seq);

describe('bringing a viewer up to date', () => {
  test('a new viewer gets a snapshot, and missed nothing', () => {
    expect(replay(undefined, logOf(5), EPOCH)).toEqual({ kind: 'snapshot' });
  });

  test('one of another epoch gets a snapshot of this one', () => {
    expect(replay({ epoch: 'old', seq: 3 }, logOf(5), EPOCH)).toEqual({ kind: 'snapshot' });
  });

  test('one that was away for a moment gets what it missed', () => {
    const how = replay({ epoch: EPOCH, seq: 3 }, logOf(5), EPOCH);
    expect(how.kind === 'delta' && seqs(how.entries)).toEqual([4, 5]);
  });

  test('one that missed nothing gets nothing', () => {
    expect(replay({ epoch: EPOCH, seq: 5 }, logOf(5), EPOCH)).toEqual({ kind: 'delta', entries: [] });
  });

  test('one that was away for long gets a snapshot, and is told which entries it stands for', () => {
    expect(replay({ epoch: EPOCH, seq: 3 }, logOf(50, 10), EPOCH)).toEqual({
      kind: 'snapshot',
      gap: { from: 4, to: 50 },
    });
  });

  test('the last entry that was dropped makes the difference', () => {
    const log = logOf(50, 10);
    expect(replay({ epoch: EPOCH, seq: 39 }, log, EPOCH)).toMatchObject({ kind: 'snapshot' });
    const how = replay({ epoch: EPOCH, seq: 40 }, log, EPOCH);
    expect(how.kind === 'delta' && seqs(how.entries)).toEqual([41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
  });

  test('a resize in between means a snapshot for a screen, and nothing special for a log', () => {
    const log = logOf(5, 1000, 4);
    expect(replay({ epoch: EPOCH, seq: 3 }, log, EPOCH)).toEqual({ kind: 'snapshot', gap: { from: 4, to: 5 } });
    expect(replay({ epoch: EPOCH, seq: 4 }, log, EPOCH).kind).toBe('delta');
    expect(replay({ epoch: EPOCH, seq: 3 }, log, EPOCH, 'log').kind).toBe('delta');
  });

  test('a position that never was begins anew', () => {
    expect(replay({ epoch: EPOCH, seq: 99 }, logOf(5), EPOCH)).toEqual({ kind: 'snapshot' });
  });

  test('a reader of the log begins at the beginning, or is told what is gone', () => {
    const how = replay(undefined, logOf(3), EPOCH, 'log');
    expect(how.kind === 'delta' && seqs(how.entries)).toEqual([1, 2, 3]);
    expect(replay(undefined, logOf(50, 10), EPOCH, 'log')).toEqual({ kind: 'snapshot', gap: { from: 1, to: 50 } });
  });

  test('an empty log is a delta of nothing', () => {
    expect(replay({ epoch: EPOCH, seq: 0 }, new OutputLog(), EPOCH)).toEqual({ kind: 'delta', entries: [] });
  });
});
