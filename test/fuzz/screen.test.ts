import { describe, expect, test } from 'vitest';
import { CONTENT_COMBINED, CONTENT_WIDTH_SHIFT, Screen, WORDS } from '../../src/core/index.ts';
import { int, type Random, randomSequence, seeded } from '../core/output/random-sequences.ts';

const encoder = new TextEncoder();

/** What must be true of a screen whatever was written to it. */
function check(screen: Screen, seed: string): void {
  const { cursor, cols, rows } = screen;
  if (cursor.x < 0 || cursor.x >= cols || cursor.y < 0 || cursor.y >= rows) {
    throw new Error(`${seed}: the cursor is at ${cursor.x},${cursor.y} of ${cols}x${rows}`);
  }
  for (let y = 0; y < rows; y++) {
    const row = screen.row(y);
    if (row.cells.length < cols * WORDS) throw new Error(`${seed}: row ${y} is too short`);
    for (let x = 0; x < cols; x++) {
      const content = row.cells[x * WORDS]!;
      const width = content >> CONTENT_WIDTH_SHIFT;
      const isSecond = x > 0 && row.cells[(x - 1) * WORDS]! >> CONTENT_WIDTH_SHIFT === 2;
      if ((width === 0) !== isSecond) throw new Error(`${seed}: half of a wide character at ${x},${y}`);
      if (width === 2 && x === cols - 1)
        throw new Error(`${seed}: a wide character begins in the last column of row ${y}`);
      if (content & CONTENT_COMBINED && row.combined(x).length > 32)
        throw new Error(`${seed}: too much text at ${x},${y}`);
      if (content & CONTENT_COMBINED && row.combined(x) === '') throw new Error(`${seed}: no text at ${x},${y}`);
      if (!(content & CONTENT_COMBINED) && (content & 0x1fffff) > 0x10ffff)
        throw new Error(`${seed}: no character at ${x},${y}`);
    }
  }
}

/** Sequences in batches; the slowest batch, in milliseconds of processor time, relative to its size in sequences. */
function run(random: Random, total: number, seed: string): void {
  let screen = new Screen({ cols: 80, rows: 24, scrollback: 1000, reply: () => {} });
  for (let done = 0; done < total; ) {
    let text = '';
    const count = int(random, 1, 400);
    for (let n = 0; n < count; n++) text += randomSequence(random);
    done += count;
    const bytes = encoder.encode(text);
    const cut = int(random, 0, bytes.length);
    screen.write(bytes.subarray(0, cut));
    screen.write(bytes.subarray(cut));
    const kind = random();
    if (kind < 0.05) screen.resize(int(random, 1, 200), int(random, 1, 60));
    if (kind < 0.1) check(screen, `${seed}, after ${done}`);
    if (kind < 0.02) {
      screen.dispose();
      screen = new Screen({
        cols: int(random, 2, 120),
        rows: int(random, 1, 50),
        scrollback: int(random, 0, 500),
        reply: () => {},
      });
    }
    if (kind > 0.99) screen.restore(screen.snapshot({ history: 100 }));
    if (kind > 0.98) screen.lines(screen.firstLine, 200);
  }
  check(screen, seed);
  screen.dispose();
}

describe('[E32] 10^6 random sequences', () => {
  for (let part = 1; part <= 4; part++) {
    test(`part ${part} of 4: no crash, and the screen stays whole`, () => {
      run(seeded(part), 250_000, `part ${part}`);
    });
  }

  test('no single sequence costs more than a hundred thousand cells are worth', () => {
    // Not a clock, which a busy machine would belie: the work that each sequence may cause is counted in lines that leave.
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 0 });
    for (const final of '@ABCDEFGHIJKLMPSTXZ`abdefgr') {
      const before = screen.endLine;
      screen.write(encoder.encode(`x\x1b[2147483647;2147483647${final}`));
      expect(screen.endLine - before, final).toBeLessThanOrEqual(24);
    }
  });
});
