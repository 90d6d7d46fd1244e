import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { YOUNG_GENERATION } from '../../../src/cli/launch-hub.ts';
import type { ViewEntry } from '../../../src/core/index.ts';
import {
  client,
  equalCells,
  eventually,
  folder,
  newSession,
  onlineClient,
  openChaos,
  spawnHub,
  Watcher,
} from '../support/index.ts';

/** Of a process, in MiB: what it holds now, or the most it ever held. */
export function residentMiB(pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const line = new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line![1]) / 1024;
}

/** Forgets the most that a process ever held (proc(5)). */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/**
 * A session writes so many MiB while its viewers are away: one whose link was cut, and one whose link is silent, so that the hub does not know yet. Both
 * come back. Gives how much the memory of the hub grew at most meanwhile.
 */
export async function producedWhileAway(mebibytes: number): Promise<number> {
  const hub = await spawnHub(folder(), { nodeOptions: [YOUNG_GENERATION] });
  const direct = await onlineClient(hub.socket);
  const lines = Math.ceil((mebibytes * 1024 * 1024) / 64);
  const flood = `stty -echo; echo ready; read x; yes "$(printf '%062d' 7)" | head -n ${lines}; echo all said; cat`;
  const session = await newSession(direct, flood);
  await direct.command('session.wait', { session: session.id, text: 'ready' });
  const ways = [await openChaos(hub.socket), await openChaos(hub.socket)] as const;
  const stage = ways.map((proxy) => {
    const host = client(proxy);
    return {
      proxy,
      host,
      log: new Watcher(host, session.id, { mode: 'log' }),
      screen: new Watcher(host, session.id),
    };
  });
  await eventually('all are attached', () =>
    stage.every(({ log, screen }) => log.entries.length > 0 && screen.entries.length > 0),
  );
  const [cut, silent] = stage as [(typeof stage)[0], (typeof stage)[0]];
  await cut.proxy.down();
  silent.proxy.set({ silent: true });
  // The memory that a hub needs for any flood is there before: what is measured is what waits for viewers.
  const before = residentMiB(hub.pid);
  forgetPeak(hub.pid);
  const typist = new Watcher(direct, session.id);
  typist.type('\n');
  await direct.command('session.wait', { session: session.id, text: '^all said$', timeoutMs: 120_000 });
  const grownMiB = residentMiB(hub.pid, 'VmHWM') - before;
  await cut.proxy.up();
  cut.host.retryNow();
  silent.proxy.set({ silent: false });
  for (const { log, screen } of stage) {
    await log.shows('all said');
    await screen.shows('all said');
    await equalCells(direct, session.id, [log, screen]);
    expectNamedGaps(log.entries);
  }
  return grownMiB;
}

/** Every number once and in order, or named in a gap that a snapshot stands for; and there was such a gap. */
function expectNamedGaps(entries: readonly ViewEntry[]): void {
  let next = 1;
  let gaps = 0;
  for (const entry of entries) {
    if (entry.kind === 'snapshot' && entry.gap) {
      expect(entry.gap).toEqual({ from: next, to: entry.seq });
      gaps += 1;
    } else if (entry.kind !== 'snapshot') expect(entry.seq).toBe(next);
    next = entry.seq + 1;
  }
  expect(gaps).toBeGreaterThan(0);
}
