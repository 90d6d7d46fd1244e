import { afterEach, describe, expect, it } from 'vitest';
import { alt, ctrl, disposeTuis, KEY, mouse, PROMPT, runCli, spawnTui } from '../support/index.ts';
import { Random } from '../ui/compositor/fakes.ts';

afterEach(disposeTuis);

/** Key presses in each run; IRIS_SOAK_KEYS sets another number. */
const KEYS = Number(process.env.IRIS_SOAK_KEYS ?? 600);
const prefix = KEY.prefix;

/** What people press, and what they press by mistake. */
const ACTIONS: readonly string[] = [
  ...[
    'c',
    '%',
    '"',
    'n',
    'p',
    'l',
    '1',
    '2',
    '3',
    'o',
    ';',
    'z',
    '!',
    '{',
    '}',
    ' ',
    'E',
    'q',
    't',
    'r',
    '(',
    ')',
    'a',
  ].map((k) => prefix + k),
  ...[KEY.up, KEY.down, KEY.left, KEY.right, ctrl('o'), alt('1'), alt('5'), '\x1b[1;5D', '\x1b[1;3C'].map(
    (k) => prefix + k,
  ),
  // Of two at least, so that one is left.
  `${prefix}c${prefix}xy`,
  `${prefix}&n`,
  `${prefix}?q`,
  `${prefix}w${KEY.escape}`,
  `${prefix}s${KEY.down}${KEY.enter}`,
  `${prefix}:zooom\r`,
  `${prefix}[${KEY.pageUp}q`,
  `${prefix},tab\r`,
  'echo $RANDOM\r',
  'seq 1 300\r',
  "printf '\\e[31mred\\e[0m 日本 👩‍🚀\\n'\r",
  ctrl('c'),
  ctrl('l'),
  mouse.click(20, 10),
  mouse.click(90, 20),
  mouse.wheelUp(30, 10),
  mouse.press(59, 5) + mouse.drag(50, 6) + mouse.release(50, 6),
];

describe('random keys', () => {
  for (const seed of [1, 2, 3]) {
    it(`never end, stall or confuse it, seed ${seed}`, async () => {
      const random = new Random(seed);
      const tui = spawnTui({ cols: 120, rows: 36 });
      await tui.waitFor(PROMPT);
      for (let i = 0; i < KEYS && tui.exit === undefined; i++) {
        tui.send(random.pick(ACTIONS));
        if (random.chance(0.05)) tui.resize(random.pick([20, 80, 120, 200]), random.pick([5, 24, 36, 60]));
        if (i % 10 === 9) await tui.settle(30);
      }
      // The last session may have been closed on the way: that is an end of its own.
      if (tui.exit !== undefined) {
        expect(tui.exit.code, tui.text()).toBe(0);
        return;
      }
      tui.resize(120, 36);
      tui.send(`${KEY.escape}`);
      await tui.settle(200);
      tui.send('q');
      await tui.settle(200);
      tui.send(`${ctrl('c')}${prefix}c`);
      await tui.settle(300);
      tui.send('echo still""here\r');
      await tui.waitFor('stillhere');
      // What the pane shows is what the hub has.
      const { stdout } = await runCli(['ls', '--json'], { home: tui.home });
      expect((JSON.parse(stdout) as unknown[]).length).toBeGreaterThan(0);
      tui.send(`${prefix}d`);
      expect((await tui.exited).code, tui.text()).toBe(0);
    });
  }
});
