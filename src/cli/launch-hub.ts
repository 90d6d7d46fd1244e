import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ErrorCode, IrisError, plainText } from '../core/index.ts';
import { type Environment, environmentForOthers } from './environment.ts';
import { ensureFolders } from './folders.ts';
import type { Paths } from './paths.ts';
import { probeSocket } from './probe-socket.ts';

/** A hub takes 0.1 to 0.3 s to come up; one that has not after this is not coming. */
export const HUB_START_DEADLINE_MS = 10_000;
/** How often we look whether the socket answers while a hub comes up; one look costs 0.1 ms. */
const POLL_MS = 50;
const PROBE_DEADLINE_MS = 1000;
/** Between a hub's first connection and its word that it runs. */
const SAYS_SO_WITHIN_MS = 1000;
/** The file descriptor on which a hub that was started in the background says how it went. */
export const READY_FD = 3;
/** Standard error of hubs, cut back to nothing at a start when it has grown past this. */
const ERROR_FILE_LIMIT_BYTES = 256 * 1024;

/** What a hub says once on READY_FD, as one line of JSON. */
export type ReadyMessage =
  | { readonly ready: true; readonly pid: number; readonly socket: string }
  | { readonly error: { readonly code: ErrorCode; readonly message: string; readonly remedy?: string } }
  /** Another hub has the state folder: attach to that one, at its socket. */
  | { readonly taken: true; readonly socket?: string };

/** A hub that answers. */
export interface ReachedHub {
  /** Usually that of `paths`; another one where the hub of this state folder was started in another environment. */
  readonly socket: string;
  readonly started: boolean;
}

/** Resolves once a hub accepts connections, and starts one when none does, with these words on its command line. A hub that the user named is never started. */
export async function reachHub(
  target: { paths: Paths; env: Environment; ownHub: boolean },
  words: readonly string[] = [],
): Promise<ReachedHub> {
  const { paths, env, ownHub } = target;
  const probe = await probeSocket(paths.socket);
  if (probe === 'answers') return { socket: paths.socket, started: false };
  if (probe === 'silent') throw hubSilent(paths);
  if (!ownHub) throw noHub(paths.socket);
  return startHubProcess(paths, env, words);
}

export function noHub(socket: string): IrisError {
  return new IrisError('hub-unreachable', `no hub is running at ${socket}`, {
    remedy: 'start one with iris-tui hub start',
  });
}

export function hubSilent(paths: Paths): IrisError {
  return new IrisError('hub-unreachable', `something holds ${paths.socket} but does not answer`, {
    remedy: `look at ${paths.hubLog}, or end the hub process and try again`,
  });
}

/**
 * Starts a hub that outlives us: a session of its own (setsid), no terminal, working folder `/`. Resolves when a hub answers, be it this
 * one or one that somebody else started in the same moment; rejects with the reason, or after the deadline.
 */
export async function startHubProcess(
  paths: Paths,
  env: Environment,
  words: readonly string[] = [],
): Promise<ReachedHub> {
  ensureFolders(paths, env.uid);
  const errorsFrom = statSync(paths.hubErrors, { throwIfNoEntry: false })?.size ?? 0;
  const child = spawnHub(paths, env, words);
  try {
    return await answered(child, paths, errorsFrom);
  } finally {
    child.stdio[READY_FD]?.destroy();
    child.removeAllListeners();
    child.on('error', () => {});
    child.unref();
  }
}

/**
 * A hub lives for weeks, and keeps what its heap grew to in one flood. Its garbage is young and collected in a millisecond: measured, a young generation
 * of 4 MB instead of 16 takes 40 MB less and no more CPU.
 */
export const YOUNG_GENERATION = '--max-semi-space-size=4';

function spawnHub(paths: Paths, env: Environment, words: readonly string[]): ChildProcess {
  const errors = openErrors(paths.hubErrors);
  try {
    return spawn(process.execPath, [YOUNG_GENERATION, launcher(), 'hub', 'run', '--background', ...words], {
      cwd: '/',
      detached: true,
      env: { ...environmentForOthers(env.vars), IRIS_READY_FD: String(READY_FD), ...absoluteFolders(env) },
      stdio: ['ignore', 'ignore', errors ?? 'ignore', 'pipe'],
    });
  } finally {
    if (errors !== undefined) closeSync(errors);
  }
}

