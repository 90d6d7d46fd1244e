import { readdirSync, readFileSync } from 'node:fs';
import { DEFAULT_TIMEOUT_MS, waitUntil } from './wait-until.ts';

/** One process of /proc. A pid alone may be used again; pid and start time together may not. */
export interface ProcessInfo {
  readonly pid: number;
  readonly ppid: number;
  /** Clock ticks since boot: field 22 of /proc/PID/stat (proc(5)). */
  readonly startTime: string;
  /** R, S, D, Z, T … (proc(5)). */
  readonly state: string;
  readonly command: string;
}

function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined; // It ended meanwhile, or is not ours to read.
  }
}

/** What runs under this pid now; undefined when nothing does. */
export function processInfo(pid: number): ProcessInfo | undefined {
  const stat = readProc(pid, 'stat');
  if (stat === undefined) return undefined;
  // The name stands in parentheses and may hold any character, so the fields count from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const command = (readProc(pid, 'cmdline') ?? '').replaceAll('\0', ' ').trim();
  const name = stat.slice(stat.indexOf('('), stat.lastIndexOf(')') + 1);
  return {
    pid,
    ppid: Number(fields[1]),
    startTime: fields[19] ?? '',
    state: fields[0] ?? '',
    command: command || name,
  };
}

/** True while this very process runs; a zombie has ended. */
export function isAlive(process: { readonly pid: number; readonly startTime?: string }): boolean {
  const now = processInfo(process.pid);
  if (now === undefined || now.state === 'Z' || now.state === 'X') return false;
  return process.startTime === undefined || process.startTime === now.startTime;
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Every running process below `pid`, not `pid` itself. */
export function descendantsOf(...roots: number[]): ProcessInfo[] {
  const children = new Map<number, ProcessInfo[]>();
  for (const pid of allPids()) {
    const info = processInfo(pid);
    if (info === undefined || info.state === 'Z') continue;
    const siblings = children.get(info.ppid);
    if (siblings) siblings.push(info);
    else children.set(info.ppid, [info]);
  }
  const found = new Map<number, ProcessInfo>();
  const queue = [...roots];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    for (const child of children.get(pid) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      queue.push(child.pid);
    }
  }
  return [...found.values()];
}

/** Every running process that was started with NAME=value in its environment, this one excepted. */
export function processesWithEnv(name: string, value: string): ProcessInfo[] {
  const wanted = `\0${name}=${value}\0`;
  const found: ProcessInfo[] = [];
  for (const pid of allPids()) {
    if (pid === process.pid) continue;
    const environ = readProc(pid, 'environ');
    if (environ === undefined || !`\0${environ}`.includes(wanted)) continue;
    const info = processInfo(pid);
    if (info !== undefined && isAlive(info)) found.push(info);
  }
  return found;
}

/** Sends a signal to this very process; false when it is gone. */
export function signal(target: ProcessInfo, name: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid, name);
    return true;
  } catch {
    return false;
  }
}

export async function waitUntilGone(targets: readonly ProcessInfo[], timeoutMs = DEFAULT_TIMEOUT_MS): Promise<void> {
  const alive = () => targets.filter((target) => isAlive(target));
  await waitUntil(() => alive().length === 0, 'the processes have ended', {
    timeoutMs,
    detail: () => describe(alive()),
  });
}

export function describe(processes: readonly ProcessInfo[]): string {
  return processes.map((p) => `  pid ${p.pid} (parent ${p.ppid}, ${p.state}): ${p.command.slice(0, 200)}`).join('\n');
}
