import { describe, expect, test } from 'vitest';
import { CONTENT_WIDTH_SHIFT, Screen, WORDS } from '../../../src/core/index.ts';
import { dump } from './dump.ts';
import { chunks, int, type Random, randomBytes, seeded } from './random-sequences.ts';

const encoder = new TextEncoder();
const WORD_LIST = ['alpha', 'b', '日本語', 'e\u0301', '👍🏽', 'gamma delta', '한글', '   ', 'x'.repeat(17)];

function write(screen: Screen, text: string): void {
  screen.write(encoder.encode(text));
}

/** Text of all lines, those that wrapped joined, without trailing blanks. */
function logicalLines(screen: Screen): string[] {
  const { wrapped } = screen.lines(screen.firstLine, Number.MAX_SAFE_INTEGER);
  const rows = screen.capture({ history: Number.MAX_SAFE_INTEGER }).split('\n');
  const lines: string[] = [];
  rows.forEach((row, i) => {
    if (wrapped[i] && lines.length > 0) lines[lines.length - 1] += row.trim() === '' ? '' : row;
    else lines.push(row);
  });
  while (lines.at(-1) === '') lines.pop();
  // A row that ends in blanks and goes on loses them in a capture: compare without.
  return lines.map((line) => line.replaceAll(' ', ''));
}

function characterAtCursor(screen: Screen): string {
  const { x, y } = screen.cursor;
  const row = screen.row(y);
  const content = row.cells[x * WORDS]!;
  return content & 0x200000 ? row.combined(x) : String.fromCodePoint(content & 0x1fffff);
}

function randomText(random: Random): string {
  let text = '';
  for (let n = int(random, 1, 60); n > 0; n--) {
    text += WORD_LIST[int(random, 0, WORD_LIST.length - 1)];
    if (random() < 0.2) text += '\r\n';
    if (random() < 0.1) text += `\x1b[${int(random, 30, 37)}m`;
  }
  return text;
}

describe('any change of size', () => {
  test('keeps every character of the normal screen and its scrollback, in order', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seeded(seed);
      const screen = new Screen({ cols: int(random, 2, 60), rows: int(random, 1, 20), scrollback: 10_000 });
      write(screen, randomText(random));
      const before = logicalLines(screen);
      for (let n = 0; n < 6; n++) {
        screen.resize(int(random, 2, 80), int(random, 1, 30));
        expect(logicalLines(screen), `seed ${seed}, ${screen.cols}x${screen.rows}`).toEqual(before);
      }
      screen.dispose();
    }
  });

  test('leaves the cursor on its character', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = seeded(seed);
      const screen = new Screen({ cols: 30, rows: 10, scrollback: 1000 });
      write(screen, `${'text that goes on and on '.repeat(int(random, 1, 8))}@ and more\r\n`);
      const { line, column } = screen.search('@', false, screen.firstLine, 'down')!;
      write(screen, `\x1b[${line - screen.screenTop + 1};${column + 1}H`);
      for (let n = 0; n < 5; n++) {
        screen.resize(int(random, 2, 80), int(random, 1, 30));
        expect(characterAtCursor(screen), `seed ${seed}, ${screen.cols}x${screen.rows}`).toBe('@');
      }
      screen.dispose();
    }
  });

  test('leaves the saved cursor with its text', () => {
    const screen = new Screen({ cols: 10, rows: 6, scrollback: 100 });
    write(screen, 'first line that wraps\r\nsecond\x1b7\r\nthird\r\n');
    screen.resize(30, 6);
    write(screen, '\x1b8!');
    expect(screen.capture().split('\n').slice(0, 3)).toEqual(['first line that wraps', 'second!', 'third']);
  });

  test('gives whole screens, which a snapshot rebuilds, after any output', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const random = seeded(seed);
      const screen = new Screen({
        cols: int(random, 2, 40),
        rows: int(random, 1, 12),
        scrollback: seed % 3 === 0 ? 0 : 50,
      });
      for (let n = 0; n < 4; n++) {
        for (const chunk of chunks(random, randomBytes(random, int(random, 0, 40)))) screen.write(chunk);
        screen.resize(int(random, 2, 45), int(random, 1, 14));
        for (let y = 0; y < screen.rows; y++) {
          const { cells } = screen.row(y);
          for (let x = 0; x < screen.cols; x++) {
            const isSecond = x > 0 && cells[(x - 1) * WORDS]! >> CONTENT_WIDTH_SHIFT === 2;
            expect(cells[x * WORDS]! >> CONTENT_WIDTH_SHIFT === 0, `seed ${seed}: ${x},${y}`).toBe(isSecond);
          }
        }
      }
      const fresh = new Screen({ cols: screen.cols, rows: screen.rows, scrollback: 50 });
      fresh.restore(screen.snapshot({ history: 50 }));
      expect(dump(fresh), `seed ${seed}`).toEqual(dump(screen));
      const from = Math.max(fresh.firstLine, screen.firstLine);
      expect(fresh.lines(from, 999), `seed ${seed}`).toEqual(screen.lines(from, 999));
      screen.dispose();
      fresh.dispose();
    }
  });

  test('shows the scrollback again when the cursor is in the last row, and blank rows when it is not', () => {
    const bottom = new Screen({ cols: 10, rows: 3, scrollback: 100 });
    write(bottom, '1\r\n2\r\n3\r\n4\r\n5');
    bottom.resize(10, 4);
    expect(bottom.capture()).toBe('2\n3\n4\n5');
    const cleared = new Screen({ cols: 10, rows: 3, scrollback: 100 });
    write(cleared, '1\r\n2\r\n3\r\n4\r\n5\x1b[H\x1b[2J$ ');
    cleared.resize(10, 5);
    expect(cleared.capture()).toBe('$\n\n\n\n');
  });

  test('shrinking takes blank rows below the cursor first, then the top goes to the scrollback', () => {
    const screen = new Screen({ cols: 10, rows: 6, scrollback: 100 });
    write(screen, '1\r\n2\r\n3\r\n4');
    screen.resize(10, 4);
    expect(screen.capture()).toBe('1\n2\n3\n4');
    screen.resize(10, 2);
    expect(screen.capture()).toBe('3\n4');
    expect(screen.lines(0, 2).lines).toEqual(['1', '2']);
  });

  test('does not make a second line of a coloured background', () => {
    const screen = new Screen({ cols: 20, rows: 3, scrollback: 100 });
    write(screen, '\x1b[44mstatus\x1b[K\x1b[0m\r\nnext');
    screen.resize(10, 3);
    expect(screen.capture()).toBe('status\nnext\n');
    expect(screen.row(0).cells[9 * WORDS + 2]! & 0xff).toBe(4);
  });

  test('sets tab stops anew', () => {
    const screen = new Screen({ cols: 20, rows: 3, scrollback: 0 });
    write(screen, '\x1b[3g');
    screen.resize(40, 3);
    write(screen, '\ta\tb');
    expect(screen.capture().split('\n')[0]).toBe('        a       b');
  });
});
