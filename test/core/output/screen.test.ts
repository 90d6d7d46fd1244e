import { describe, expect, test } from 'vitest';
import {
  applyEntry,
  BG_HAS_EXTENDED,
  COLOR_MODE,
  COLOR_P16,
  COLOR_P256,
  COLOR_RGB,
  DEFAULT_MODES,
  Screen,
  WORDS,
} from '../../../src/core/index.ts';
import { dump, picture } from './dump.ts';

const encoder = new TextEncoder();

function screenOf(text: string, cols = 20, rows = 5, scrollback = 0): Screen {
  const screen = new Screen({ cols, rows, scrollback });
  screen.write(encoder.encode(text));
  return screen;
}

const fg = (screen: Screen, x: number, y = 0): number => screen.row(y).cells[x * WORDS + 1]!;
const bg = (screen: Screen, x: number, y = 0): number => screen.row(y).cells[x * WORDS + 2]!;

describe('cells', () => {
  test('a palette colour after an RGB colour is that palette colour and nothing else', () => {
    const screen = screenOf(
      '\x1b[38;2;250;251;252m\x1b[31ma\x1b[38;2;9;9;9m\x1b[38;5;200mb\x1b[48;2;1;2;3mc\x1b[39;49md',
    );
    expect(fg(screen, 0)).toBe(COLOR_P16 | 1);
    expect(fg(screen, 1)).toBe(COLOR_P256 | 200);
    expect(bg(screen, 2)).toBe(COLOR_RGB | 0x010203);
    expect([fg(screen, 3), bg(screen, 3)]).toEqual([0, 0]);
  });

  test('bright colours, and colours with colons with and without a colour space', () => {
    const screen = screenOf('\x1b[97;107ma\x1b[38:5:7mb\x1b[38:2:1:2:3mc\x1b[38:2::1:2:3md');
    expect([fg(screen, 0), bg(screen, 0)]).toEqual([COLOR_P16 | 15, COLOR_P16 | 15]);
    expect([fg(screen, 1), fg(screen, 2), fg(screen, 3)]).toEqual([
      COLOR_P256 | 7,
      COLOR_RGB | 0x010203,
      COLOR_RGB | 0x010203,
    ]);
  });

  test('underline styles and colour stand in the extended attributes', () => {
    const screen = screenOf('\x1b[4:3;58:2::9:8:7ma\x1b[59mb\x1b[24mc\x1b[21md\x1b[4me\x1b[58;5;3mf');
    const row = screen.row(0);
    expect(row.extended(0)).toEqual({ underlineStyle: 3, underlineColor: COLOR_RGB | 0x090807, link: undefined });
    expect(row.extended(1)).toEqual({ underlineStyle: 3, underlineColor: 0, link: undefined });
    expect(row.extended(2)).toBeUndefined();
    expect(row.extended(3)?.underlineStyle).toBe(2);
    expect(row.extended(4)?.underlineStyle).toBe(1);
    expect(row.extended(5)?.underlineColor).toBe(COLOR_P256 | 3);
  });

  test('links: http and https, whole, and nothing else', () => {
    const open = (url: string): string => `\x1b]8;id=a:b=c;${url}\x1b\\x`;
    const urls = [
      'https://a.b/c;d?e=f',
      'HTTP://a',
      'ftp://a',
      'javascript:alert(1)',
      'http://a/\u00e4',
      `http://a/${'x'.repeat(2048)}`,
    ];
    const screen = screenOf(urls.map(open).join(''));
    const links = urls.map((_, x) => screen.row(0).extended(x)?.link);
    expect(links).toEqual(['https://a.b/c;d?e=f', 'HTTP://a', undefined, undefined, undefined, undefined]);
  });

  test('a link survives SGR 0, and ends with an empty one', () => {
    const screen = screenOf('\x1b]8;;http://a\x1b\\\x1b[1mx\x1b[0my\x1b]8;;\x1b\\z');
    const row = screen.row(0);
    expect([0, 1, 2].map((x) => row.extended(x)?.link)).toEqual(['http://a', 'http://a', undefined]);
    expect(bg(screen, 2) & BG_HAS_EXTENDED).toBe(0);
  });

  test('what is erased takes the background and nothing else', () => {
    const screen = screenOf('abc\x1b[1;4;41m\x1b[2K');
    expect([fg(screen, 1), bg(screen, 1) & COLOR_MODE]).toEqual([0, COLOR_P16]);
  });

  test('a row shows its line without a copy, several rows at once', () => {
    const screen = screenOf('ab\r\ncd');
    const [first, second] = [screen.row(0), screen.row(1)];
    expect([first.cells[0]! & 255, second.cells[0]! & 255]).toEqual([0x61, 0x63]);
    screen.write(encoder.encode('\x1b[Hx'));
    expect(first.cells[0]! & 255).toBe(0x78);
  });
});

