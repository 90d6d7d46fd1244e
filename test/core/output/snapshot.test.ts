import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { dump } from './dump.ts';
import { chunks, int, randomBytes, seeded } from './random-sequences.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function screenOf(text: string, cols = 20, rows = 5, scrollback = 50): Screen {
  const screen = new Screen({ cols, rows, scrollback });
  screen.write(encoder.encode(text));
  return screen;
}

function rebuilt(screen: Screen): Screen {
  const fresh = new Screen({ cols: screen.cols, rows: screen.rows, scrollback: 0 });
  fresh.restore(screen.snapshot());
  return fresh;
}

describe('a screen rebuilt from a snapshot', () => {
  test('is the same after random output, and stays the same when both go on', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const random = seeded(seed);
      const cols = int(random, 2, 40);
      const rows = int(random, 1, 12);
      const replies: string[] = [];
      const again: string[] = [];
      const screen = new Screen({
        cols,
        rows,
        scrollback: seed % 3 === 0 ? 0 : 50,
        reply: (bytes) => replies.push(decoder.decode(bytes)),
      });
      const fresh = new Screen({ cols, rows, scrollback: 0, reply: (bytes) => again.push(decoder.decode(bytes)) });
      for (const chunk of chunks(random, randomBytes(random, int(random, 1, 120)))) screen.write(chunk);
      replies.length = 0;
      fresh.restore(screen.snapshot());
      expect(dump(fresh), `seed ${seed}`).toEqual(dump(screen));
      expect(again, `seed ${seed}: a snapshot asks nothing`).toEqual([]);
      for (let round = 0; round < 4; round++) {
        for (const chunk of chunks(random, randomBytes(random, int(random, 1, 60)))) {
          screen.write(chunk);
          fresh.write(chunk);
        }
        expect(dump(fresh), `seed ${seed}, round ${round}`).toEqual(dump(screen));
        expect(again, `seed ${seed}, round ${round}`).toEqual(replies);
      }
      screen.dispose();
      fresh.dispose();
    }
  });

  const states: readonly [name: string, before: string, after: string][] = [
    ['a pending wrap', '12345678901234567890', 'x'],
    ['a pending wrap on an erased cell', '12345678901234567890\x1b[2K', 'x'],
    ['both screens', 'normal\x1b[?1049halt\x1b[2;2H', '\x1b[?1049l!'],
    [
      'a saved cursor with its pen, charset and origin',
      '\x1b[2;4r\x1b[?6h\x1b[2;3H\x1b[1;4:3;31m\x1b(0\x1b7\x1b[?6l\x1b[m\x1b(B',
      '\x1b8q',
    ],
    ['a saved cursor of the screen that is not shown', '\x1b[?1047h\x1b[3;3H\x1b7\x1b[?1047l', '\x1b[?1047h\x1b8x'],
    ['margins and origin mode', '\x1b[2;4r\x1b[?6h\x1b[2;2H', '\n\n\n\nx'],
    ['tab stops', '\x1b[3g\x1b[4G\x1bH\x1b[9G\x1bH\r', '\tx\tx\tx'],
    ['tab stops of the alternate screen', '\x1b[?1047h\x1b[3g\x1b[4G\x1bH\r', '\tx'],
    ['character sets', '\x1b(0\x1b)A\x0e', 'q#\x0fq'],
    ['the pen, with a link', '\x1b]8;;http://a\x1b\\\x1b[4:4;58;5;9;1;38;2;1;2;3m', 'x'],
    ['an underline colour without underline', '\x1b[58;5;9m', '\x1b[4mx'],
    ['protected cells', '\x1b[1"qkept\x1b[0"qgone', '\x1b[?2J'],
    ['insert mode', 'abc\x1b[H\x1b[4h', 'x'],
    ['no autowrap', '\x1b[?7l', '1234567890123456789012345'],
    ['reverse wraparound', 'x\x1b[?45h', '\b\b\b'],
    ['new line mode', 'abc\x1b[20h', '\nx'],
    ['kitty stacks of both screens', '\x1b[>1u\x1b[>5u\x1b[?1049h\x1b[=3u\x1b[>9u', '\x1b[<u\x1b[?1049l\x1b[<u'],
    ['a stack of titles', '\x1b]2;a\x07\x1b[22t\x1b]2;b\x07\x1b[22t\x1b]2;\x07', '\x1b[23t\x1b[23t'],
    ['the folder', '\x1b]7;file://host/a%20b/%25\x07', ''],
    ['synchronized output', '\x1b[?2026h', 'x'],
    ['the shape of a hidden cursor', '\x1b[?25l\x1b[5 q', '\x1b[?25h'],
    ['lines that wrapped', 'this line wraps over the margin', '\x1b[?45h\b\b\b\b\b\b\b\b\b\b\b\b\b\b'],
    ['a base for a mark', 'e', '\u0301'],
    ['half a flag', '🇩', '🇪'],
    ['a character to repeat', 'x', '\x1b[3b'],
    ['half a control sequence', 'x\x1b[3', '1mred'],
    ['half a control sequence with a control in it', 'x\x1b[3\n', '1mred'],
    ['half a title', '\x1b]0;ti', 'tle\x07x'],
    ['half an escape', '\x1b', '7\x1b[3;3H\x1b8x'],
    ['half a device string', '\x1bP$q', 'm\x1b\\x'],
    ['a string that is ignored', '\x1b_ab', 'c\x1b\\x'],
    ['a wide character in the last column, when there is no room', '\x1b[?7l\x1b[20G❤\ufe0f\x1b[1G\x1b[@', 'x'],
  ];
  for (const [name, before, after] of states) {
    test(`keeps ${name}`, () => {
      const screen = screenOf(before);
      const fresh = rebuilt(screen);
      expect(dump(fresh)).toEqual(dump(screen));
      for (const each of [screen, fresh]) each.write(encoder.encode(after));
      expect(dump(fresh)).toEqual(dump(screen));
    });
  }

  test('keeps half a character', () => {
    const screen = screenOf('a');
    screen.write(encoder.encode('日').subarray(0, 2));
    const fresh = rebuilt(screen);
    for (const each of [screen, fresh]) each.write(encoder.encode('日').subarray(2));
    expect(fresh.capture()).toBe('a日\n\n\n\n');
  });

  test('is one that any emulator understands: written instead of restored, the picture is the same', () => {
    const cast = readFileSync(new URL('../../fixtures/recordings/codex-permission.cast', import.meta.url), 'utf8');
    const screen = new Screen({ cols: 120, rows: 40, scrollback: 100 });
    for (const line of cast.trim().split('\n').slice(1)) {
      const [, kind, data] = JSON.parse(line) as [number, string, string];
      if (kind === 'o') screen.write(encoder.encode(data));
    }
    const written = new Screen({ cols: 120, rows: 40, scrollback: 0 });
    written.write(screen.snapshot());
    expect(written.capture({ ansi: true })).toBe(screen.capture({ ansi: true }));
    expect(written.cursor).toEqual(screen.cursor);
    expect(written.modes).toEqual(screen.modes);
  });

  test('says nothing of a program that imitates its private part', () => {
    const screen = screenOf(
      'ab\x1b]7770;{"lines":5,"top":900,"wrapped":[0],"altWrapped":[],"odd":[],"altOdd":[],"join":0,"savedOrigin":[true,true],"cursor":[9,9]}\x1b\\',
    );
    expect(dump(screen)).toEqual(dump(screenOf('ab')));
  });
});
