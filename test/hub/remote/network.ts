import { expect } from 'vitest';
import type { SessionInfo } from '../../../src/core/index.ts';
import { isAlive, NetNamespace, type Sshd, startSshd } from '../../support/index.ts';
import { eventually, folder, onlineClient, openHub, Watcher } from '../support/index.ts';
import { config, session } from '../teams/support.ts';
import { farAgent, farTeam, is } from './support.ts';

/**
 * Keepalive. The ssh client asks after so long without a byte, and ends the connection when it would ask once more than `count` times: so after
 * `aliveMs` × (`count` + 1).
 */
export interface Pace {
  readonly aliveMs: number;
  readonly count: number;
}

/** A hub with a session behind a cable of the test's own, whose agent can go on with its conversation. */
async function stage(namespace: NetNamespace, { aliveMs, count }: Pace) {
  const sshd = await startSshd({
    namespace,
    // Measured with sshd 9.2: it needs twice as long as its manual says, so about as long as the client.
    config: [`ClientAliveInterval ${Math.max(1, Math.round(aliveMs * 0.0008))}`, 'ClientAliveCountMax 1'],
  });
  const options = { serverAliveIntervalMs: aliveMs, serverAliveCountMax: count };
  const { command: _none, ...entry } = farTeam('far', sshd, { agent: 'claude', claudePath: farAgent(sshd) }, options);
  const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
  const host = await onlineClient(socket);
  await host.command('team.up', {});
  const before = await session(host, 'far', 'is online', is('online'));
  const watch = new Watcher(host, before.id);
  await watch.shows('called with: --session-id');
  return { sshd, host, before, watch, id: /--session-id (\S+)/.exec(watch.text)![1]! };
}

const isBack =
  (before: SessionInfo) =>
  (info: SessionInfo): boolean =>
    is('online')(info) && info.epoch !== before.epoch;

const agentsOf = (sshd: Sshd) => sshd.processes().filter(({ command }) => command.includes('/claude'));

export interface Blackholed {
  /** From the last byte before the silence to no longer `online`; to the end of the process there; from healing to `online`. */
  readonly offlineMs: number;
  readonly goneMs: number;
  readonly onlineMs: number;
}

/** The way back from there drops everything in silence; then it heals. */
export async function blackhole(pace: Pace): Promise<Blackholed> {
  using namespace = new NetNamespace();
  const { sshd, host, before, watch, id } = await stage(namespace, pace);
  const agents = agentsOf(sshd);
  expect(agents.length).toBeGreaterThan(0);
  const limitMs = pace.aliveMs * 4 + 60_000;
  // The last byte comes just before the silence.
  const silentAt = performance.now();
  watch.type('still here\r');
  await watch.shows('<still here>');
  namespace.blackhole();
  const since = () => performance.now() - silentAt;
  const gone = eventually('the far end is gone', () => agents.every((agent) => !isAlive(agent)), limitMs).then(since);
  // It is tried again at once, which hangs: `connecting`, with the reason of the loss.
  const lost = await session(host, 'far', 'is not online', (info) => info.connection.state !== 'online', limitMs);
  const offlineMs = since();
  expect(lost.connection.reason).toBeDefined();
  await session(host, 'far', 'is not known', (info) => info.agent.state === 'unknown');
  expect(watch.text).toContain('called with: --session-id');
  const goneMs = await gone;
  namespace.heal();
  const healedAt = performance.now();
  const after = await session(host, 'far', 'is back', isBack(before), limitMs);
  const onlineMs = performance.now() - healedAt;
  expect(after.process.begun).toBe('resumed');
  await watch.shows(`called with: --resume ${id}`);
  return { offlineMs, goneMs, onlineMs };
}

/** This machine moves to another network. */
export async function changedAddress(pace: Pace): Promise<void> {
  using namespace = new NetNamespace();
  const { host, before, watch, id } = await stage(namespace, pace);
  namespace.changeAddress();
  const limitMs = pace.aliveMs * 4 + 60_000;
  const after = await session(host, 'far', 'is back', isBack(before), limitMs);
  expect(after).toMatchObject({ id: before.id, process: { begun: 'resumed' } });
  await watch.shows(`called with: --resume ${id}`);
  watch.type('moved\r');
  await watch.shows('<moved>');
}