/** Its working folder is `/`: what was relative to ours must not become relative to that. */
function absoluteFolders(env: Environment): Record<string, string> {
  const out: Record<string, string> = {};
  for (const name of ['IRIS_HOME', 'IRIS_CONFIG_PATH']) {
    const value = env.vars[name];
    if (value && !value.startsWith('/') && !value.startsWith('~')) out[name] = `${env.cwd}/${value}`;
  }
  return out;
}

/** From dist/, where this runs, and from src/cli/ alike. */
export function launcher(): string {
  const here = import.meta.url;
  return fileURLToPath(new URL(here.includes('/src/cli/') ? '../../bin/iris-tui.js' : '../bin/iris-tui.js', here));
}

function openErrors(path: string): number | undefined {
  try {
    const fd = openSync(path, 'a', 0o600);
    if (fstatSync(fd).size > ERROR_FILE_LIMIT_BYTES) ftruncateSync(fd, 0);
    return fd;
  } catch {
    return undefined; // The hub itself will say what is wrong with the folder.
  }
}

function answered(child: ChildProcess, paths: Paths, errorsFrom: number): Promise<ReachedHub> {
  return new Promise((resolve, reject) => {
    let over = false;
    let { socket } = paths;
    let taken = false;
    const finish = (run: () => void): void => {
      if (over) return;
      over = true;
      clearTimeout(deadline);
      clearInterval(poll);
      run();
    };
    const fail = (error: IrisError): void => finish(() => reject(error));
    const deadline = setTimeout(() => {
      fail(
        new IrisError('hub-unreachable', `no hub came up within ${HUB_START_DEADLINE_MS / 1000} s`, {
          remedy: `see ${paths.hubLog}`,
        }),
      );
    }, HUB_START_DEADLINE_MS);

    // Another hub may win the socket: whoever answers is the hub.
    let looking = false;
    const look = async (): Promise<void> => {
      if (looking || over) return;
      looking = true;
      const at = socket;
      const probe = await probeSocket(at, PROBE_DEADLINE_MS).catch(() => 'absent' as const);
      looking = false;
      if (probe !== 'answers') return;
      const another = (): void => finish(() => resolve({ socket: at, started: false }));
      // Ours listens a moment before it says so: then it is the one that was started.
      if (taken) another();
      else setTimeout(another, SAYS_SO_WITHIN_MS).unref();
    };
    const poll = setInterval(() => void look(), POLL_MS);

    readMessage(child.stdio[READY_FD] as Readable, (message) => {
      if ('ready' in message) finish(() => resolve({ socket, started: true }));
      else if ('taken' in message) {
        socket = message.socket ?? socket;
        taken = true;
        void look();
      } else {
        const { code, message: text, remedy } = message.error;
        fail(new IrisError(code, text, remedy === undefined ? {} : { remedy }));
      }
    });
    child.once('error', (cause) => {
      fail(new IrisError('hub-unreachable', `the hub could not be started (${cause.message})`, { cause }));
    });
    child.once('close', (code, signal) => {
      if (code === 0) return; // It left the place to another: the poll finds that one.
      const why = lastLine(paths.hubErrors, errorsFrom) ?? (signal ? `ended by ${signal}` : `exit code ${code}`);
      fail(
        new IrisError('hub-unreachable', `the hub ended while starting (${why})`, { remedy: `see ${paths.hubLog}` }),
      );
    });
  });
}

function readMessage(pipe: Readable, onMessage: (message: ReadyMessage) => void): void {
  let text = '';
  pipe.setEncoding('utf8');
  pipe.on('error', () => {});
  pipe.on('data', (chunk: string) => {
    text += chunk; // At most one line; a hub that said more than 64 KiB would be none of ours.
    if (text.length > 65_536) pipe.destroy();
    const end = text.indexOf('\n');
    if (end < 0) return;
    try {
      onMessage(JSON.parse(text.slice(0, end)) as ReadyMessage);
    } catch {
      // Not ours: the exit code or the deadline will tell.
    }
    pipe.destroy();
  });
}

/** The most telling line that a process wrote after `from`: its `Error: …` if there is one, else its last. */
function lastLine(path: string, from: number): string | undefined {
  try {
    const lines = readFileSync(path)
      .subarray(from)
      .toString('utf8')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    const line = lines.find((l) => /^(\w*Error|Fatal|FATAL)\b.*:/.test(l)) ?? lines.at(-1);
    return line === undefined ? undefined : plainText(line, 200);
  } catch {
    return undefined;
  }
}
