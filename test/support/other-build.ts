import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PROTOCOL } from '../../src/protocol/limits.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The program as another release of it would be: of another version and another protocol, built from a copy of the sources. `using` removes it. */
export class OtherBuild implements Disposable {
  /** For `runCli` and `spawnTui`. */
  readonly command: readonly [string, string];
  readonly #folder: string;

  constructor(version: string, protocol: number) {
    const folder = mkdtempSync(join(tmpdir(), 'iris-other-'));
    this.#folder = folder;
    for (const name of ['bin', 'src', 'scripts', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const replace = (name: string, what: string, by: string): void => {
      const text = readFileSync(join(folder, name), 'utf8');
      if (!text.includes(what)) throw new Error(`${what} is not in ${name}`);
      writeFileSync(join(folder, name), text.replace(what, by));
    };
    replace('src/protocol/limits.ts', `PROTOCOL = ${PROTOCOL};`, `PROTOCOL = ${protocol};`);
    replace('package.json', '"version": "', `"version": "${version}+`);
    execFileSync(process.execPath, [join(folder, 'scripts/build.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] });
    this.command = [process.execPath, join(folder, 'bin/iris-tui.js')];
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
