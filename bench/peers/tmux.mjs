import { spawnSync } from 'node:child_process';
import { PROMPT } from '../sandbox.mjs';

/** tmux with its own server socket and no configuration. */
export const tmux = {
  name: 'tmux',
  version() {
    const r = spawnSync('tmux', ['-V'], { encoding: 'utf8' });
    return r.status === 0 ? r.stdout.trim() : undefined;
  },
  create(sandbox, { historyLines } = {}) {
    const conf = sandbox.write('tmux.conf', historyLines ? `set -g history-limit ${historyLines}\n` : '');
    const base = ['tmux', '-S', `${sandbox.path}/tmux.sock`, '-f', conf];
    const run = (...args) => spawnSync(base[0], [...base.slice(1), ...args], { env: sandbox.env, cwd: sandbox.path });
    return {
      /** Starts the server when none runs. */
      start: [...base, 'new-session'],
      attach: [...base, 'attach-session'],
      detachKeys: '\x02d',
      interruptKeys: '\x03',
      /** Side by side; the new pane has the focus. */
      async split(outer) {
        const ready = outer.seen(PROMPT);
        outer.write('\x02%');
        await ready;
      },
      focusOther: '\x02o',
      async openPanes(outer, count) {
        for (let n = 1; n < count; n += 1) {
          const ready = outer.seen(PROMPT);
          run('split-window');
          run('select-layout', 'tiled');
          await ready;
        }
      },
      stop: () => run('kill-server'),
    };
  },
};
