import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import {
  client,
  closeAll,
  eventsOf,
  eventually,
  folder,
  newSession,
  onlineClient,
  openHub,
  openProxy,
  Watcher,
} from './support/index.ts';
import { RawPeer } from './support/raw.ts';

afterEach(closeAll);

/** Shows each line it reads, without an echo of its own. */
const READER = 'stty -echo; echo ready; while read -r line; do echo "<$line>"; done';

describe('typing', () => {
  test('[T13] 1,000 numbered keystrokes through 50 resets: each arrives once, in order', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const direct = await onlineClient(place.socket);
    const session = await newSession(direct, READER);
    const log = new Watcher(direct, session.id, { mode: 'log' });
    await eventually('the reader is ready', () => log.output.includes('ready'));
    // At once and without an end: what is tested is what happens to the keys.
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const typist = new Watcher(host, session.id);
    let resets = 0;
    for (let i = 1; i <= 1_000; i++) {
      typist.type(`${i}\n`);
      if (i % 20 === 10) {
        await eventually('the link is up again', () => host.connection.state === 'online');
        typist.type(`${++i}\n`);
        proxy.cut();
        resets += 1;
      } else if (i % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(resets).toBe(50);
    host.retryNow();
    await eventually('the last one came', () => log.output.includes('<1000>'));
    const seen = [...log.output.matchAll(/<(\d+)>/g)].map((match) => Number(match[1]));
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, i) => i + 1));
  });

  test('a number that was taken before is acknowledged and not written again', async () => {
    const { socket } = await openHub();
    const host = await onlineClient(socket);
    const session = await newSession(host, READER);
    const log = new Watcher(host, session.id, { mode: 'log' });
    await eventually('the reader is ready', () => log.output.includes('ready'));
    const say = (peer: RawPeer, inputSeq: number, text: string): void =>
      peer.say({
        type: 'control',
        sessionId: session.id,
        epoch: session.epoch,
        ts: 1,
        payload: { op: 'input', stream: 1, inputSeq },
        bytes: Buffer.from(text),
      });
    const attach = { op: 'attach', stream: 1, mode: 'screen' } as const;
    const first = await RawPeer.join(socket, 'one-program');
    first.say({ type: 'control', sessionId: session.id, ts: 1, payload: attach });
    say(first, 1, 'a\n');
    await eventually('it is acknowledged', () => first.find('ack'));
    first.leave();
    const second = await RawPeer.join(socket, 'one-program');
    second.say({ type: 'control', sessionId: session.id, ts: 1, payload: attach });
    say(second, 1, 'a\n');
    say(second, 2, 'b\n');
    await eventually('both are acknowledged', () => second.all('ack').some((m) => m.payload.inputSeq === 2));
    // Another program counts for itself.
    const other = await RawPeer.join(socket, 'another-program');
    other.say({ type: 'control', sessionId: session.id, ts: 1, payload: attach });
    say(other, 1, 'c\n');
    await eventually('all was read', () => log.output.includes('<c>'));
    expect(log.output.match(/<.>/g)).toEqual(['<a>', '<b>', '<c>']);
  });

  test('what is typed while offline is shown as held, and arrives when the same process is reached again', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const session = await newSession(host, READER);
    const typist = new Watcher(host, session.id);
    await typist.shows('ready');
    const events = eventsOf(host);
    proxy.hold(true);
    proxy.cut();
    await eventually('the connection is gone', () => host.connection.state !== 'online');
    typist.type('held\n');
    expect(typist.attachment.heldBytes).toBe(5);
    expect(events).toContainEqual({ type: 'held', sessionId: session.id, bytes: 5 });
    proxy.hold(false);
    proxy.cut();
    host.retryNow();
    await typist.shows('<held>');
    await eventually('nothing is held any more', () => typist.attachment.heldBytes === 0);
    expect(events).toContainEqual({ type: 'held', sessionId: session.id, bytes: 0 });
    expect(events.some((event) => event.type === 'refused')).toBe(false);
  });

  test('what was typed for a process that was started again meanwhile is refused, and the user is told', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const direct = await onlineClient(place.socket);
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const session = await newSession(direct, READER);
    const typist = new Watcher(host, session.id);
    await typist.shows('ready');
    const events = eventsOf(host);
    proxy.hold(true);
    proxy.cut();
    await eventually('the connection is gone', () => host.connection.state !== 'online');
    typist.type('rm -rf /\n');
    await direct.command('session.restart', { session: session.id });
    proxy.hold(false);
    proxy.cut();
    host.retryNow();
    const refused = await eventually('it is refused', () => events.find((event) => event.type === 'refused'));
    expect(refused).toMatchObject({ sessionId: session.id, bytes: 9 });
    typist.type('ls\n');
    await typist.shows('<ls>');
    expect(typist.text).not.toContain('rm -rf');
  });

  test('a paste of 1 MB arrives whole and in one piece', async () => {
    const { socket } = await openHub();
    const host = await onlineClient(socket);
    const place = folder();
    const file = `${place.path}/pasted`;
    const session = await newSession(host, `stty raw -echo; echo ready; head -c 1000001 > ${file}; echo done; cat`);
    const typist = new Watcher(host, session.id);
    const other = new Watcher(await onlineClient(socket), session.id);
    await typist.shows('ready');
    await other.shows('ready');
    const bytes = Buffer.from(Uint8Array.from({ length: 1_000_000 }, (_, i) => 65 + ((i * 7) % 50)));
    typist.attachment.write(bytes);
    other.type('!');
    await typist.shows('done', 30_000);
    const read = readFileSync(file);
    // What someone else types comes before or after, never within.
    const at = read.indexOf('!');
    expect([0, 1_000_000]).toContain(at);
    expect(Buffer.concat([read.subarray(0, at), read.subarray(at + 1)]).equals(bytes)).toBe(true);
  });
});
