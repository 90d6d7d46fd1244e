// Makes docs/screen.svg, the picture of the README, from the real program: node scripts/screenshot.ts
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { KEY, PROMPT, spawnTui } from '../test/support/index.ts';
import { screenToSvg } from '../test/support/svg.ts';

const repo = fileURLToPath(new URL('..', import.meta.url));
await using tui = spawnTui({ cols: 132, rows: 34, cwd: repo });
await tui.waitFor(PROMPT);
const run = async (command: string, shown: string | RegExp): Promise<void> => {
  tui.send(`${command}\r`);
  await tui.waitFor(shown);
};
tui.send(`${KEY.prefix}$`);
tui.send('\x15editor\r');
tui.send(`${KEY.prefix}%`);
await tui.waitFor(/2 bash/);
tui.send(`${KEY.prefix}$`);
tui.send('\x15tests\r');
await run('clear; npx vitest run test/core/commands test/ui/layout', /Duration/);
tui.send(`${KEY.prefix}"`);
await tui.waitFor(/3 bash/);
tui.send(`${KEY.prefix}$`);
tui.send('\x15git\r');
await run('clear; git log --oneline --color=always | head -12', /house|ui:|core:/);
tui.send(`${KEY.prefix}c`);
await tui.waitFor(/2 bash/);
tui.send(`${KEY.prefix}$`);
tui.send('\x15logs\r');
tui.send(`${KEY.prefix}p`);
tui.send(`${KEY.prefix}${KEY.left}`);
await run("vim -u NONE -N '+syntax on' '+set number' src/core/emitter.ts", /class Emitter/);
await tui.settle(300);
writeFileSync(
  process.argv[2] ?? fileURLToPath(new URL('../docs/screen.svg', import.meta.url)),
  screenToSvg(tui, 'iris-tui with an editor, tests and a shell'),
);
