import { createServer } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { connect, connectOnce } from '../../src/client/index.ts';
import { type HostConnection, IrisError } from '../../src/core/index.ts';
import { encode, type HubMessage, PROTOCOL } from '../../src/protocol/index.ts';
import {
  client,
  closeAll,
  errorOf,
  eventsOf,
  eventually,
  folder,
  newSession,
  openHub,
  openProxy,
  Watcher,
} from '../hub/support/index.ts';

afterEach(closeAll);

const isOffline = ({ state }: HostConnection): boolean => state === 'offline';
const nowhere = { address: { socketPath: '/tmp/no-such-folder/hub.sock' }, version: '0.1.0' };

describe('connecting', () => {
  test('without a hub: offline, with the reason, the next time, and what to do', async () => {
    const host = client('/tmp/no-such-folder/hub.sock');
    expect(host.connection.state).toBe('connecting');
    const events = eventsOf(host);
    const connection = await eventually('it is offline', () =>
      events.flatMap((event) => (event.type === 'connection' ? [event.connection] : [])).find(isOffline),
    );
    expect(connection.reason).toContain('no hub is running');
    expect(connection.remedy).toContain('iris-tui hub start');
    expect(connection.attempt).toBe(2);
    expect(connection.nextRetryAt).toBeGreaterThan(connection.since);
  });

  test('once: rejects with what a script needs to know', async () => {
    const error = await errorOf(connectOnce(nowhere));
    expect(error.code).toBe('hub-unreachable');
    expect(error.exitCode).toBe(6);
    expect(error.line).toBe('no hub is running at /tmp/no-such-folder/hub.sock: start one with "iris-tui hub start"');
  });

  test('asks for the address again at each attempt, and a hub that it starts is found', async () => {
    const place = folder();
    let asked = 0;
    const host = connect({
      version: '0.1.0',
      address: async () => {
        asked += 1;
        if (asked === 2) await openHub(place);
        return { socketPath: place.socket };
      },
    });
    try {
      await eventually('the first attempt failed', () => host.connection.state === 'offline');
      host.retryNow();
      await eventually('it is online', () => host.connection.state === 'online');
      expect(asked).toBe(2);
    } finally {
      host.close();
    }
  });

  test('gives up when it was told to, and tries again when the user says so', async () => {
    const place = folder();
    const host = client(place.socket, { reconnect: { maxAttempts: 2 }, random: () => 0 });
    await eventually('it gave up', () => host.connection.state === 'error');
    expect((await errorOf(host.command('session.list', {}))).code).toBe('hub-unreachable');
    await openHub(place);
    host.retryNow();
    await eventually('it is online', () => host.connection.state === 'online');
    expect((await host.command('session.list', {})).sessions).toEqual([]);
  });

  for (const [protocol, words] of [
    [PROTOCOL - 1, 'the hub is older'],
    [PROTOCOL + 1, 'the client is older'],
  ] as const) {
    test(`to a hub of protocol ${protocol}: an error that says so, and no further attempt`, async () => {
      const place = folder();
      let connections = 0;
      const hub = await fakeHub(place.path, () => {
        connections += 1;
        const software = 'iris-tui/9.9.9';
        return [{ type: 'hello', ts: 1, payload: { protocol, software, role: 'hub', encodings: [], pid: 1 } }];
      });
      try {
        const host = client(hub.socket);
        await eventually('it is an error', () => host.connection.state === 'error');
        expect(host.connection.reason).toContain(words);
        expect(host.connection.reason).toContain('iris-tui/9.9.9');
        expect(host.connection.remedy).toContain('iris-tui hub stop');
        const error = await errorOf(connectOnce({ address: { socketPath: hub.socket }, version: '0.1.0' }));
        expect(error.code).toBe('version-mismatch');
        expect(connections).toBe(2);
      } finally {
        hub.close();
      }
    });
  }

  test('to something that is no hub ends in a reason, not in a crash', async () => {
    const place = folder();
    const hub = await fakeHub(place.path, () => ['garbage', Buffer.from([1, 2, 3])] as never);
    try {
      const error = await errorOf(connectOnce({ address: { socketPath: hub.socket }, version: '0.1.0' }));
      expect(error.code).toBe('hub-unreachable');
      expect(error.line).toContain('JSON');
    } finally {
      hub.close();
    }
  });
});

