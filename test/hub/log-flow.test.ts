import { describe, expect, test } from 'vitest';
import { Epoch, OutputLog, Screen, type Session } from '../../src/core/index.ts';
import type { Send } from '../../src/hub/flow.ts';
import { LogFlow, type LogFlowOptions } from '../../src/hub/log-flow.ts';

/** An epoch with so many entries that is over; `cut`: more was written. */
function epoch(id: string, count: number, cut = false, limitEntries = 100): Epoch {
  const log = new OutputLog({ limitEntries });
  for (let seq = 1; seq <= count; seq++) log.append({ kind: 'output', bytes: new Uint8Array([seq]) });
  const one = new Epoch({ id, cols: 80, rows: 5, log, screen: new Screen({ cols: 80, rows: 5, scrollback: 0 }) });
  one.cut = cut;
  return one;
}

function read(
  epochs: readonly Epoch[],
  after: { epoch: string; seq: number } | undefined,
  options: LogFlowOptions = {},
): string[] {
  const sent: string[] = [];
  const tell: Send = (id, seq, payload) => {
    const lost = 'lostAfter' in payload ? ` lost after ${payload.lostAfter?.epoch}${payload.lostAfter?.seq}` : '';
    const gap = 'gap' in payload ? ` gap ${payload.gap?.from}-${payload.gap?.to}` : '';
    sent.push(`${payload.kind === 'snapshot' ? 'begin ' : ''}${id}${seq}${gap}${lost}`);
  };
  const flow = new LogFlow({ epochs } as unknown as Session, tell, options);
  flow.start(after);
  return sent;
}

describe('where a reader of the log goes on', () => {
  const epochs = [epoch('a', 3), epoch('b', 2, true), epoch('c', 1)];

  test('in an epoch that is over: with the rest of it, then with those after it', () => {
    expect(read(epochs, { epoch: 'a', seq: 2 })).toEqual([
      'a3',
      'begin b0',
      'b1',
      'b2',
      'begin c0 lost after b2',
      'c1',
    ]);
  });

  test('at the end of one that has not all that was written: it is told from where on that is', () => {
    expect(read(epochs, { epoch: 'b', seq: 2 })).toEqual(['begin c0 lost after b2', 'c1']);
    // It had read more than this hub has kept.
    expect(read(epochs, { epoch: 'b', seq: 9 })).toEqual(['begin c0 lost after b9', 'c1']);
  });

  test('in one that nobody knows: with all that is known, told that something may be missing', () => {
    expect(read(epochs.slice(1), { epoch: 'x', seq: 7 })).toEqual([
      'begin b0 lost after x7',
      'b1',
      'b2',
      'begin c0 lost after b2',
      'c1',
    ]);
  });

  test('in the newest, or nowhere yet: with that alone', () => {
    expect(read(epochs, { epoch: 'c', seq: 0 })).toEqual(['c1']);
    expect(read(epochs, { epoch: 'c', seq: 1 })).toEqual([]);
    expect(read(epochs, undefined)).toEqual(['begin c0', 'c1']);
  });

  test('in one that was over without a word: it missed nothing', () => {
    expect(read([epoch('a', 0), epoch('b', 1)], { epoch: 'a', seq: 0 })).toEqual(['begin b0', 'b1']);
  });
});

describe('what the log no longer has', () => {
  const epochs = [epoch('a', 9, false, 3)];

  test('is a gap, and the newest screen stands for all up to it', () => {
    expect(read(epochs, { epoch: 'a', seq: 2 })).toEqual(['begin a9 gap 3-9']);
  });

  test('is a gap up to what is kept, for whoever wants entries and no picture', () => {
    expect(read(epochs, { epoch: 'a', seq: 2 }, { entries: true })).toEqual(['begin a6 gap 3-6', 'a7', 'a8', 'a9']);
    expect(read(epochs, { epoch: 'a', seq: 6 }, { entries: true })).toEqual(['a7', 'a8', 'a9']);
    expect(read(epochs, undefined, { entries: true })).toEqual(['begin a6 gap 1-6', 'a7', 'a8', 'a9']);
  });
});
