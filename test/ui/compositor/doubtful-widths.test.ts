import headless from '@xterm/headless';
import { describe, expect, it } from 'vitest';
import { Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { ArraySurface } from '../../support/array-surface.ts';
import { HandClock, MemorySink, Random } from './fakes.ts';
import { wholeLayer } from './picture.ts';

/** How much terminals differ: each code point of an emoji one cell, two cells, or all of it in one place. */
const TERMINALS = {
  'makes every emoji narrow': (cp: number) => (isZeroWidth(cp) ? 0 : isCjk(cp) ? 2 : 1),
  'makes every emoji wide and joins nothing': (cp: number) => (isZeroWidth(cp) ? 0 : isCjk(cp) || isEmoji(cp) ? 2 : 1),
  'makes joiners and selectors visible': (cp: number) =>
    isCjk(cp) || isEmoji(cp) ? 2 : cp >= 0x300 && cp < 0x370 ? 0 : 1,
} as const;

const isZeroWidth = (cp: number) => cp === 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0x300 && cp < 0x370);
const isCjk = (cp: number) => cp >= 0x4e00 && cp < 0xa000;
const isEmoji = (cp: number) => cp >= 0x1f000 || (cp >= 0x2600 && cp < 0x27c0);

/** Text, the width that our screen gives it. */
const DOUBTFUL: readonly (readonly [string, 1 | 2])[] = [
  ['👍', 2],
  ['👍🏽', 2],
  ['👨\u200d👩\u200d👧', 2],
  ['❤\ufe0f', 2],
  ['⚠', 1],
  ['✔', 1],
  ['🇩🇪', 2],
];

describe.each(Object.entries(TERMINALS))('on a terminal that %s', (_name, width) => {
  it('everything but the emoji is in its place, in every frame', () => {
    const cols = 30;
    const rows = 6;
    const random = new Random(27);
    const term = new headless.Terminal({ cols, rows, scrollback: 0, allowProposedApi: true, logLevel: 'off' });
    term.unicode.register({
      version: 'test',
      wcwidth: (cp: number) => width(cp) as 0 | 1 | 2,
      charProperties: (cp: number, before: number) => {
        const own = width(cp);
        const joins = own === 0 && before !== 0;
        return ((joins ? (before >> 1) & 3 : own) << 1) | (joins ? 1 : 0);
      },
    });
    term.unicode.activeVersion = 'test';
    const { _core: core } = term as unknown as { _core: { writeSync(data: Uint8Array): void } };
    const sink = new MemorySink();
    const compositor = new Compositor({ sink, clock: new HandClock(), capabilities: FULL_CAPABILITIES });
    const surface = new ArraySurface(cols, rows);
    compositor.setSize(cols, rows);
    compositor.setLayers([wholeLayer(surface)]);
    /** What is certain of each cell; undefined for cells that an emoji covers. */
    const certain: (string | undefined)[] = new Array(cols * rows).fill('');
    let compared = 0;
    for (let frame = 0; frame < 400; frame++) {
      for (let i = random.int(1, 6); i > 0; i--) {
        const y = random.int(0, rows - 1);
        const x = random.int(0, cols - 3);
        const [text, cells] = random.chance(0.4)
          ? random.pick(DOUBTFUL)
          : random.chance(0.2)
            ? (['漢', 2] as const)
            : ([random.pick([...'abc─ ']), 1] as const);
        const at = y * cols + x;
        // Not into the halves of a wide character: the surface of a real screen would clear the other half.
        if (surface.row(y).cells[x * 3]! >>> 22 === 0 || surface.row(y).cells[(x + cells) * 3]! >>> 22 === 0) continue;
        if (cells === 1 && surface.row(y).cells[x * 3]! >>> 22 === 2) continue;
        surface.set(x, y, text, cells);
        const isDoubtful = DOUBTFUL.some(([one]) => one === text);
        for (let part = 0; part < cells; part++) certain[at + part] = isDoubtful ? undefined : part === 0 ? text : '';
      }
      compositor.invalidate();
      compositor.flush();
      for (const bytes of sink.writes.splice(0)) core.writeSync(bytes);
      const buffer = term.buffer.active;
      for (let y = 0; y < rows; y++) {
        const line = buffer.getLine(buffer.baseY + y)!;
        for (let x = 0; x < cols; x++) {
          const expected = certain[y * cols + x];
          if (expected === undefined) continue;
          compared++;
          const shown = line.getCell(x)!.getChars().trim();
          if (shown !== expected.trim())
            expect.fail(
              `frame ${frame}, column ${x}, row ${y}: ${JSON.stringify(shown)} instead of ${JSON.stringify(expected)}`,
            );
        }
      }
    }
    term.dispose();
    expect(compared).toBeGreaterThan(10_000);
  });
});
