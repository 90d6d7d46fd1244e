import { spawnSync } from 'node:child_process';
import { PROMPT } from '../sandbox.mjs';

/** GNU screen with its own socket folder. */
export const screen = {
  name: 'screen',
  version() {
    const r = spawnSync('screen', ['--version'], { encoding: 'utf8' });
    return r.error ? undefined : r.stdout.trim();
  },
  create(sandbox, { historyLines } = {}) {
    const conf = sandbox.write(
      'screenrc',
      `startup_message off\ndefutf8 on\n${historyLines ? `defscrollback ${historyLines}\n` : ''}`,
    );
    sandbox.env.SCREENDIR = sandbox.folder('screens');
    const base = ['screen', '-U', '-T', 'screen-256color', '-c', conf];
    const run = (...args) => spawnSync('screen', args, { env: sandbox.env, cwd: sandbox.path });
    return {
      start: [...base, '-S', 'bench'],
      attach: [...base, '-r', 'bench'],
      detachKeys: '\x01d',
      interruptKeys: '\x03',
      async split(outer) {
        const ready = outer.seen(PROMPT);
        outer.write('\x01|\x01\t\x01c');
        await ready;
      },
      focusOther: '\x01\t',
      // Sixteen regions do not fit it well: windows, of which one shows.
      async openPanes(outer, count) {
        for (let n = 1; n < count; n += 1) {
          const ready = outer.seen(PROMPT);
          outer.write('\x01c');
          await ready;
        }
      },
      stop: () => run('-S', 'bench', '-X', 'quit'),
    };
  },
};
