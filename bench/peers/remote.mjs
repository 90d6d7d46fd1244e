// A shell behind ssh to loopback: in a pane of iris-tui, and in the outer terminal itself.
import { spawnSync } from 'node:child_process';
import { PROMPT } from '../sandbox.mjs';
import { iris } from './iris.mjs';
import { tmux } from './tmux.mjs';

/** What runs on the far side: the shell of the sandbox, whatever the user's own files say. */
export function farShell(sandbox) {
  const { HOME, PATH, LANG, BENCH_SANDBOX } = sandbox.env;
  const names = { HOME, PATH, LANG, LC_ALL: LANG, TERM: 'xterm-256color', BENCH_SANDBOX };
  return ['/usr/bin/env', '-i', '-C', HOME, ...Object.entries(names).map(([k, v]) => `${k}=${v}`), '/bin/bash', '-i'];
}

/** ssh alone in the outer terminal. */
export const bareSsh = {
  name: 'ssh',
  version() {
    const r = spawnSync('ssh', ['-V'], { encoding: 'utf8' });
    return r.status === 0 ? r.stderr.trim() : undefined;
  },
  create: (sandbox, { client }) => ({
    start: ['ssh', '-F', client(sandbox), '-tt', 'bench', ...farShell(sandbox)],
    detachKeys: 'exit\r',
    interruptKeys: '\x03',
    prompt: PROMPT,
    stop: () => {},
  }),
};

/** ssh in a pane of tmux: what most people do now. */
export const tmuxSsh = {
  name: 'tmux',
  version: () => tmux.version(),
  create(sandbox, { client }) {
    const mux = tmux.create(sandbox);
    return { ...mux, start: [...mux.start, ...bareSsh.create(sandbox, { client }).start] };
  },
};

/** The transport of iris-tui under a name of its own in the table. @param ssh2 the library in place of the program */
export const irisRemote = (ssh2) => ({
  name: ssh2 ? 'iris-tui ssh2' : 'iris-tui',
  version: () => iris.version(),
  create(sandbox, { client }) {
    const mux = iris.create(sandbox);
    const team = {
      remote: ['ssh', '-F', client(sandbox), 'bench'],
      ssh2,
      path: sandbox.path,
      command: farShell(sandbox),
    };
    // JSON is YAML.
    sandbox.write('iris/config.yaml', JSON.stringify({ teams: { far: team } }));
    const [node, bin] = mux.start;
    const command = (...args) =>
      spawnSync(node, [bin, ...args], { env: sandbox.env, cwd: sandbox.path, encoding: 'utf8' });
    return {
      ...mux,
      start: [...mux.start, 'new', '-t', 'far'],
      command,
      /** Settles when that many sessions are connected. */
      async online(count) {
        const deadline = performance.now() + 120_000;
        for (;;) {
          const list = JSON.parse(command('ls', '--json').stdout || '[]');
          if (list.filter((s) => s.connection.state === 'online' && s.process.status === 'running').length >= count)
            return;
          if (performance.now() > deadline) throw new Error(`not all came online: ${JSON.stringify(list.slice(0, 2))}`);
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      },
    };
  },
});
