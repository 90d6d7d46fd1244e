import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROMPT } from '../sandbox.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** As an installed package has it: without the sources, so that the launcher does not look for changes. */
const installed = join(root, 'bench/results/installed');
/** The Node that the checkout brings along, if it does: the launcher would start it anyway. */
const bundledNode = join(root, 'node_modules/node/bin/node');
const node = existsSync(bundledNode) ? bundledNode : process.execPath;
let ready = false;

function install() {
  if (ready) return;
  rmSync(installed, { recursive: true, force: true });
  mkdirSync(installed, { recursive: true });
  for (const name of ['bin', 'dist', 'package.json'])
    cpSync(join(root, name), join(installed, name), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
  ready = true;
}

/** iris-tui of this checkout, with its own IRIS_HOME. */
export const iris = {
  name: 'iris-tui',
  version() {
    if (!existsSync(join(root, 'dist/main.js'))) return undefined;
    return `iris-tui ${JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version}`;
  },
  create(sandbox) {
    install();
    sandbox.env.IRIS_HOME = join(sandbox.path, 'iris');
    // A user has the compiled code from the day before.
    sandbox.env.NODE_COMPILE_CACHE = join(installed, 'cache');
    const base = [node, join(installed, 'bin/iris-tui.js')];
    const run = (...args) =>
      spawnSync(base[0], [base[1], ...args], { env: sandbox.env, cwd: sandbox.path, encoding: 'utf8' });
    return {
      start: base,
      attach: base,
      detachKeys: '\x02d',
      interruptKeys: '\x03',
      async split(outer) {
        const shown = outer.seen(PROMPT);
        outer.write('\x02%');
        await shown;
      },
      focusOther: '\x02o',
      async openPanes(outer, count) {
        for (let n = 1; n < count; n += 1) {
          const shown = outer.seen(PROMPT);
          outer.write('\x02"');
          await shown;
          // Tiled, so that the next one has room.
          outer.write('\x02\x1b5');
          await outer.quiet(60);
        }
      },
      stop: () => run('hub', 'stop', '--force'),
    };
  },
};
