import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { DEFAULT_TIMEOUT_MS, NetNamespace, PacedClock } from '../../support/index.ts';
import { client, closeLater, eventually, folder, newSession, onlineClient, openHub } from '../support/index.ts';
import { LogReader } from './exchange.ts';

const PORT = 7_450;

/**
 * A hub that is reached at an address behind a cable of the test's own, with a reader and typist there. `pace`: time of both ends goes so many times as
 * fast.
 */
async function stage(namespace: NetNamespace, pace: number) {
  const clock = new PacedClock(pace);
  const { socket } = await openHub(folder(), '0.1.0', pace === 1 ? {} : { clock });
  const script = fileURLToPath(new URL('./forwarder.mjs', import.meta.url));
  const args = ['netns', 'exec', namespace.name, process.execPath, script, '0.0.0.0', String(PORT), socket];
  const forwarder = spawn('ip', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  closeLater(async () => {
    forwarder.kill('SIGKILL');
    await once(forwarder, 'exit');
  });
  await once(forwarder.stdout, 'data');
  const direct = await onlineClient(socket);
  const host = client('', {
    clock,
    address: () => {
      const stream = connect({ host: namespace.address, port: PORT, noDelay: true });
      stream.on('error', () => {});
      return { stream, where: namespace.address };
    },
  });
  await eventually('it is online', () => host.connection.state === 'online');
  const session = await newSession(direct, 'stty -echo; echo ready; while read -r l; do echo "<$l>"; done');
  const reader = new LogReader(host, session.id);
  await reader.hears('ready');
  const viewers = async (): Promise<number> => (await direct.command('viewer.list', {})).viewers.length;
  const type = (text: string): void => reader.watcher.type(`${text}\n`);
  return { clock, direct, host, session, reader, type, viewers };
}

function expectWhole(reader: LogReader, lines: readonly string[]): void {
  expect(reader.watcher.output.match(/<.+?>/g)).toEqual(lines.map((line) => `<${line}>`));
  expect(reader.seqs).toEqual(reader.seqs.map((_, i) => i + 1));
  expect(reader.gaps).toBe(0);
}

export interface Silence {
  /**
   * From the last byte before the silence until the viewer, and the hub, hold the other for gone; from healing until the viewer is online. In time of
   * the clock.
   */
  readonly viewerMs: number;
  readonly hubMs: number;
  readonly onlineMs: number;
}

/** A router drops everything in silence; then it heals. What was typed and printed meanwhile arrives once. */
export async function silence(pace: number): Promise<Silence> {
  using namespace = new NetNamespace();
  const { clock, direct, host, session, reader, type, viewers } = await stage(namespace, pace);
  const limitMs = 60_000 / pace + DEFAULT_TIMEOUT_MS;
  expect(await viewers()).toBe(2);
  // The last byte comes just before the silence.
  const silentAt = clock.now();
  type('before');
  await reader.hears('<before>');
  namespace.blackhole();
  type('typed in silence');
  const hubGone = eventually('the hub holds it for gone', async () => (await viewers()) === 1, limitMs).then(
    () => clock.now() - silentAt,
  );
  await eventually('the viewer is not online', () => host.connection.state !== 'online', limitMs);
  const viewerMs = clock.now() - silentAt;
  expect(reader.watcher.attachment.heldBytes).toBeGreaterThan(0);
  const hubMs = await hubGone;
  await direct.command('session.send', { session: session.id, text: 'printed in silence', enter: true });
  namespace.heal();
  const healedAt = clock.now();
  await eventually('it is online', () => host.connection.state === 'online', limitMs);
  const onlineMs = clock.now() - healedAt;
  await reader.hears('<typed in silence>');
  expectWhole(reader, ['before', 'printed in silence', 'typed in silence']);
  return { viewerMs, hubMs, onlineMs };
}

/** The viewer moves to another network: its connection is dead, and nobody is told. */
export async function moved(pace: number): Promise<void> {
  using namespace = new NetNamespace();
  const { host, reader, type } = await stage(namespace, pace);
  type('before');
  await reader.hears('<before>');
  namespace.changeAddress();
  type('on the way');
  await reader.hears('<on the way>', 60_000 / pace + DEFAULT_TIMEOUT_MS);
  expect(host.connection.state).toBe('online');
  type('there');
  await reader.hears('<there>');
  expectWhole(reader, ['before', 'on the way', 'there']);
}
