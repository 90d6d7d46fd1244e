import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const LIMIT_MS = 180_000;

/** Runs a program to its end. @returns {Promise<{code: number, out: string, err: string}>} */
export function run(program, args, { env, cwd, input = '', limitMs = LIMIT_MS } = {}) {
  return new Promise((resolve, reject) => {
    const options = { env, cwd, timeout: limitMs, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(program, args, options, (error, out, err) => {
      if (error && typeof error.code !== 'number') reject(new Error(`${program} ${args.join(' ')}: ${error.message}`));
      else resolve({ code: error ? error.code : 0, out, err });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Processes that have this home in their environment. */
export function processesOf(home) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`HOME=${home}`);
      } catch {
        return false;
      }
    })
    .map(Number);
}

/** Looks until it is so. @throws when it is not in time */
export async function until(what, isSo, limitMs = 30_000) {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await isSo();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export function expect(what, is, wanted) {
  const [a, b] = [JSON.stringify(is), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what}: expected ${b?.slice(0, 300)}, got ${a?.slice(0, 600)}`);
}
