import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import { producedWhileAway } from '../hub/link/away.ts';
import { fuzz } from '../hub/link/hostile.ts';
import { moved, silence } from '../hub/link/network.ts';
import { client, closeAll, eventually, folder, newSession, spawnHub, Watcher } from '../hub/support/index.ts';
import { CAN_MAKE_NAMESPACES } from '../support/index.ts';

afterEach(closeAll);

describe.runIf(CAN_MAKE_NAMESPACES)('a network between viewer and hub (as root, who may make namespaces)', () => {
  test('[T6] in silence: both ends are offline within 30 to 35 s, and online within 5 s of healing', async () => {
    const { viewerMs, hubMs, onlineMs } = await silence(1);
    for (const ms of [viewerMs, hubMs]) {
      expect(ms).toBeGreaterThan(29_000);
      expect(ms).toBeLessThan(35_500);
    }
    expect(onlineMs).toBeLessThan(5_000);
  }, 180_000);

  test('[T7] another address: the same session goes on by itself, without a hole', () => moved(1), 180_000);
});

test('[T8] SIGSTOP of the hub for 25 s, then its event loop blocked for 10 s: no disconnect', async () => {
  const hub = await spawnHub(folder());
  const host = client(hub.socket);
  const session = await newSession(host, 'cat');
  const watcher = new Watcher(host, session.id);
  await eventually('it is attached', () => watcher.entries.length > 0);
  const states: string[] = [];
  host.on((event) => event.type === 'connection' && states.push(event.connection.state));
  process.kill(hub.pid, 'SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 25_000));
  process.kill(hub.pid, 'SIGCONT');
  watcher.type('one\r');
  await watcher.shows('one\none');
  const back = once(hub.child.stdout!, 'data');
  process.kill(hub.pid, 'SIGVTALRM');
  await back;
  await new Promise((resolve) => setTimeout(resolve, 35_000));
  watcher.type('two\r');
  await watcher.shows('two\ntwo');
  expect(states.filter((state) => state !== 'online')).toEqual([]);
}, 180_000);

test('[T12] 200 MiB produced while viewers are away: memory grows at most 96 MiB, then an explicit gap and a snapshot', async () => {
  expect(await producedWhileAway(200)).toBeLessThanOrEqual(96);
}, 180_000);

test('[H36] 100,000 fuzzed envelopes on real links: the hub lives, within 64 MiB, and closes each with the right code', async () => {
  const { sent, grownMiB, wrong } = await fuzz(100_000, 1);
  expect(sent).toBeGreaterThanOrEqual(100_000);
  expect(wrong).toEqual([]);
  expect(grownMiB).toBeLessThanOrEqual(64);
});
