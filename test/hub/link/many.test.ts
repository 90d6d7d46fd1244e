import { afterEach, expect, test } from 'vitest';
import type { SessionHost } from '../../../src/core/index.ts';
import { NO_CHAOS, seededRandom } from '../../support/index.ts';
import {
  client,
  closeAll,
  equalCells,
  eventually,
  newSession,
  onlineClient,
  openChaos,
  spawnHub,
  Watcher,
} from '../support/index.ts';
import { LogReader } from './exchange.ts';

afterEach(closeAll);

const FLOOD = 'read x; seq -f "line %.0f of what nobody can read" 200000; printf "\\033[1;31mall\\033[0m said\\n"; cat';

/** Once all show a text that stood nowhere before. */
async function expectEqualCells(host: SessionHost, sessionId: string, watchers: readonly Watcher[], text: string) {
  for (const watcher of watchers) await watcher.shows(text, 60_000);
  await equalCells(host, sessionId, watchers);
}

test('[H37] one viewer at 256 kbit/s beside nine fast ones: its buffer stays within 1 MiB, and all final screens are equal', async () => {
  const hub = await spawnHub();
  const host = await onlineClient(hub.socket);
  const session = await newSession(host, FLOOD);
  const slow = await openChaos(hub.socket, { rules: { bytesPerSecond: 256_000 / 8 } });
  const hosts = [client(slow), ...Array.from({ length: 9 }, () => client(hub.socket))];
  const watchers = hosts.map((one) => new Watcher(one, session.id));
  await eventually('all are attached', () => watchers.every(({ entries }) => entries.length > 0));
  watchers[1]!.type('\n');
  await expectEqualCells(host, session.id, watchers.slice(1), 'all said');
  // What the hub has sent and the viewer has not got waits on this side of the slow line, where it can be counted.
  expect(slow.mostWaitingBytes('back')).toBeLessThan(1024 * 1024);
  await expectEqualCells(host, session.id, watchers, 'all said');
  expect(slow.mostWaitingBytes('back')).toBeLessThan(1024 * 1024);
  expect(slow.accepted).toBe(1);
});

test('20 viewers on one session, late, slow, in slices, cut off and back, end in equal cells', async () => {
  const hub = await spawnHub();
  const direct = await onlineClient(hub.socket);
  const session = await newSession(direct, 'stty -echo; echo ready; while read -r n; do seq -f "$n: %.0f" $n; done');
  await direct.command('session.wait', { session: session.id, text: 'ready' });
  const truth = new LogReader(direct, session.id);
  const ways = [
    {},
    { latencyMs: 5, jitterMs: 20 },
    { slice: [1, 7] as const },
    { bytesPerSecond: 200_000 },
    { resetChance: 0.01 },
  ];
  const proxies = await Promise.all(ways.map((rules, seed) => openChaos(hub.socket, { rules, seed })));
  const hosts = Array.from({ length: 20 }, (_, i) => client(proxies[i % 5]!, { reconnect: { settleMs: 0 } }));
  const watchers = hosts.map((host) => new Watcher(host, session.id));
  await eventually('all are attached', () => watchers.every(({ entries }) => entries.length > 0));
  const random = seededRandom(20);
  for (let i = 0; i < 40; i++) {
    watchers[Math.floor(random() * 20)]!.type(`${1 + Math.floor(random() * 400)}\n`);
    if (i % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  for (const proxy of proxies) proxy.set(NO_CHAOS);
  await eventually('all 40 were read', () => {
    for (const host of hosts) host.retryNow();
    return truth.watcher.output.match(/^(\d+): \1\r$/gm)?.length === 40;
  });
  watchers[0]!.type('1000\n');
  await expectEqualCells(direct, session.id, watchers, '1000: 1000');
});
