import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/core/index.ts';

const encoder = new TextEncoder();
const plain = (line: string): string => line.replace(/\x1b\[[0-9;:]*m|\x1b\]8;[^\x1b]*\x1b\\/g, '').trimEnd();
const linked = (n: number): string => `\x1b]8;;http://127.0.0.1/${n}\x1b\\link ${n}\x1b]8;;\x1b\\`;
/** A line that shows its number, in colours, with a link and characters of all widths. */
const line = (n: number): string =>
  `\x1b[38;5;${n % 256}mline ${n}\x1b[0m \u65e5\u672c \u{1f469}\u200d\u{1f680} ${linked(n)}`;
const shown = (n: number): string => `line ${n} \u65e5\u672c \u{1f469}\u200d\u{1f680} link ${n}`;

describe('a scrollback that fills', () => {
  it.each([0, 1, 50, 300])('keeps every line whole, before it is full and after, with %i lines kept', (scrollback) => {
    const screen = new Screen({ cols: 60, rows: 10, scrollback });
    for (let n = 0; n < 700; n++) {
      screen.write(encoder.encode(`${n === 0 ? '' : '\r\n'}${line(n)}`));
      if (n % 97 !== 0 && n !== 699) continue;
      const first = screen.firstLine;
      expect(first).toBe(Math.max(0, n + 1 - 10 - scrollback));
      const { lines } = screen.lines(first, 2000);
      for (let i = first; i <= n; i++) expect(plain(lines[i - first] ?? '')).toBe(shown(i));
      expect(lines[0]).toContain(`;http://127.0.0.1/${first}\x1b\\`);
    }
    screen.dispose();
  });

  it('gives lines back whole when the window grows, packed or not', () => {
    const screen = new Screen({ cols: 60, rows: 5, scrollback: 100 });
    for (let n = 0; n < 90; n++) screen.write(encoder.encode(`${n === 0 ? '' : '\r\n'}${line(n)}`));
    screen.resize(60, 40);
    expect(plain(screen.capture({}).split('\n')[0] ?? '')).toBe(shown(50));
    screen.resize(30, 40);
    screen.resize(60, 12);
    const text = plain(screen.capture({ history: 1000 }));
    for (let n = 0; n < 90; n++) expect(text).toContain(`line ${n} `);
    const fresh = new Screen({ cols: 60, rows: 12, scrollback: 100 });
    fresh.restore(screen.snapshot({ history: 1000 }));
    expect(fresh.capture({ history: 1000, ansi: true })).toBe(screen.capture({ history: 1000, ansi: true }));
    screen.dispose();
    fresh.dispose();
  });
});
