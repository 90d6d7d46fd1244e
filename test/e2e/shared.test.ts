import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import {
  disposeTuis,
  PROMPT,
  type ScreenCell,
  seededRandom,
  seen,
  spawnTui,
  type Tui,
  waitUntil,
} from '../support/index.ts';

afterEach(disposeTuis);

const COLS = 100;
const ROWS = 24;

/** All within the border, each cell with its colours. */
function paneCells(tui: Tui): ScreenCell[][] {
  const rows: ScreenCell[][] = [];
  for (let y = 2; y < ROWS - 2; y += 1) {
    rows.push(Array.from({ length: COLS - 2 }, (_, x) => seen(tui.cell(x + 1, y))));
  }
  return rows;
}

function differences(one: Tui, two: Tui): string {
  const other = paneCells(two);
  const rows = paneCells(one).flatMap((row, y) =>
    row.flatMap((cell, x) => {
      const [a, b] = [JSON.stringify(cell), JSON.stringify(other[y]![x])];
      return a === b ? [] : [`${x + 1},${y + 2}: ${a} ${b}`];
    }),
  );
  return rows.slice(0, 20).join('\n');
}

it('two screens in two terminals on one session, typed into by turns through floods, colours and full-screen programs, end in equal cells', async () => {
  const one = spawnTui({ cols: COLS, rows: ROWS });
  await one.waitFor(PROMPT.trim());
  one.home.write(
    'text.txt',
    Array.from({ length: 300 }, (_, i) => `${i} 日本語 grüßt 👩‍🚀 ${'~'.repeat(i % 50)}`).join('\n'),
  );
  const two = spawnTui({ cols: COLS, rows: ROWS, home: one.home });
  await two.waitFor(PROMPT.trim());
  const lines = [
    'seq 1 20000',
    'cat text.txt',
    "for i in $(seq 255); do printf '\\e[38;5;%sm%s \\e[0m' $i $i; done; echo",
    "printf '\\e[4:3m\\e[58;5;9mcurly\\e[0m \\e]8;;https://example.com\\e\\\\link\\e]8;;\\e\\\\ \\e[7mreverse\\e[0m\\n'",
    'clear',
    'yes no end of it | head -n 50000',
    "printf '\\e[?1049h\\e[2J\\e[5;5Hother screen'; sleep 0.05; printf '\\e[?1049l'",
  ];
  const random = seededRandom(4);
  for (let i = 0; i < 24; i++) {
    const tui = random() < 0.5 ? one : two;
    // One line at a time: two who type into one line get what they typed, mixed.
    tui.send(`${lines[Math.floor(random() * lines.length)]}; echo done-$((${i}))\r`);
    await tui.waitFor(`done-${i}`);
  }
  two.send('less text.txt\r');
  // Both: the prompt that is waited for next stands there until then.
  for (const tui of [one, two]) await tui.waitFor(/^│0 日本語/m);
  one.send('50%q');
  await two.waitFor(/^│\$ *│$/m);
  two.send("printf '\\e[32mboth \\e[1msee this\\e[0m\\n'\r");
  for (const tui of [one, two]) await tui.waitFor(/│both see this/);
  await waitUntil(
    () =>
      isDeepStrictEqual(one.cursor, two.cursor) && JSON.stringify(paneCells(one)) === JSON.stringify(paneCells(two)),
    'cells and cursor of both are equal',
    {
      everyMs: 100,
      detail: () =>
        `${differences(one, two)}\n${JSON.stringify([one.cursor, two.cursor])}\n${one.text()}\n${two.text()}`,
    },
  );
  expect(
    paneCells(one)
      .flat()
      .some(({ chars }) => chars.trim() !== ''),
  ).toBe(true);
});