describe('where the cursor goes', () => {
  test('a saved cursor is a place on the screen, however long the scrollback is', () => {
    for (const scrollback of [0, 3, 1000]) {
      const screen = screenOf('\x1b[2;3H\x1b7\x1b[5;1H\n\n\n\n\x1b8X', 20, 5, scrollback);
      expect(picture(screen), `scrollback ${scrollback}`).toEqual(['', '  X', '', '', '']);
    }
  });

  test('1049 keeps the cursor and pen of the normal screen', () => {
    const screen = screenOf('\x1b[31m\x1b[3;4H\x1b[?1049h\x1b[0mfull\x1b[?1049lX');
    expect([screen.cursor.x, screen.cursor.y]).toEqual([4, 2]);
    expect(fg(screen, 3, 2)).toBe(COLOR_P16 | 1);
  });

  test('restoring what was never saved is home, without attributes', () => {
    const screen = screenOf('\x1b[1;31m\x1b[3;4H\x1b(0\x1b8q');
    expect(picture(screen)[0]).toBe('q');
    expect(fg(screen, 0)).toBe(0);
  });

  test('erasing to the left in the last corner touches no other line', () => {
    const screen = screenOf('one\r\ntwo\x1b[99;99H\x1b[1J', 6, 3, 10);
    expect(picture(screen)).toEqual(['', '', '']);
    expect(() => screenOf('x\x1b[99;99H\x1b[1J', 6, 3, 10)).not.toThrow();
  });

  test('a line that wraps in the last column waits for the next character', () => {
    const screen = screenOf('12345', 5, 3);
    expect([screen.cursor.x, screen.cursor.y]).toEqual([4, 0]);
    screen.write(encoder.encode('6'));
    expect([screen.cursor.x, screen.cursor.y]).toEqual([1, 1]);
  });

  test('without autowrap the last column is overwritten, wide characters included', () => {
    expect(picture(screenOf('\x1b[?7labcdXY', 5, 2))[0]).toBe('abcdY');
    expect(picture(screenOf('\x1b[?7labc日Y', 5, 2))[0]).toBe('abc Y');
  });

  test('shape, blink and visibility', () => {
    const screen = screenOf('');
    const seen = ['', '\x1b[5 q', '\x1b[2 q', '\x1b[3 q', '\x1b[0 q', '\x1b[?12h', '\x1b[?25l', '\x1b[99 q'].map(
      (text) => {
        screen.write(encoder.encode(text));
        const { shape, blink, visible } = screen.cursor;
        return `${shape ?? 'own'} ${blink} ${visible}`;
      },
    );
    expect(seen).toEqual([
      'own false true',
      'bar true true',
      'block false true',
      'underline true true',
      'own false true',
      'own true true',
      'own true false',
      'own true false',
    ]);
  });
});

describe('scrolling', () => {
  test('lines scrolled up by SU from the top go to the scrollback', () => {
    const screen = screenOf('1\r\n2\r\n3\x1b[2S', 5, 3, 10);
    expect(screen.lines(0, 99).lines).toEqual(['1', '2', '3', '', '']);
  });

  test('inserting and deleting lines keeps to the margins', () => {
    expect(picture(screenOf('1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[2;1H\x1b[L'))).toEqual(['1', '', '2', '3', '5']);
    expect(picture(screenOf('1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[2;1H\x1b[99M'))).toEqual(['1', '', '', '', '5']);
    expect(picture(screenOf('1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[2;1H\x1bM'))).toEqual(['1', '', '2', '3', '5']);
    expect(picture(screenOf('1\r\n2\r\n3\r\n4\r\n5\x1b[2;4r\x1b[T'))).toEqual(['1', '', '2', '3', '5']);
  });

  test('inserting and deleting cells never leaves half of a wide character', () => {
    expect(picture(screenOf('a日b\x1b[1;3H\x1b[@', 8, 1))[0]).toBe('a   b');
    expect(picture(screenOf('a日b\x1b[1;2H\x1b[P', 8, 1))[0]).toBe('a b');
    expect(picture(screenOf('ab日\x1b[1;1H\x1b[@', 4, 1))[0]).toBe(' ab');
  });
});

