import { describe, expect, test } from 'vitest';
import { CONTENT_WIDTH_SHIFT, Screen, WORDS } from '../../../src/core/index.ts';
import { loneWidth, textWidth } from '../../../src/core/output/unicode.ts';
import { Utf8Decoder } from '../../../src/core/output/utf8.ts';

const encoder = new TextEncoder();

/** The cells of a text written in pieces of so many bytes: `text/width`, the second halves left out. */
function cells(text: string, cols = 40, size = 10_000): string[] {
  const screen = new Screen({ cols, rows: 2, scrollback: 0 });
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += size) screen.write(bytes.subarray(at, at + size));
  const row = screen.row(0);
  const result: string[] = [];
  for (let x = 0; x < cols; x++) {
    const content = row.cells[x * WORDS]!;
    const chars =
      content & 0x200000 ? row.combined(x) : content & 0x1fffff ? String.fromCodePoint(content & 0x1fffff) : '';
    if (chars !== '') result.push(`${chars}/${content >> CONTENT_WIDTH_SHIFT}`);
  }
  return result;
}

describe('widths and clusters', () => {
  const cases: readonly [name: string, text: string, expected: string[]][] = [
    ['Latin', 'aé', ['a/1', 'é/1']],
    ['Cyrillic and box drawing', 'Я│', ['Я/1', '│/1']],
    ['CJK and fullwidth', '日Ａ', ['日/2', 'Ａ/2']],
    ['ambiguous width is one', '°…“', ['°/1', '…/1', '“/1']],
    ['Hangul syllables', '한글', ['한/2', '글/2']],
    ['Hangul jamo', '\u1112\u1161\u11ab\u1100', ['\u1112\u1161\u11ab/2', '\u1100/2']],
    ['a mark joins its letter', 'e\u0301x', ['e\u0301/1', 'x/1']],
    ['a mark joins a wide character', '日\u0301x', ['日\u0301/2', 'x/1']],
    ['a mark at the beginning of a line is dropped', '\u0301x', ['x/1']],
    ['a mark after a change of colour still joins', 'e\x1b[31m\u0301x', ['e\u0301/1', 'x/1']],
    ['emoji', '😀x', ['😀/2', 'x/1']],
    ['emoji with a modifier', '👍🏽x', ['👍🏽/2', 'x/1']],
    ['a modifier alone', 'a🏽', ['a/1', '🏽/2']],
    ['a family', '👨\u200d👩\u200d👧\u200d👦x', ['👨\u200d👩\u200d👧\u200d👦/2', 'x/1']],
    ['two emoji side by side', '👨👩', ['👨/2', '👩/2']],
    ['VS16 makes it wide', '❤\ufe0fx', ['❤\ufe0f/2', 'x/1']],
    ['VS16 after what is no emoji', 'a\ufe0fx', ['a\ufe0f/1', 'x/1']],
    ['VS15 leaves it as it is', '❤\ufe0ex', ['❤\ufe0e/1', 'x/1']],
    ['a keycap', '1\ufe0f\u20e3x', ['1\ufe0f\u20e3/2', 'x/1']],
    ['a flag', '🇩🇪x', ['🇩🇪/2', 'x/1']],
    ['three regional indicators', '🇩🇪🇫', ['🇩🇪/2', '🇫/1']],
    ['a flag of tags', '🏴\u{e0067}\u{e0062}\u{e007f}x', ['🏴\u{e0067}\u{e0062}\u{e007f}/2', 'x/1']],
    ['a modifier on a pictograph that VS16 made wide', '✌\ufe0f🏽x', ['✌\ufe0f🏽/2', 'x/1']],
    ['Devanagari', 'नि', ['नि/1']],
    ['halfwidth katakana with its mark', 'ｶﾞ', ['ｶ/1', 'ﾞ/1']],
    ['what cannot be seen is not kept', 'a\u200b\u2060\u202e\u2066b', ['a/1', 'b/1']],
    ['the soft hyphen has a cell', 'a\u00adb', ['a/1', '\u00ad/1', 'b/1']],
    ['emoji joined by ZWJ after a letter', 'x\u200d👩', ['x\u200d/1', '👩/2']],
  ];
  for (const [name, text, expected] of cases) {
    test(name, () => {
      expect(cells(text)).toEqual(expected);
      expect(cells(text, 40, 1)).toEqual(expected);
    });
  }

  test('a text measured and a text printed agree', () => {
    for (const [, text] of cases) {
      if (text.includes('\x1b') || text.startsWith('\u0301')) continue;
      const screen = new Screen({ cols: 40, rows: 1, scrollback: 0 });
      screen.write(encoder.encode(text));
      expect(screen.cursor.x, JSON.stringify(text)).toBe(textWidth(text));
    }
  });

  test('a character that is measured alone takes these cells whatever stands before it', () => {
    const codes = [0x20, 0x7e, 0xe9, 0x6f22, 0xac00, 0x2500, 0x3042, 0xff21, 0x20000];
    for (const code of codes) {
      expect(loneWidth(code), code.toString(16)).toBeGreaterThan(0);
      for (const before of ['', 'x', '日', '👩\u200d', 'e\u0301', '🇫']) {
        const screen = new Screen({ cols: 40, rows: 1, scrollback: 0 });
        screen.write(encoder.encode(before));
        const { x } = screen.cursor;
        screen.write(encoder.encode(String.fromCodePoint(code)));
        expect(screen.cursor.x - x, code.toString(16)).toBe(loneWidth(code));
      }
    }
    for (const code of [0, 0x1b, 0x7f, 0x9b, 0x301, 0x200d, 0x202e, 0x1f1eb, 0x1f3fb, 0x1f469, 0x1161]) {
      expect(loneWidth(code), code.toString(16)).toBe(0);
    }
  });

  test('a wide character that does not fit goes to the next line', () => {
    const screen = new Screen({ cols: 4, rows: 2, scrollback: 0 });
    screen.write(encoder.encode('abc日'));
    expect(screen.capture()).toBe('abc\n日');
    expect(screen.lines(0, 2).wrapped).toEqual([false, true]);
  });

  test('a cluster that VS16 widens in the last column goes to the next line', () => {
    const screen = new Screen({ cols: 4, rows: 2, scrollback: 0 });
    screen.write(encoder.encode('\x1b[31mabc❤\ufe0fx'));
    expect(screen.capture()).toBe('abc\n❤\ufe0fx');
  });

  test('the text of a cell is bounded', () => {
    const [letter] = cells(`a${'\u0301'.repeat(10_000)}`);
    expect(letter!.length).toBeLessThanOrEqual(32 + 2);
    for (const cell of cells('👩\u200d'.repeat(500), 400)) expect(cell.length).toBeLessThanOrEqual(32 + 2);
  });

  test('overwriting one half of a wide character takes the other away', () => {
    expect(cells('日\x1b[1Gx')).toEqual(['x/1']);
    expect(cells('日\x1b[2Gx')).toEqual(['x/1']);
    expect(cells('日日\x1b[2G語')).toEqual(['語/2']);
  });

  test('letters of the DEC graphics set are lines, in either half', () => {
    expect(cells('\x1b(0qx\x1b(Bq\x1b)0\x0eq\x0fq')).toEqual(['─/1', '│/1', 'q/1', '─/1', 'q/1']);
  });
});

