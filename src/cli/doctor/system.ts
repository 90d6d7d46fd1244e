import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Environment } from '../environment.ts';
import { reasonOf } from '../folders.ts';
import type { Paths } from '../paths.ts';
import { type Check, fail, ok, warn } from './types.ts';

const NODE_AT_LEAST = [22, 13] as const;
/** Below this a database of logs will soon not grow any more. */
const ENOUGH_DISK_BYTES = 200 * 1024 * 1024;
/** `script -c true` takes 5 ms; a PTY that has not ended by then never will. */
const PTY_DEADLINE_MS = 5_000;

export function checkNode(): Check {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split('.').map(Number);
  const enough = major > NODE_AT_LEAST[0] || (major === NODE_AT_LEAST[0] && minor >= NODE_AT_LEAST[1]);
  const detail = `${node} at ${process.execPath}`;
  if (enough) return ok('node', detail);
  return fail('node', detail, `install Node ${NODE_AT_LEAST.join('.')} or newer`);
}

interface NodePty {
  spawn(file: string, args: string[], options: object): { onExit(listener: (end: { exitCode: number }) => void): void };
}

/** Opens a real PTY and runs `true` in it. */
export async function checkPty(): Promise<Check> {
  const remedy = 'install iris-tui again on this machine, for its processor and C library';
  try {
    const pty = createRequire(import.meta.url)('node-pty') as NodePty;
    const exitCode = await new Promise<number>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('a program in it did not end')), PTY_DEADLINE_MS);
      pty.spawn('/bin/sh', ['-c', 'true'], { cols: 80, rows: 24, cwd: '/', env: {} }).onExit((end) => {
        clearTimeout(timer);
        resolve(end.exitCode);
      });
    });
    return exitCode === 0 ? ok('pty', 'node-pty opens one') : fail('pty', `sh in it ended with ${exitCode}`, remedy);
  } catch (error) {
    const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
    return fail('pty', `node-pty cannot open one: ${message}`, remedy);
  }
}

/** The folders of the state and the socket: there, ours, private, with room. */
export function checkFolders(paths: Paths, env: Environment): Check[] {
  const socketFolder = dirname(paths.socket);
  const checks = [checkFolder('state folder', paths.stateDir, env)];
  if (socketFolder !== paths.stateDir) checks.push(checkFolder('socket folder', socketFolder, env));
  return checks;
}

function checkFolder(name: string, path: string, env: Environment): Check {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) {
    const parent = nearestFolder(path);
    if (writable(parent)) return ok(name, `${path} (made when it is needed)`);
    return fail(name, `${path} cannot be made: ${parent} is not writable`, 'allow it, or set IRIS_HOME');
  }
  if (!stat.isDirectory()) return fail(name, `${path} is not a folder`, 'move it away, or set IRIS_HOME');
  if (env.uid >= 0 && stat.uid !== env.uid)
    return fail(name, `${path} belongs to uid ${stat.uid}`, 'set IRIS_HOME to a folder of your own');
  if ((stat.mode & 0o077) !== 0) return warn(name, `others may enter ${path}`, `chmod 700 ${path}`);
  if (!writable(path)) return fail(name, `${path} is not writable`, 'allow it, or set IRIS_HOME');
  const free = freeBytes(path);
  if (free !== undefined && free < ENOUGH_DISK_BYTES)
    return warn(name, `${path}: ${Math.floor(free / 1024 / 1024)} MB are free`, 'make room');
  return ok(name, path);
}

/** What is secret in these folders, and others of this machine may read: a copy, a restored backup or an umask may have let them in. */
export function checkSecrets({ configDir, stateDir }: Paths): Check[] {
  const files = [
    join(configDir, 'hub-secrets.bin'),
    join(stateDir, 'hub-secrets.key'),
    join(stateDir, 'network-key.pem'),
  ];
  const open = files.filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0);
  return open.map((file) => warn('secrets', `others may read ${file}`, `chmod 600 ${file}`));
}

function nearestFolder(path: string): string {
  let at = path;
  while (!statSync(at, { throwIfNoEntry: false }) && dirname(at) !== at) at = dirname(at);
  return at;
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

/** The shell that a new session runs. */
export function checkShell(shell: string | undefined, env: Environment): Check {
  const path = shell ?? env.vars.SHELL;
  if (!path) return warn('shell', 'SHELL is not set: /bin/sh is taken', 'set settings.shell in the config');
  if (!path.includes('/')) return ok('shell', path);
  try {
    accessSync(path, constants.X_OK);
    return ok('shell', path);
  } catch (error) {
    return fail('shell', `${path} cannot be run: ${reasonOf(error)}`, 'set settings.shell in the config');
  }
}