describe('modes', () => {
  test('a fresh screen has the default modes, and so has one after RIS', () => {
    expect(screenOf('').modes).toEqual(DEFAULT_MODES);
    const all = '\x1b[?1;66;1003;1006;1004;2004;1049h\x1b[?1007l\x1b[20h\x1b[>4;2m\x1b[>5u\x1b[5 q\x1b[?25l';
    const screen = screenOf(all);
    expect(screen.modes).toEqual({
      applicationCursor: true,
      applicationKeypad: true,
      bracketedPaste: true,
      focusEvents: true,
      mouse: 'any',
      mouseEncoding: 'sgr',
      alternateScreen: true,
      alternateScroll: false,
      modifyOtherKeys: 2,
      kittyFlags: 5,
      newLine: true,
    });
    screen.write(encoder.encode('\x1bc'));
    expect(screen.modes).toEqual(DEFAULT_MODES);
    expect(screen.cursor).toMatchObject({ x: 0, y: 0, visible: true, shape: undefined });
  });

  test('mouse protocols and encodings replace one another', () => {
    const screen = screenOf('\x1b[?1000h\x1b[?1015h');
    expect(screen.modes).toMatchObject({ mouse: 'press', mouseEncoding: 'urxvt' });
    screen.write(encoder.encode('\x1b[?1002h\x1b[?1006h\x1b[?1015l'));
    expect(screen.modes).toMatchObject({ mouse: 'drag', mouseEncoding: 'sgr' });
    screen.write(encoder.encode('\x1b[?1000l\x1b[?1006l\x1b[?9h\x1b[?1005h'));
    expect(screen.modes).toMatchObject({ mouse: 'x10', mouseEncoding: 'utf8' });
  });

  test('kitty flags: set, add, take away, push and pop', () => {
    const screen = screenOf('');
    const flags = ['\x1b[=5u', '\x1b[=2;2u', '\x1b[=4;3u', '\x1b[>8u', '\x1b[>u', '\x1b[<u', '\x1b[<u', '\x1b[<9u'].map(
      (text) => {
        screen.write(encoder.encode(text));
        return screen.modes.kittyFlags;
      },
    );
    expect(flags).toEqual([5, 7, 3, 8, 0, 8, 3, 0]);
  });

  test('each screen has its own kitty stack; that of the alternate one is forgotten when it is left', () => {
    const screen = screenOf('\x1b[>1u\x1b[?1049h\x1b[>3u');
    expect(screen.modes.kittyFlags).toBe(3);
    screen.write(encoder.encode('\x1b[?1049l'));
    expect(screen.modes.kittyFlags).toBe(1);
    screen.write(encoder.encode('\x1b[?1049h'));
    expect(screen.modes.kittyFlags).toBe(0);
  });

  test('a kitty stack forgets its oldest entries', () => {
    const screen = screenOf(`${'\x1b[>1u'.repeat(100)}\x1b[>2u`);
    screen.write(encoder.encode('\x1b[<16u'));
    expect(screen.modes.kittyFlags).toBe(1);
    screen.write(encoder.encode('\x1b[<u'));
    expect(screen.modes.kittyFlags).toBe(0);
  });

  test('modifyOtherKeys: set, reset, reset all', () => {
    const screen = screenOf('');
    const levels = ['\x1b[>4;1m', '\x1b[>4m', '\x1b[>4;2m', '\x1b[>1;2m', '\x1b[>m', '\x1b[>4;2m', '\x1b[>4n'].map(
      (text) => {
        screen.write(encoder.encode(text));
        return screen.modes.modifyOtherKeys;
      },
    );
    expect(levels).toEqual([1, 0, 2, 2, 0, 2, 0]);
  });

  test('a soft reset leaves paste, mouse and focus modes alone', () => {
    const screen = screenOf('\x1b[?2004;1002;1004;1h\x1b[!p');
    expect(screen.modes).toMatchObject({
      bracketedPaste: true,
      mouse: 'drag',
      focusEvents: true,
      applicationCursor: false,
    });
  });

  test('synchronized output is seen', () => {
    const screen = screenOf('\x1b[?2026h');
    expect(screen.synchronizing).toBe(true);
    screen.write(encoder.encode('\x1b[?2026l'));
    expect(screen.synchronizing).toBe(false);
  });

  test('the version grows with every write, resize and reset', () => {
    const screen = screenOf('');
    const versions = [
      () => {},
      () => screen.write(encoder.encode('x')),
      () => screen.resize(10, 3),
      () => screen.reset(),
    ].map((change) => {
      change();
      return screen.version;
    });
    expect(new Set(versions).size).toBe(4);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  });
});

