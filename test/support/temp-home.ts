import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openThings } from './open-things.ts';
import {
  descendantsOf,
  describe,
  isAlive,
  type ProcessInfo,
  processesWithEnv,
  signal,
  waitUntilGone,
} from './processes.ts';
import { DEFAULT_TIMEOUT_MS, waitUntil } from './wait-until.ts';

/** The prompt of a shell in a temporary home. */
export const PROMPT = '$ ';

export type Env = Record<string, string>;

/**
 * A user of their own: a home folder, an IRIS_HOME in it, an environment that has nothing of the developer's, and whatever runs there.
 * `await using home = tempHome()` stops all of it and removes the folder.
 */
export interface TempHome extends AsyncDisposable {
  /** $HOME; the folder of its own under the system's temporary folder. Short: a socket's path has at most 107 bytes (unix(7)). */
  readonly path: string;
  /** $IRIS_HOME. Not made yet: the program makes it. */
  readonly irisHome: string;
  /** The whole environment for a program there. */
  readonly env: Env;
  /** Writes a file below $HOME and returns its path. */
  write(path: string, content: string | Uint8Array, mode?: number): string;
  /** Writes config.yaml of IRIS_HOME. */
  config(yaml: string): string;
  /** What runs with this IRIS_HOME, and all below it. */
  processes(): ProcessInfo[];
  /** The leak check: fails, naming them, when something still runs here after `timeoutMs` (default: {@link DEFAULT_TIMEOUT_MS}). */
  assertNoProcesses(timeoutMs?: number): Promise<void>;
  /** Ends what runs here by pid (TERM, then KILL) and removes the folder. Idempotent. */
  dispose(): Promise<void>;
}

const open = new Set<TempHome>();
openThings().set('home', () => ({ left: [...open].map((home) => home.path), close: disposeHomes }));

process.on('exit', () => {
  for (const home of open) {
    for (const target of home.processes()) signal(target, 'SIGKILL');
    rmSync(home.path, { recursive: true, force: true });
  }
});

/** Ends every home that is still open: `afterEach(disposeHomes)` where `await using` does not fit. */
export async function disposeHomes(): Promise<void> {
  await Promise.all([...open].map((home) => home.dispose()));
}

/** @param extra added to the environment; an undefined value takes a variable out of it. */
export function tempHome(extra: Record<string, string | undefined> = {}): TempHome {
  const path = mkdtempSync(join(tmpdir(), 'iris-'));
  const irisHome = join(path, 'iris');
  const env = cleanEnv(path, irisHome, extra);
  let disposed = false;

  const write = (name: string, content: string | Uint8Array, mode?: number): string => {
    const target = join(path, name);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, mode === undefined ? {} : { mode });
    return target;
  };
  write('.bashrc', `PS1='${PROMPT}'\nunset HISTFILE PROMPT_COMMAND\n`);
  write('.bash_profile', '. ~/.bashrc\n');
  write('.vimrc', 'set nocompatible noswapfile viminfo=\nset background=dark\n');
  write('.inputrc', 'set enable-bracketed-paste on\nset bell-style none\n');

  const processes = (): ProcessInfo[] => {
    const own = processesWithEnv('IRIS_HOME', irisHome);
    const all = new Map(own.map((p) => [p.pid, p]));
    for (const p of descendantsOf(...all.keys())) all.set(p.pid, p);
    return [...all.values()];
  };

  const home: TempHome = {
    path,
    irisHome,
    env,
    write,
    config: (yaml) => write('iris/config.yaml', yaml),
    processes,
    async assertNoProcesses(timeoutMs = DEFAULT_TIMEOUT_MS) {
      await waitUntil(() => processes().length === 0, `nothing runs any more with IRIS_HOME=${irisHome}`, {
        timeoutMs,
        detail: () => describe(processes()),
      });
    },
    async dispose() {
      if (disposed) return;
      disposed = true;
      const targets = processes();
      const inside = new Set(targets.map((p) => p.pid));
      // Roots first: a hub ends its own sessions in order when it is asked to.
      for (const target of targets) if (!inside.has(target.ppid)) signal(target, 'SIGTERM');
      await waitUntilGone(targets, 2_000).catch(() => {});
      const left = [...targets.filter((p) => isAlive(p)), ...processes()];
      for (const target of left) signal(target, 'SIGKILL');
      await waitUntilGone(left);
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
      open.delete(home);
    },
    [Symbol.asyncDispose]: () => home.dispose(),
  };
  open.add(home);
  return home;
}

function cleanEnv(home: string, irisHome: string, extra: Record<string, string | undefined>): Env {
  const merged: Record<string, string | undefined> = {
    HOME: home,
    IRIS_HOME: irisHome,
    // This Node first, so that `#!/usr/bin/env node` finds the one that runs the tests.
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`,
    SHELL: '/bin/bash',
    TERM: 'xterm-256color',
    COLORTERM: 'truecolor',
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    USER: 'iris',
    LOGNAME: 'iris',
    ...extra,
  };
  return Object.fromEntries(Object.entries(merged).filter((e): e is [string, string] => e[1] !== undefined));
}
