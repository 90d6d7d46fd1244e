import { describe, expect, it } from 'vitest';
import { type Entry, type OutputLog, PAST_EPOCHS, randomIds } from '../../../src/core/index.ts';
import { Picture } from '../../../src/core/session/picture.ts';

const encoder = new TextEncoder();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function picture(limitBytes = 1_000_000): Picture {
  const ids = randomIds((bytes) => crypto.getRandomValues(bytes));
  return new Picture({
    deps: { ids, scrollback: 100, logLimits: { limitBytes } },
    mode: () => 'pty',
    mirrored: () => false,
    cols: 80,
    rows: 5,
    reply: () => {},
    event: () => {},
  });
}

function write(to: Picture, words: string): void {
  to.screen.write(encoder.encode(words));
  to.append({ kind: 'output', bytes: encoder.encode(words) });
}

const seqs = (log: OutputLog): number[] => log.from(log.first - 1)!.map(({ seq }) => seq);

describe('epochs that are over', () => {
  it('keep log and last picture, so many of them', () => {
    const one = picture();
    for (let run = 1; run <= PAST_EPOCHS + 3; run++) {
      if (run > 1) one.renew();
      write(one, `run ${run}\r\n`);
      write(one, `end of ${run}`);
    }
    const { epochs } = one;
    expect(epochs.map(({ log }) => seqs(log))).toEqual(Array(PAST_EPOCHS + 1).fill([1, 2]));
    expect(epochs.at(-1)?.id).toBe(one.epoch);
    expect(epochs.map((epoch) => /end of \d/.exec(text(epoch.picture().bytes))?.[0])).toEqual(
      Array.from({ length: PAST_EPOCHS + 1 }, (_, i) => `end of ${i + 3}`),
    );
  });

  it('have as much in memory together as one log; what somebody needs of the rest goes to the archive', () => {
    const one = picture(1_000);
    const put: Entry[] = [];
    one.log.archive = { put: (entry) => void put.push(entry), has: () => false, from: () => undefined };
    write(one, 'a'.repeat(400));
    write(one, 'b'.repeat(400));
    one.renew();
    write(one, 'c'.repeat(800));
    expect(put).toEqual([]);
    one.renew();
    const [first, second] = one.epochs;
    expect(put.map(({ seq }) => seq)).toEqual([1, 2]);
    expect([first!.log.bytes, first!.log.first, first!.log.last]).toEqual([0, 3, 2]);
    expect(text(first!.picture().bytes)).toContain('b'.repeat(80));
    expect(seqs(second!.log)).toEqual([1]);
  });

  it('that were kept on the disk can be read again, and say when the disk has not all of them', () => {
    const entries: Entry[] = [11, 12].map((seq) => ({ kind: 'output', seq, bytes: encoder.encode(`${seq} `) }));
    const checkpoint = { seq: 10, cols: 80, rows: 5, bytes: encoder.encode('before ') };
    const whole = picture();
    whole.restore({ checkpoint, entries });
    expect([seqs(whole.log), whole.epochs[0]!.cut]).toEqual([[11, 12], false]);
    const cut = picture();
    cut.restore({ checkpoint, entries, lostAfter: 12 });
    expect([seqs(cut.log), cut.epochs[0]!.cut]).toEqual([[11, 12], true]);
    expect(cut.screen.capture()).toContain('before 11 12');
    const gone = picture();
    gone.restore({ checkpoint, entries: [], lostAfter: 30 });
    expect([gone.log.first, gone.log.last, gone.epochs[0]!.cut]).toEqual([31, 30, true]);
  });
});