describe('resizing', () => {
  test('lines that wrapped are joined and split again', () => {
    const screen = screenOf('the quick brown fox\r\n$ ', 10, 5, 20);
    screen.resize(20, 5);
    expect(screen.lines(0, 2).lines).toEqual(['the quick brown fox', '$']);
    screen.resize(5, 5);
    expect(screen.lines(0, 9).lines.slice(0, 5)).toEqual(['the q', 'uick', 'brown', ' fox', '$']);
    expect(screen.lines(0, 9).wrapped.slice(0, 5)).toEqual([false, true, true, true, false]);
  });

  test('growing takes lines back from the scrollback', () => {
    const screen = screenOf('1\r\n2\r\n3\r\n4\r\n5', 5, 3, 20);
    expect(picture(screen)).toEqual(['3', '4', '5']);
    screen.resize(5, 5);
    expect(picture(screen)).toEqual(['1', '2', '3', '4', '5']);
  });

  test('the alternate screen is cut, and what was cut does not come back', () => {
    const screen = screenOf('\x1b[?1049habcdefgh', 8, 3, 20);
    screen.resize(4, 3);
    screen.resize(8, 3);
    expect(picture(screen)[0]).toBe('abcd');
  });

  test('any size works, down to the smallest', () => {
    const screen = screenOf('hello 日本 world\r\n'.repeat(20), 30, 10, 20);
    for (const [cols, rows] of [
      [2, 1],
      [500, 200],
      [1, 1],
      [3, 7],
      [0, 0],
      [80, 24],
    ] as const) {
      screen.resize(cols, rows);
      screen.write(encoder.encode('x日\x1b[?1049hy\x1b[?1049l\x1b[999;999Hz\n'));
      for (let y = 0; y < screen.rows; y++)
        expect(screen.row(y).cells.length).toBeGreaterThanOrEqual(screen.cols * WORDS);
      expect([screen.cols, screen.rows]).toEqual([Math.max(2, cols), Math.max(1, rows)]);
    }
  });

  test('a viewer that gets a snapshot after a resize shows what the hub shows', () => {
    const hub = screenOf('some text that wraps\r\n'.repeat(20), 12, 6, 100);
    const viewer = new Screen({ cols: 12, rows: 6, scrollback: 0 });
    for (const [cols, rows] of [
      [30, 9],
      [7, 20],
      [12, 3],
    ] as const) {
      hub.resize(cols, rows);
      applyEntry(viewer, { kind: 'snapshot', seq: 1, epoch: 'e', cols, rows, bytes: hub.snapshot() });
      expect(dump(viewer)).toEqual(dump(hub));
    }
  });
});

describe('applyEntry', () => {
  test('output and errors are written, a resize resizes, a mark does nothing', () => {
    const screen = new Screen({ cols: 10, rows: 2, scrollback: 0 });
    applyEntry(screen, { kind: 'output', seq: 1, bytes: encoder.encode('a') });
    applyEntry(screen, { kind: 'error', seq: 2, bytes: encoder.encode('b') });
    applyEntry(screen, { kind: 'mark', seq: 3, mark: 'm' });
    applyEntry(screen, { kind: 'resize', seq: 4, cols: 6, rows: 3 });
    expect([picture(screen), screen.cols, screen.rows]).toEqual([['ab', '', ''], 6, 3]);
  });
});

describe('writing a part', () => {
  test('writeWhile stops when it is told to, and goes on from there', () => {
    const screen = new Screen({ cols: 10, rows: 2, scrollback: 0 });
    const bytes = encoder.encode(`${'x'.repeat(1023)}é\x1b[2J\x1b[Hdone${' '.repeat(2000)}\x1b[1;5H`);
    let looks = 0;
    const done = screen.writeWhile(bytes, () => ++looks < 2);
    expect(done).toBe(2048);
    screen.write(bytes.subarray(done));
    expect(screen.cursor).toMatchObject({ x: 4, y: 0 });
  });
});

describe('reset', () => {
  test('leaves nothing of what was before, not even half a sequence', () => {
    const screen = screenOf('text\r\n'.repeat(20), 10, 4, 50);
    screen.write(
      encoder.encode('\x1b]0;t\x07\x1b]7;file:///x\x07\x1b[?1049h\x1b[31m\x1b(0\x1b[>1u\x1b[?25l\x1b[2 q\x1b[\xe4'),
    );
    screen.reset();
    const fresh = new Screen({ cols: 10, rows: 4, scrollback: 50 });
    for (const each of [screen, fresh]) each.write(encoder.encode('5mq\x1b8'));
    expect(dump(screen)).toEqual(dump(fresh));
    expect([screen.firstLine, screen.screenTop]).toEqual([0, 0]);
  });
});
