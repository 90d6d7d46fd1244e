import { describe, expect, test } from 'vitest';
import { IrisError, Screen } from '../../../src/core/index.ts';

const encoder = new TextEncoder();

function screenOf(text: string, cols = 20, rows = 4, scrollback = 100): Screen {
  const screen = new Screen({ cols, rows, scrollback });
  screen.write(encoder.encode(text));
  return screen;
}
const numbered = (from: number, to: number): string => {
  let text = '';
  for (let n = from; n <= to; n++) text += `line ${n}\r\n`;
  return text;
};

describe('lines are numbered from the start of the epoch', () => {
  test('and keep their numbers while output goes on and old ones are trimmed', () => {
    const screen = screenOf(numbered(0, 50), 20, 4, 30);
    expect([screen.firstLine, screen.screenTop, screen.endLine]).toEqual([18, 48, 52]);
    for (const n of [18, 30, 47, 50]) expect(screen.lines(n, 1).lines).toEqual([`line ${n}`]);
    screen.write(encoder.encode(numbered(51, 60)));
    expect([screen.firstLine, screen.screenTop]).toEqual([28, 58]);
    for (const n of [28, 30, 47, 60]) expect(screen.lines(n, 1).lines).toEqual([`line ${n}`]);
  });

  test('a viewer without scrollback counts the same', () => {
    const [hub, viewer] = [screenOf(numbered(0, 50)), screenOf(numbered(0, 50), 20, 4, 0)];
    expect([viewer.screenTop, viewer.endLine]).toEqual([hub.screenTop, hub.endLine]);
    expect(viewer.firstLine).toBe(viewer.screenTop);
  });

  test('what is gone, and what is not yet there, is left out of a range', () => {
    const screen = screenOf(numbered(0, 50), 20, 4, 30);
    expect(screen.lines(0, 20)).toMatchObject({ from: 18, lines: ['line 18', 'line 19'] });
    expect(screen.lines(50, 99).lines).toEqual(['line 50', '']);
    expect(screen.lines(400, 5).lines).toEqual([]);
  });

  test('clearing the scrollback (ED 3) takes lines away and renumbers none', () => {
    const screen = screenOf(`${numbered(0, 20)}\x1b[3J`);
    expect([screen.firstLine, screen.screenTop]).toEqual([18, 18]);
    expect(screen.lines(18, 1).lines).toEqual(['line 18']);
    screen.write(encoder.encode(numbered(21, 30)));
    expect(screen.lines(25, 1).lines).toEqual(['line 25']);
  });

  test('what clear prints (home, ED 2, ED 3) leaves an empty screen and the next number', () => {
    const screen = screenOf(`${numbered(0, 20)}\x1b[H\x1b[2J\x1b[3Jafter`);
    expect(screen.capture()).toBe('after\n\n\n');
    expect(screen.firstLine).toBe(18);
  });

  test('RIS keeps the scrollback', () => {
    const screen = screenOf(`${numbered(0, 20)}\x1bcafter`);
    expect(screen.lines(3, 1).lines).toEqual(['line 3']);
    expect(screen.capture()).toBe('after\n\n\n');
  });

  test('the alternate screen stands below the history of the normal one', () => {
    const screen = screenOf(`${numbered(0, 9)}\x1b[?1049h\x1b[Hfull\r\nscreen`);
    expect(screen.lines(screen.screenTop - 1, 3).lines).toEqual(['line 6', 'full', 'screen']);
    screen.write(encoder.encode('\n'.repeat(50)));
    expect(screen.screenTop).toBe(7);
  });

  test('a restored screen goes on with the numbers of the first', () => {
    const screen = screenOf(numbered(0, 50), 20, 4, 30);
    const restored = new Screen({ cols: 20, rows: 4, scrollback: 30 });
    restored.restore(screen.snapshot({ history: 10 }));
    expect([restored.firstLine, restored.screenTop]).toEqual([38, 48]);
    expect(restored.lines(38, 99)).toEqual(screen.lines(38, 99));
  });
});

describe('snapshots with history', () => {
  test('give the same lines, with attributes, links and wraps', () => {
    const text = `${numbered(0, 5)}\x1b[1;38;2;1;2;3mthis line wraps once or twice, it does\x1b[0m\r\n\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\\r\n\x1b[41mred\x1b[K\x1b[0m\r\n日本👍🏽\r\n`;
    const screen = screenOf(text + text + text);
    const restored = new Screen({ cols: 20, rows: 4, scrollback: 100 });
    restored.restore(screen.snapshot({ history: Number.MAX_SAFE_INTEGER }));
    expect(restored.lines(0, 999)).toEqual(screen.lines(0, 999));
    expect(restored.screenTop).toBe(screen.screenTop);
    screen.resize(33, 6);
    restored.resize(33, 6);
    expect(restored.lines(0, 999)).toEqual(screen.lines(0, 999));
  });

  test('may be restored with less scrollback than they carry', () => {
    const screen = screenOf(numbered(0, 50));
    const restored = new Screen({ cols: 20, rows: 4, scrollback: 5 });
    restored.restore(screen.snapshot({ history: 40 }));
    expect(restored.lines(0, 999)).toEqual(screen.lines(43, 999));
    expect(restored.firstLine).toBe(43);
  });
});

