// What the kernel knows of processes: proc(5).
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second in /proc/PID/stat: 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

const read = (pid, file) => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
};

function stat(pid) {
  const text = read(pid, 'stat');
  if (text === undefined) return undefined;
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ');
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, end),
    state: fields[0],
    ppid: Number(fields[1]),
    ticks: Number(fields[11]) + Number(fields[12]),
  };
}

export function running(pid) {
  const state = stat(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Running processes with NAME=value in the environment they were started with. */
export function tagged(name, value) {
  const wanted = `\0${name}=${value}\0`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && `\0${read(entry, 'environ') ?? ''}`.includes(wanted))
    .map((entry) => stat(Number(entry)))
    .filter((p) => p !== undefined && p.state !== 'Z');
}

/** What runs inside the panes, and the shell around a client: not part of a multiplexer. */
const GUESTS = new Set(['bash', 'sh', 'cat', 'sleep', 'seq', 'yes']);

/** The processes of the multiplexer itself: the client (below `clientRoot`) and the server (the rest). */
export function parts(sandbox, clientRoot) {
  const own = sandbox.processes().filter((p) => !GUESTS.has(p.name));
  const byPid = new Map(sandbox.processes().map((p) => [p.pid, p]));
  const below = (p) => {
    for (let at = p; at !== undefined; at = byPid.get(at.ppid)) if (at.pid === clientRoot) return true;
    return false;
  };
  return { client: own.filter(below), server: own.filter((p) => !below(p)) };
}

/** Megabytes (10^6 bytes): resident, and proportional (shared pages divided among those who share them). */
export function memory(processes) {
  let rss = 0;
  let pss = 0;
  for (const { pid } of processes) {
    const field = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1] ?? 0) * 1024;
    rss += field(read(pid, 'status'), 'VmRSS');
    pss += field(read(pid, 'smaps_rollup'), 'Pss');
  }
  return { rss: rss / 1e6, pss: pss / 1e6 };
}

/** Seconds of CPU that they used so far. */
export function cpuSeconds(processes) {
  return processes.reduce((sum, { pid }) => sum + (stat(pid)?.ticks ?? 0), 0) / TICKS_PER_SECOND;
}
