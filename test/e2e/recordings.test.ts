import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { disposeTuis, seen, spawnTui, type Tui, waitUntil } from '../support/index.ts';

afterEach(disposeTuis);

/** The size at which the agents were recorded. */
const SIZE = { cols: 120, rows: 40 };
const recording = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/recordings/${name}.cast`, import.meta.url));

/** Writes the output of a recording, at once and in its own pieces, then waits to be ended. */
const PLAY = `
const lines = require('node:fs').readFileSync(process.argv[1], 'utf8').trim().split('\\n').slice(1).map(JSON.parse);
process.stdin.setRawMode?.(true);
process.stdin.resume();
for (const [, kind, text] of lines) if (kind === 'o') process.stdout.write(text);
process.stdout.write('\\x1b]2;played\\x07');
setInterval(() => {}, 1000);
`;

const region = (tui: Tui, x: number, y: number): string[] =>
  Array.from({ length: SIZE.rows }, (_, row) =>
    Array.from({ length: SIZE.cols }, (_, column) => JSON.stringify(seen(tui.cell(x + column, y + row)))).join('\n'),
  );

const text = (tui: Tui, x: number, y: number): string[] =>
  Array.from({ length: SIZE.rows }, (_, row) =>
    Array.from({ length: SIZE.cols }, (_, column) => tui.cell(x + column, y + row).chars)
      .join('')
      .trimEnd(),
  );

describe('what agents draw, through the hub and the compositor', () => {
  for (const agent of ['claude', 'codex', 'gemini']) {
    for (const state of ['idle', 'working', 'permission', 'done']) {
      it(`${agent}, ${state}: ends in the same cells as in a bare terminal`, async () => {
        const command = [process.execPath, '-e', PLAY, recording(`${agent}-${state}`)];
        const bare = spawnTui({ ...SIZE, command });
        await bare.waitFor((t) => t.title === 'played', { what: 'all of it was written' });
        const pane = spawnTui({
          cols: SIZE.cols + 2,
          rows: SIZE.rows + 4,
          args: ['new', '-n', agent, '--', ...command],
        });
        await pane.waitFor((t) => t.row(1).includes('played'), { what: 'all of it was written' });
        // The title stands in the border as soon as the hub tells it; the picture may come a moment later.
        const expected = region(bare, 0, 0);
        const different = () => region(pane, 1, 2).findIndex((row, y) => row !== expected[y]);
        await waitUntil(() => different() < 0, 'the cells are the same', {
          everyMs: 100,
          detail: () => `row ${different()}\n${pane.text()}\n--- bare:\n${bare.text()}`,
        });
        expect(text(pane, 1, 2)).toEqual(text(bare, 0, 0));
      });
    }
  }
});
