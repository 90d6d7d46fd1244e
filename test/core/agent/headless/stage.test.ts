import { describe, expect, it } from 'vitest';
import { shorten } from '../../../../src/core/agent/headless/layout.ts';
import { type Footer, Stage } from '../../../../src/core/agent/headless/stage.ts';
import { bold, dim, plainOf } from '../../../../src/core/agent/headless/style.ts';
import { Screen } from '../../../../src/core/index.ts';

/** A small generator of pseudo-random numbers (mulberry32): failures can be repeated. */
function randomFrom(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** All lines that were ever shown, those that wrapped put together, without blanks (a wide character may leave one at an edge). */
function shown(screen: Screen): string[] {
  const { lines, wrapped } = screen.lines(screen.firstLine, 100_000);
  const out: string[] = [];
  lines.forEach((line, i) => {
    const plain = plainOf(line).replace(/ /g, '');
    if (wrapped[i]) out[out.length - 1] += plain;
    else out.push(plain);
  });
  while (out.at(-1) === '') out.pop();
  return out;
}

function expected(text: string, footer: Footer): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const all = [...lines, ...footer.lines].map((line) => plainOf(line).replace(/ /g, ''));
  while (all.at(-1) === '') all.pop();
  return all;
}

const WORDS = ['word', ' ', 'a', '日本語', '👩‍💻', 'é', 'x'.repeat(25), '\n', '\n\n', 'the end.', '한', '— '];

describe('a text that grows above a footer', () => {
  it.each(Array.from({ length: 25 }, (_, i) => i + 1))(
    'loses and doubles nothing, whatever is printed and however it is resized (seed %i)',
    (seed) => {
      const random = randomFrom(seed);
      const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
      let cols = 20 + Math.floor(random() * 60);
      let rows = 24 + Math.floor(random() * 20);
      const screen = new Screen({ cols, rows, scrollback: 5000 });
      const stage = new Stage(cols, rows, (text) => screen.write(new TextEncoder().encode(text)));
      let text = '';
      for (let step = 0; step < 150; step++) {
        const what = random();
        if (what < 0.15) {
          cols = 20 + Math.floor(random() * 60);
          rows = 24 + Math.floor(random() * 20);
          screen.resize(cols, rows);
          stage.resize(cols, rows);
        } else if (what < 0.8) {
          const piece = Array.from({ length: 1 + Math.floor(random() * 6) }, () => pick(WORDS)).join('');
          text += piece;
          stage.print(random() < 0.3 ? piece.split('\n').map(bold).join('\n') : piece);
        }
        const lines = [
          '',
          ...Array.from({ length: Math.floor(random() * 5) }, () =>
            dim(shorten(pick(['status', '? question 日本', 'waits: '.repeat(12), '長'.repeat(40)]), cols)),
          ),
        ];
        const before = shorten(
          `> ${Array.from({ length: Math.floor(random() * 4) }, () => pick(['typed', '日', ' ', 'long words here '.repeat(3)])).join('')}`,
          cols - 1,
        );
        const footer: Footer = { lines: [...lines, before], cursor: { line: lines.length, before } };
        stage.footer = footer;
        stage.flush();
        expect(shown(screen), `step ${step}, ${cols}x${rows}`).toEqual(expected(text, footer));
      }
    },
  );

  it('goes on behind a character in the last column as if it had never left', () => {
    const screen = new Screen({ cols: 10, rows: 8, scrollback: 100 });
    const stage = new Stage(10, 8, (text) => screen.write(new TextEncoder().encode(text)));
    stage.footer = { lines: ['', '> '], cursor: { line: 1, before: '> ' } };
    stage.print('0123456789');
    stage.flush();
    stage.print('abc');
    stage.flush();
    expect(screen.lines(0, 4)).toMatchObject({
      lines: ['0123456789', 'abc', '', '>'],
      wrapped: [false, true, false, false],
    });
    expect(screen.cursor).toMatchObject({ x: 2, y: 3 });
  });

  it('writes little for each piece of a streamed text', () => {
    let bytes = 0;
    const stage = new Stage(80, 24, (text) => {
      bytes += text.length;
    });
    stage.footer = { lines: ['', dim('working · Esc cancels'), '> '], cursor: { line: 2, before: '> ' } };
    stage.print('x'.repeat(3000));
    stage.flush();
    bytes = 0;
    stage.print('word ');
    stage.flush();
    expect(bytes).toBeLessThan(120);
  });
});
