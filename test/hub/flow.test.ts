import { afterEach, expect, test } from 'vitest';
import { UNACKED_BYTES } from '../../src/protocol/index.ts';
import {
  closeAll,
  equalCells,
  eventually,
  newSession,
  onlineClient,
  openHub,
  openProxy,
  Watcher,
} from './support/index.ts';
import { RawPeer } from './support/raw.ts';

afterEach(closeAll);

/** 10 MB of numbered lines, then a line that says it is over. */
const FLOOD = 'read x; seq -f "line %.0f of a flood that nobody can read" 200000; echo; echo all said; cat';

test('a viewer that never acknowledges gets 256 KiB and no more, and holds nobody up', async () => {
  const { socket } = await openHub();
  const host = await onlineClient(socket);
  const session = await newSession(host, FLOOD);
  const deaf = await RawPeer.join(socket);
  deaf.say({ type: 'control', sessionId: session.id, ts: 1, payload: { op: 'attach', stream: 1, mode: 'log' } });
  await eventually('it is attached', () => deaf.find('log'));
  const deafToo = await RawPeer.join(socket, 'raw2');
  deafToo.say({ type: 'control', sessionId: session.id, ts: 1, payload: { op: 'attach', stream: 1, mode: 'screen' } });
  await eventually('it is attached', () => deafToo.find('log'));
  const watcher = new Watcher(host, session.id);
  watcher.type('\r');
  await watcher.shows('all said', 60_000);
  const sent = (peer: RawPeer): number => peer.all('log').reduce((sum, m) => sum + m.bytes.length, 0);
  // Whatever was sent to them has come before the answer to this.
  for (const peer of [deaf, deafToo]) {
    peer.say({ type: 'ping', ts: 1, payload: { id: 1 } });
    await eventually('all that was sent has come', () => peer.find('pong'));
  }
  expect(sent(deaf)).toBeGreaterThan(UNACKED_BYTES / 2);
  expect(sent(deaf)).toBeLessThanOrEqual(UNACKED_BYTES);
  expect(sent(deafToo)).toBeLessThanOrEqual(UNACKED_BYTES);
  // When it acknowledges after all, it gets one picture of how things are now.
  const last = deafToo.all('log').at(-1)!;
  deafToo.say({ type: 'ack', epoch: last.epoch, seq: last.seq, ts: 1, payload: { of: 'output', stream: 1 } });
  const snapshot = await eventually('a snapshot comes', () => {
    const newest = deafToo.all('log').at(-1);
    return newest?.payload.kind === 'snapshot' && newest.seq > last.seq ? newest : undefined;
  });
  expect(snapshot.payload).toMatchObject({ gap: { from: last.seq + 1, to: snapshot.seq } });
  expect(new TextDecoder().decode(snapshot.bytes)).toContain('all said');
});

test('viewers that were slow, stalled or quick end in equal cells', async () => {
  const place = await openHub();
  const { socket } = place;
  const proxy = await openProxy(socket, place);
  const host = await onlineClient(socket);
  const session = await newSession(host, FLOOD);
  const quick = new Watcher(host, session.id);
  const slow = new Watcher(await onlineClient(socket), session.id, {
    onEntry: () => new Promise((resolve) => setTimeout(resolve, 3)),
  });
  const stalled = new Watcher(await onlineClient(proxy.socket), session.id);
  await eventually('all are attached', () => [quick, slow, stalled].every((w) => w.entries.length > 0));
  proxy.hold(true);
  quick.type('\r');
  await quick.shows('all said', 60_000);
  proxy.hold(false);
  await slow.shows('all said', 60_000);
  await stalled.shows('all said', 60_000);
  await equalCells(host, session.id, [quick, slow, stalled]);
  // Skipping is not silent: what a snapshot stands for is named.
  for (const entry of slow.entries.slice(1)) {
    if (entry.kind === 'snapshot') expect(entry.gap?.to).toBe(entry.seq);
  }
});

test('a reader of the log that was too slow for the log gets a gap and a snapshot, and goes on without a hole', async () => {
  const { socket } = await openHub();
  const host = await onlineClient(socket);
  const session = await newSession(host, FLOOD);
  let stop: (() => void) | undefined;
  let stopped = false;
  const log = new Watcher(host, session.id, {
    mode: 'log',
    onEntry: (entry) => {
      if (stopped || entry.kind !== 'output') return undefined;
      stopped = true;
      return new Promise<void>((resolve) => {
        stop = resolve;
      });
    },
  });
  const quick = new Watcher(host, session.id);
  quick.type('\r');
  await quick.shows('all said', 60_000);
  stop?.();
  await log.shows('all said', 60_000);
  let expected = 0;
  let gaps = 0;
  for (const entry of log.entries) {
    if (entry.kind === 'snapshot' && entry.gap) {
      gaps += 1;
      expect(entry.gap).toEqual({ from: expected, to: entry.seq });
    } else if (entry.kind !== 'snapshot') expect(entry.seq).toBe(expected);
    expected = entry.seq + 1;
  }
  expect(gaps).toBeGreaterThan(0);
});

test('after a change of size every viewer gets a snapshot of the new size', async () => {
  const { socket } = await openHub();
  const host = await onlineClient(socket);
  const session = await newSession(host, 'seq 100; cat');
  await host.command('session.wait', { session: session.id, text: '^100$' });
  const a = new Watcher(host, session.id, { cols: 80, rows: 24 });
  const b = new Watcher(await onlineClient(socket), session.id);
  await b.shows('100');
  a.attachment.resize(50, 12);
  await eventually('both have the new size', () => [a, b].every((w) => w.screen.cols === 50 && w.screen.rows === 12));
  await equalCells(host, session.id, [a, b]);
  expect(a.text).toContain('90');
});
