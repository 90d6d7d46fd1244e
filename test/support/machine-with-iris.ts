import { type Sshd, startSshd } from './sshd.ts';
import { type TempHome, tempHome } from './temp-home.ts';
import { IRIS } from './tui.ts';

const quoted = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');

export interface Placed {
  /** Of iris-tui, below the home. */
  readonly folder?: string;
  /** PATH of what sshd runs; its own when absent. */
  readonly path?: (there: TempHome) => string;
}

/** A machine behind a real sshd, with iris-tui in the `~/.local/bin` of its user, who has a home of their own. */
export async function machineWithIris({ folder = '.local/bin', path }: Placed = {}): Promise<{
  sshd: Sshd;
  there: TempHome;
  remote: string[];
}> {
  const there = tempHome();
  const env = { HOME: there.path, SHELL: '/bin/bash', ...(path ? { PATH: path(there) } : {}) };
  const sshd = await startSshd({ env });
  there.write(`${folder}/iris-tui`, `#!/bin/sh\nIRIS_HOME=${there.irisHome} exec ${quoted(IRIS)} "$@"\n`, 0o755);
  return { sshd, there, remote: ['ssh', ...sshd.words()] };
}
