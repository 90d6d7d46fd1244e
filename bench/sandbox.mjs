// A place for one multiplexer: home, environment and corpora of its own, nothing of the user's.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { running, tagged } from './processes.mjs';

/** Shown by each shell that waits. No corpus holds these characters. */
export const PROMPT = '<@ready@>';
const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG';
/**
 * Printed when the command after `mark=N;` is done. Neither a corpus nor what is typed holds it, and it differs from the mark before at
 * every place: a program that writes only the cells that changed has to write all of it.
 */
export const marker = (n) => CAPITALS.slice(n % 26, (n % 26) + 8);

const BASHRC = `PS1='${PROMPT} '
unset HISTFILE
bind 'set enable-bracketed-paste off'
capitals=${CAPITALS}
PROMPT_COMMAND='[ -z "$mark" ] || echo "\${capitals:mark%26:8}"; mark='
flood() { while :; do cat plain; done; }
`;

export class Sandbox {
  constructor(name, files) {
    this.path = mkdtempSync(join(tmpdir(), `bench-${name}-`));
    this.env = {
      HOME: this.path,
      PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
      SHELL: '/bin/bash',
      TERM: 'xterm-256color',
      COLORTERM: 'truecolor',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      USER: 'bench',
      LOGNAME: 'bench',
      BENCH_SANDBOX: this.path,
    };
    this.write('.bashrc', BASHRC);
    this.write('.bash_profile', '. ~/.bashrc\n');
    for (const [link, target] of Object.entries(files)) symlinkSync(target, join(this.path, link));
  }

  write(name, content) {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  folder(name) {
    const path = join(this.path, name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  }

  /** What runs here. */
  processes() {
    return tagged('BENCH_SANDBOX', this.path);
  }

  /** Ends what is left here, by pid, and removes the folder. */
  async dispose() {
    for (const signal of ['SIGHUP', 'SIGKILL']) {
      const targets = this.processes();
      for (const { pid } of targets) {
        try {
          process.kill(pid, signal);
        } catch {
          // It ended by itself.
        }
      }
      const deadline = performance.now() + 500;
      while (targets.some((p) => running(p.pid)) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}
