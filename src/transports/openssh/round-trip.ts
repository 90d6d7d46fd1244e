import { execFile } from 'node:child_process';
import { readdirSync, readlinkSync } from 'node:fs';

/** How often the kernel is asked; ssh's own sign of life every ten seconds keeps its answer fresh. */
const EVERY_MS = 10_000;
const FIRST_MS = 500;

interface Watched {
  readonly inodes: ReadonlySet<string>;
  ms: number | undefined;
}

/**
 * Round trip of ssh's own TCP connections, as the kernel measured it (TCP_INFO): one look by ss(8) for all of them. Linux only. A process that
 * speaks through a jump host or a master has no such connection: nothing is said of it.
 */
class RoundTrips {
  readonly #watched = new Map<number, Watched>();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  watch(pid: number): void {
    if (process.platform !== 'linux') return;
    const inodes = socketsOf(pid);
    if (inodes.size === 0) return;
    this.#watched.set(pid, { inodes, ms: undefined });
    this.#schedule(this.#watched.size === 1 ? FIRST_MS : undefined);
  }

  forget(pid: number): void {
    this.#watched.delete(pid);
    if (this.#watched.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  of(pid: number): number | undefined {
    return this.#watched.get(pid)?.ms;
  }

  #schedule(delayMs: number | undefined): void {
    if (this.#timer && delayMs === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), delayMs ?? EVERY_MS);
    this.#timer.unref();
  }

  #ask(): void {
    this.#timer = undefined;
    if (this.#asking || this.#watched.size === 0) return;
    this.#asking = true;
    const args = ['-tineH', 'state', 'established'];
    execFile('ss', args, { maxBuffer: 16 * 1024 * 1024, timeout: 5000, env: SS_ENV }, (error, stdout) => {
      this.#asking = false;
      // Without ss there is nothing to tell, and nobody to ask again.
      if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
      const found = parseRoundTrips(stdout);
      for (const watched of this.#watched.values()) {
        const inode = [...watched.inodes].find((one) => found.has(one));
        watched.ms = inode === undefined ? undefined : found.get(inode);
      }
      if (this.#watched.size > 0) this.#schedule(EVERY_MS);
    });
  }
}

const SS_ENV = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };

/** Lines of `ss -tine`: a connection with `ino:N`, and indented under it what the kernel knows, with `rtt:AVERAGE/DEVIATION` in milliseconds. */
export function parseRoundTrips(text: string): Map<string, number> {
  const found = new Map<string, number>();
  let inode: string | undefined;
  for (const line of text.split('\n')) {
    if (!/^\s/.test(line)) inode = undefined;
    inode = /\bino:(\d+)/.exec(line)?.[1] ?? inode;
    const rtt = /\brtt:([\d.]+)\//.exec(line)?.[1];
    if (inode !== undefined && rtt !== undefined) found.set(inode, Number(rtt));
  }
  return found;
}

function socketsOf(pid: number): Set<string> {
  const inodes = new Set<string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    }
  } catch {
    // Gone.
  }
  return inodes;
}

export const roundTrips = new RoundTrips();