describe('lines as text', () => {
  test('each begins and ends without attributes, its trailing blanks removed', () => {
    const screen = screenOf('\x1b[1;31mred\r\nstill red\x1b[0m   \r\n\x1b[44m  \x1b[0m  ');
    expect(screen.lines(0, 3).lines).toEqual([
      '\x1b[0;1;31mred\x1b[0m',
      '\x1b[0;1;31mstill red\x1b[0m',
      '\x1b[44m  \x1b[49m',
    ]);
  });

  test('no other sequence than SGR and OSC 8 is in them', () => {
    const screen = screenOf('\x1b]8;;http://a/b\x1b\\\x1b[1"qlink\x1b]8;;\x1b\\\x1b[4:3;58;5;1;48;5;200mx');
    const [line] = screen.lines(0, 1).lines;
    expect(line).toContain('\x1b]8;;http://a/b\x1b\\link');
    expect(line!.replace(/\x1b\[[0-9;:]*m|\x1b\]8;;[^\x1b]*\x1b\\/g, '')).toBe('linkx');
  });

  test('capture is plain, or with attributes, or with history', () => {
    const screen = screenOf(`${numbered(0, 5)}\x1b[32mgreen`);
    expect(screen.capture()).toBe('line 3\nline 4\nline 5\ngreen');
    expect(screen.capture({ ansi: true })).toBe('line 3\nline 4\nline 5\n\x1b[32mgreen\x1b[39m');
    expect(screen.capture({ history: 2 })).toBe('line 1\nline 2\nline 3\nline 4\nline 5\ngreen');
    expect(screen.capture({ history: 1e9 }).split('\n')).toHaveLength(7);
  });
});

describe('searching', () => {
  const screen = screenOf(`${numbered(0, 30)}Error: disk full at 日本 somewhere\r\nerror again, error\r\n`);

  test('up and down from a line, which is part of it', () => {
    expect(screen.search('line 7', false, 30, 'up')).toEqual({ line: 7, column: 0, length: 6 });
    expect(screen.search('line 7', false, 7, 'down')).toEqual({ line: 7, column: 0, length: 6 });
    expect(screen.search('line 7', false, 8, 'down')).toBeUndefined();
    expect(screen.search('line 7', false, 6, 'up')).toBeUndefined();
  });

  test('capitals count only where the pattern has some', () => {
    expect(screen.search('Error', false, 0, 'down')?.line).toBe(31);
    expect(screen.search('error', false, 32, 'down')).toEqual({ line: 33, column: 0, length: 5 });
    expect(screen.search('Error', false, 32, 'down')).toBeUndefined();
  });

  test('going up finds the last of a line, going down the first', () => {
    expect(screen.search('error', false, 99, 'up')).toEqual({ line: 33, column: 13, length: 5 });
  });

  test('columns and lengths are cells, and a match may go over the end of a row', () => {
    expect(screen.search('本 some', false, 0, 'down')).toEqual({ line: 32, column: 2, length: 7 });
    expect(screen.search('at 日本', false, 0, 'down')).toEqual({ line: 31, column: 17, length: 7 });
  });

  test('expressions, and what is special in them when it is not meant so', () => {
    expect(screen.search('line \\d5$', true, 0, 'down')?.line).toBe(15);
    expect(screen.search('line .5', false, 0, 'down')).toBeUndefined();
    expect(screen.search('x*', true, 0, 'down')).toBeUndefined();
  });

  test('a malformed expression is an error of usage', () => {
    expect(() => screen.search('(', true, 0, 'down')).toThrow(IrisError);
  });

  test('a line that wrapped a thousand times is searched in pieces', () => {
    const long = screenOf(`${'x'.repeat(20_000)}needle${'y'.repeat(20_000)}\r\n`, 20, 4, 5000);
    expect(long.search('needle', false, 0, 'down')).toEqual({ line: 1000, column: 0, length: 6 });
    expect(long.search('needle', false, 9999, 'up')).toEqual({ line: 1000, column: 0, length: 6 });
  });
});