describe('UTF-8', () => {
  /** The code points of bytes that come in such pieces. */
  function decode(bytes: Uint8Array, size: number): string {
    const decoder = new Utf8Decoder();
    const target = new Uint32Array(bytes.length + 4);
    let text = '';
    for (let at = 0; at < bytes.length; at += size) {
      const count = decoder.decode(bytes, at, Math.min(bytes.length, at + size), target);
      text += String.fromCodePoint(...target.subarray(0, count));
    }
    return text;
  }

  test('characters may be split anywhere, U+4000 and its like included', () => {
    const text = 'aé\u4000\u0800\uffff\u{10000}\u{10ffff}\u0080日本👍🏽z';
    for (const size of [1, 2, 3, 5, 100]) expect(decode(encoder.encode(text), size), `${size}`).toBe(text);
  });

  test('what is malformed is left out, what follows it is not', () => {
    const bad: number[][] = [
      [0xff],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [0xe0, 0x80, 0x80],
      [0xf4, 0x90, 0x80, 0x80],
      [0xe2, 0x28],
      [0xf0, 0x9f, 0x98],
      [0x80],
      [0xf8, 0x88],
    ];
    for (const bytes of bad) {
      const all = Uint8Array.from([0x61, ...bytes, 0x62]);
      const whole = decode(all, 100);
      expect(whole.startsWith('a') && whole.endsWith('b'), bytes.join()).toBe(true);
      for (const size of [1, 2, 3]) expect(decode(all, size), `${bytes} by ${size}`).toBe(whole);
    }
  });

  test('bytes in a pooled buffer are read from their own place', () => {
    const pool = encoder.encode('xxx日本yyy');
    const screen = new Screen({ cols: 10, rows: 1, scrollback: 0 });
    screen.write(pool.subarray(3, 9));
    expect(screen.capture()).toBe('日本');
  });
});
