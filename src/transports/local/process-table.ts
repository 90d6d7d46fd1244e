import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process as the kernel lists it. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Session id of the kernel: the pid of who called setsid. */
  readonly session: number;
  /** Foreground process group of its terminal; -1 without one. */
  readonly foreground: number;
  /** When it started, in units of the platform (Linux: clock ticks since boot): with the pid, its identity. */
  readonly startedAt: number;
  /** It has ended and only waits to be reaped. */
  readonly zombie: boolean;
}

/** What this needs of an operating system; Linux by /proc, others by ps. */
export interface ProcessTable {
  read(pid: number): ProcessRow | undefined;
  list(): Promise<ProcessRow[]>;
  /** Does its environment hold every one of these `NAME=value`? False where we may not look. */
  environmentHas(pid: number, pairs: readonly string[]): boolean;
}

/** Reading /proc goes on for at most this long at a time; then others have their turn. */
const SLICE_MS = 2;

/** proc(5), /proc/PID/stat. The name stands in parentheses and may hold anything, so fields are counted from the last one. */
export function parseStat(text: string): ProcessRow | undefined {
  const close = text.lastIndexOf(')');
  if (close === -1) return undefined;
  // Field 3 (state) is the first after the name.
  const fields = text.slice(close + 2).split(' ');
  const field = (n: number): number => Number(fields[n - 3]);
  const state = fields[0];
  if (state === undefined || fields.length < 20) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parent: field(4),
    group: field(5),
    session: field(6),
    foreground: field(8),
    startedAt: field(22),
    zombie: state === 'Z' || state === 'X' || state === 'x',
  };
}

const linux: ProcessTable = {
  read(pid) {
    try {
      return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    } catch {
      return undefined;
    }
  },
  async list() {
    const rows: ProcessRow[] = [];
    let until = performance.now() + SLICE_MS;
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const row = linux.read(pid);
      if (row) rows.push(row);
      if (performance.now() > until) {
        await new Promise((resolve) => setImmediate(resolve));
        until = performance.now() + SLICE_MS;
      }
    }
    return rows;
  },
  environmentHas(pid, pairs) {
    try {
      const text = `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}\0`;
      return pairs.every((pair) => text.includes(`\0${pair}\0`));
    } catch {
      return false;
    }
  },
};

/** One line of `ps -o pid=,ppid=,pgid=,sess=,tpgid=,state=,lstart=`. On macOS `sess` is 0 for all: groups and environments have to do. */
export function parsePs(line: string): ProcessRow | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(-?\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line);
  if (!match) return undefined;
  const [, pid, parent, group, session, foreground, state, started] = match;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(session) || Number(group),
    foreground: Number(foreground),
    startedAt: Date.parse(started!) || 0,
    zombie: state!.startsWith('Z'),
  };
}

const PS_COLUMNS = 'pid=,ppid=,pgid=,sess=,tpgid=,state=,lstart=';
const PS_ENV = { PATH: '/bin:/usr/bin', LC_ALL: 'C' };

/** Environments are read together with the list: ps has no quick way to ask for one. */
class PsTable implements ProcessTable {
  #environments = new Map<number, string>();
  #rows = new Map<number, ProcessRow>();

  read(pid: number): ProcessRow | undefined {
    const row = this.#rows.get(pid);
    // Between two lists only life and death are asked for, and those the kernel answers at once.
    if (row) return exists(pid) ? row : undefined;
    const { stdout } = spawnSync('ps', ['-o', PS_COLUMNS, '-p', String(pid)], { encoding: 'utf8', env: PS_ENV });
    return parsePs(stdout ?? '');
  }

  async list(): Promise<ProcessRow[]> {
    const rows = (await ps(['-axww', '-o', PS_COLUMNS])).map(parsePs).filter((row) => row !== undefined);
    this.#rows = new Map(rows.map((row) => [row.pid, row]));
    this.#environments.clear();
    for (const line of await ps(['-axwwE', '-o', 'pid=,command='])) {
      const match = /^\s*(\d+)\s+(.*)$/.exec(line);
      if (match) this.#environments.set(Number(match[1]), ` ${match[2]} `);
    }
    return rows;
  }

  environmentHas(pid: number, pairs: readonly string[]): boolean {
    const text = this.#environments.get(pid);
    return text !== undefined && pairs.every((pair) => text.includes(` ${pair} `));
  }
}

function ps(args: readonly string[]): Promise<string[]> {
  return new Promise((resolve) => {
    execFile('ps', args, { maxBuffer: 64 * 1024 * 1024, env: PS_ENV }, (_error, stdout) => {
      resolve(stdout.split('\n').filter((line) => line !== ''));
    });
  });
}

export function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export const processTable: ProcessTable = process.platform === 'linux' ? linux : new PsTable();

/** This process and all above it: never to be ended, whatever their environment says (a hub may have been started from a pane). */
export function ownLineage(rows: readonly ProcessRow[]): Set<number> {
  const parents = new Map(rows.map((row) => [row.pid, row.parent]));
  const lineage = new Set<number>();
  for (
    let pid: number | undefined = process.pid;
    pid !== undefined && pid > 0 && !lineage.has(pid);
    pid = parents.get(pid)
  ) {
    lineage.add(pid);
  }
  return lineage;
}
