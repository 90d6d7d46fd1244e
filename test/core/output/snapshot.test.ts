import { expect, test } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { dump } from './dump.ts';
import { chunks, int, randomBytes, seeded } from './random-sequences.ts';

const encoder = new TextEncoder();

test('a screen rebuilt from a snapshot is the same, and stays the same when both go on', () => {
  for (let seed = 1; seed <= 400; seed++) {
    const random = seeded(seed);
    const cols = int(random, 2, 40);
    const rows = int(random, 1, 12);
    const replies: string[] = [];
    const screen = new Screen({
      cols,
      rows,
      scrollback: seed % 3 === 0 ? 0 : 50,
      reply: (b) => replies.push(new TextDecoder().decode(b)),
    });
    for (const chunk of chunks(random, randomBytes(random, int(random, 1, 120)))) screen.write(chunk);
    const again: string[] = [];
    const fresh = new Screen({ cols, rows, scrollback: 0, reply: (b) => again.push(new TextDecoder().decode(b)) });
    fresh.restore(screen.snapshot());
    expect(dump(fresh), `seed ${seed}`).toEqual(dump(screen));
    expect(again, `seed ${seed}: a snapshot asks nothing`).toEqual([]);
    replies.length = 0;
    for (let round = 0; round < 4; round++) {
      for (const chunk of chunks(random, randomBytes(random, int(random, 1, 60)))) {
        screen.write(chunk);
        fresh.write(chunk);
      }
      expect(dump(fresh), `seed ${seed} round ${round}`).toEqual(dump(screen));
      expect(again, `seed ${seed} round ${round}`).toEqual(replies);
    }
    screen.dispose();
    fresh.dispose();
  }
});
void encoder;