describe('a connection that breaks', () => {
  test('comes back by itself, and every attachment goes on where it was', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const host = client(proxy.socket);
    const session = await newSession(host, 'cat');
    const log = new Watcher(host, session.id, { mode: 'log' });
    const screen = new Watcher(host, session.id);
    screen.type('one\r');
    await screen.shows('one\none');
    await eventually('the log is there', () => log.output.includes('one\r\none\r\n'));
    const states: HostConnection['state'][] = [];
    host.on((event) => event.type === 'connection' && states.push(event.connection.state));
    proxy.cut();
    await eventually('it is back', () => states.at(-1) === 'online');
    expect(states).toContain('offline');
    screen.type('two\r');
    await screen.shows('two\ntwo');
    await eventually('the log is there', () => log.output === 'one\r\none\r\ntwo\r\ntwo\r\n');
    const seqs = log.entries.filter((entry) => entry.kind === 'output').map((entry) => entry.seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
    // Deltas were enough: the screen was built once.
    expect(screen.entries.filter((entry) => entry.kind === 'snapshot')).toHaveLength(1);
  });

  test('[T3] in the middle of a flood loses nothing of the log and repeats nothing', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const script = 'stty -echo; i=1; while read -r x; do seq $((i * 100)) $((i * 100 + 99)); i=$((i + 1)); done';
    const session = await newSession(host, script);
    const log = new Watcher(host, session.id, { mode: 'log' });
    await eventually('it is attached', () => log.entries.length > 0);
    const typist = new Watcher(client(place.socket), session.id);
    for (let cuts = 0; cuts < 25; cuts++) {
      // Six hundred numbers are on their way when the first of them has come.
      const before = log.entries.length;
      typist.type('\r'.repeat(6));
      await eventually('more came', () => log.entries.length > before);
      await eventually('it is online', () => host.connection.state === 'online');
      proxy.cut();
    }
    await eventually('all came', () => log.output.endsWith('15099\r\n'));
    const numbers = [...log.output.matchAll(/^(\d+)\r$/gm)].map((match) => Number(match[1]));
    expect(numbers).toEqual(Array.from({ length: 15_000 }, (_, i) => i + 100));
    const seqs = log.entries.filter((entry) => entry.kind === 'output').map((entry) => entry.seq);
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, i) => i + 1));
  });

  test('a command that only reads is asked again, one that acts is not, and a held one is sent later', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const session = await newSession(host, 'cat');
    const waiting = host.command('session.wait', { session: session.id, text: 'later' });
    proxy.hold(true);
    const acting = errorOf(host.command('session.rename', { session: session.id, name: 'other' }));
    const reading = host.command('session.list', {});
    proxy.cut();
    const error = await acting;
    expect(error.code).toBe('hub-unreachable');
    expect(error.line).toContain('it may have happened or not');
    const held = host.command('session.send', { session: session.id, text: 'later' });
    proxy.hold(false);
    proxy.cut();
    host.retryNow();
    expect((await reading).sessions).toHaveLength(1);
    await held;
    expect((await waiting).matched).toBe('later');
  });

  test('what was typed is given back when there will be no connection any more, and so is what is typed after that', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    let revoked = false;
    const host = connect({
      version: '0.1.0',
      reconnect: { settleMs: 0 },
      address: async () => {
        if (revoked) throw new IrisError('not-allowed', 'access was revoked');
        return { socketPath: proxy.socket };
      },
    });
    try {
      await eventually('it is online', () => host.connection.state === 'online');
      const session = await newSession(host, 'cat');
      const watcher = new Watcher(host, session.id);
      await eventually('it is attached', () => watcher.entries.length > 0);
      const events = eventsOf(host);
      revoked = true;
      proxy.hold(true);
      watcher.type('abc');
      proxy.cut();
      await eventually('it is refused', () => host.connection.state === 'error');
      watcher.type('d');
      const refused = () => events.flatMap((event) => (event.type === 'refused' ? [event] : []));
      await eventually('both are given back', () => refused().length === 2);
      expect(refused()).toMatchObject([
        { text: 'abc', reason: 'access was revoked' },
        { text: 'd', reason: 'access was revoked' },
      ]);
      expect(events.filter(({ type }) => type === 'held').at(-1)).toMatchObject({ bytes: 0 });
      expect(watcher.attachment.heldBytes).toBe(0);
    } finally {
      host.close();
    }
  });

  test('a viewer whose session was killed meanwhile is told when it is back', async () => {
    const place = await openHub();
    const proxy = await openProxy(place.socket, place);
    const direct = client(place.socket);
    const host = client(proxy.socket, { reconnect: { settleMs: 0 } });
    const session = await newSession(direct, 'cat');
    const watcher = new Watcher(host, session.id);
    await eventually('it is attached', () => watcher.entries.length > 0);
    proxy.hold(true);
    proxy.cut();
    await direct.command('session.kill', { session: session.id });
    proxy.hold(false);
    proxy.cut();
    host.retryNow();
    await eventually('it is told', () => watcher.ended);
    expect(watcher.ended?.reason?.code).toBe('not-found');
    expect(host.sessions).toEqual([]);
  });

  test('a listener that throws ends its own attachment and nothing else', async () => {
    const { socket } = await openHub();
    const host = client(socket);
    const session = await newSession(host, 'cat');
    const bad = new Watcher(host, session.id, {
      onEntry: () => {
        throw new Error('broken listener');
      },
    });
    const good = new Watcher(host, session.id);
    await eventually('it is over', () => bad.ended);
    expect(bad.ended?.reason?.message).toBe('broken listener');
    good.type('fine\r');
    await good.shows('fine\nfine');
    const events = eventsOf(host);
    expect(events.filter((event) => event.type === 'connection' && event.connection.state !== 'online')).toEqual([]);
  });
});

/** A WebSocket on a Unix socket that answers the first message with what it is given. */
async function fakeHub(path: string, answer: () => HubMessage[]): Promise<{ socket: string; close(): void }> {
  const socket = `${path}/fake.sock`;
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (ws) => {
    ws.on('error', () => {});
    ws.once('message', () => {
      for (const message of answer()) {
        const plain = typeof message === 'string' || Buffer.isBuffer(message);
        for (const frame of plain ? [message as never] : encode(message, false)) ws.send(frame);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    socket,
    close: () => {
      for (const ws of sockets.clients) ws.terminate();
      server.close();
    },
  };
}
