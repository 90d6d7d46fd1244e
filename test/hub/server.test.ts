import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { connectOnce } from '../../src/client/index.ts';
import { readCard, silentLog, startHub } from '../../src/hub/index.ts';
import { CLOSE, PROTOCOL } from '../../src/protocol/index.ts';
import { FakeClock } from '../core/reconnect/fake-clock.ts';
import {
  closeAll,
  ENV,
  errorOf,
  eventually,
  folder,
  newSession,
  onlineClient,
  openHub,
  spawnHub,
  Watcher,
} from './support/index.ts';
import { RawPeer } from './support/raw.ts';

afterEach(closeAll);

const options = (place: ReturnType<typeof folder>) => ({
  paths: place.paths,
  version: '0.1.0',
  env: ENV,
  log: silentLog,
});

describe('one hub a user', () => {
  test('[H40] of several hubs started at once exactly one serves, and the others name it', async () => {
    const place = folder();
    const hubs = await Promise.all(Array.from({ length: 4 }, () => spawnHub(place)));
    const started = hubs.filter((hub) => hub.said === 'started');
    expect(started).toHaveLength(1);
    const losers = hubs.filter((hub) => hub.said === 'running');
    expect(await Promise.all(losers.map((hub) => hub.exited))).toEqual([3, 3, 3]);
    const host = await onlineClient(place.socket);
    expect((await host.command('hub.status', {})).pid).toBe(started[0]!.pid);
    expect(readCard(place.paths.state)).toMatchObject({ pid: started[0]!.pid, socket: place.socket });
  });

  test('a second start in the same state folder says who runs there', async () => {
    const { paths, path } = await openHub();
    const elsewhere = { ...paths, socket: `${path}/other/hub.sock` };
    const start = await startHub({ paths: elsewhere, version: '0.1.0', env: ENV });
    expect(start).toMatchObject({ kind: 'running', card: { pid: process.pid, socket: paths.socket } });
  });

  test('the socket and lock of a hub killed with -9 are in nobody’s way', async () => {
    const first = await spawnHub();
    first.child.kill('SIGKILL');
    await first.exited;
    expect(existsSync(first.socket)).toBe(true);
    const error = await errorOf(connectOnce({ address: { socketPath: first.socket }, version: '0.1.0' }));
    expect(error.code).toBe('hub-unreachable');
    expect(error.line).toContain('iris-tui hub start');
    const second = await spawnHub(first);
    expect(second.said).toBe('started');
    await onlineClient(first.socket);
  });

  test('a hub that starts while the last one still stops waits for it', async () => {
    const first = await spawnHub();
    const host = await onlineClient(first.socket);
    await newSession(host, 'trap "" HUP; sleep 100');
    first.child.kill('SIGTERM');
    await eventually('it takes no more connections', () => !existsSync(first.socket));
    const second = await spawnHub(first);
    expect(second.said).toBe('started');
    expect(await first.exited).toBe(0);
  });

  test('a socket that was swept away is made again, and the sessions are still there', async () => {
    const { socket } = await openHub();
    const host = await onlineClient(socket);
    const session = await newSession(host, 'cat');
    rmSync(socket.replace(/\/hub.sock$/, ''), { recursive: true });
    const again = await eventually('the hub is back', () => onlineClient(socket).catch(() => undefined));
    expect(again.sessions.map((s) => s.id)).toEqual([session.id]);
    const watcher = new Watcher(host, session.id);
    watcher.type('still here\r');
    await watcher.shows('still here\nstill here');
  });
});

describe('its folders', () => {
  test('socket 0600 in a folder of 0700, and nothing in the state folder is for others', async () => {
    const place = folder();
    const { socket, hub, paths } = await openHub(place);
    hub.log.info('hello');
    await hub.log.flush();
    const modeOf = (path: string): number => statSync(path).mode & 0o777;
    expect(modeOf(socket)).toBe(0o600);
    expect(modeOf(`${place.path}/run`)).toBe(0o700);
    expect(modeOf(paths.state)).toBe(0o700);
    const files = readdirSync(paths.state);
    expect(files).toContain('hub.log');
    expect(files.filter((name) => (modeOf(`${paths.state}/${name}`) & 0o077) !== 0)).toEqual([]);
    expect(readFileSync(`${paths.state}/hub.log`, 'utf8')).toContain('"msg":"hub started"');
  });

  test('a folder that is open to others is refused, with the remedy', async () => {
    const place = folder();
    mkdirSync(`${place.path}/run`);
    chmodSync(`${place.path}/run`, 0o755);
    const error = await errorOf(startHub(options(place)));
    expect(error.code).toBe('not-allowed');
    expect(error.line).toContain(`chmod 700 ${place.path}/run`);
    chmodSync(`${place.path}/run`, 0o700);
    // The failed start let go of the lock.
    const start = await startHub(options(place));
    expect(start.kind).toBe('started');
    if (start.kind === 'started') await start.hub.stop();
  });

  test('what is no folder, and a path too long for a socket, are told in a line', async () => {
    const place = folder();
    writeFileSync(`${place.path}/state`, '');
    expect((await errorOf(startHub(options(place)))).code).toBe('storage');
    const long = { ...folder(), paths: { ...folder().paths, socket: `/tmp/${'x'.repeat(120)}/hub.sock` } };
    expect((await errorOf(startHub(options(long)))).line).toContain('longer than 103 bytes');
  });
});

describe('hello and auth', () => {
  test('[A22] a link without auth is closed at 5 s, not before', async () => {
    const place = folder();
    const clock = new FakeClock();
    const start = await startHub({ ...options(place), clock });
    if (start.kind !== 'started') throw new Error('not started');
    try {
      const peer = await RawPeer.open(place.socket);
      peer.hello(PROTOCOL);
      await eventually('hello is answered', () => peer.find('hello'));
      clock.advance(4_999);
      peer.say({ type: 'ping', ts: 1, payload: { id: 1 } });
      await eventually('the link lives', () => peer.find('pong'));
      clock.advance(1);
      expect((await peer.closes()).code).toBe(CLOSE['auth-late']);
    } finally {
      await start.hub.stop();
    }
  });

  test('a client of an older and of a newer protocol is told so by the hub, and by itself', async () => {
    const { socket } = await openHub();
    for (const [protocol, older] of [
      [PROTOCOL - 1, 'client'],
      [PROTOCOL + 1, 'hub'],
    ] as const) {
      const peer = await RawPeer.open(socket);
      peer.hello(protocol);
      expect((await peer.closes()).code).toBe(CLOSE['version-mismatch']);
      expect(peer.find('hello')?.payload.protocol).toBe(PROTOCOL);
      expect(peer.find('error')?.payload).toMatchObject({ code: 'version-mismatch' });
      expect(peer.find('error')?.payload.message).toContain(`the ${older} is older`);
      expect(peer.find('status')).toBeUndefined();
    }
  });

  test('a client of another protocol may still ask how the hub is and stop it, and nothing else', async () => {
    const { socket, hub } = await openHub();
    const peer = await RawPeer.open(socket);
    peer.hello(PROTOCOL + 7, 'raw', 'manage');
    peer.say({ type: 'auth', ts: 1, payload: { method: 'local' } });
    const ask = (id: number, name: string, args = {}): void =>
      peer.say({ type: 'control', ts: 1, payload: { op: 'command', id, name, args } });
    ask(1, 'hub.status');
    ask(2, 'session.new');
    ask(3, 'hub.stop');
    await hub.stopped;
    await peer.closes();
    const results = peer.all('control').map((m) => m.payload);
    expect(results.find((r) => r.op === 'result' && r.id === 1)).toMatchObject({ result: { protocol: PROTOCOL } });
    expect(results.find((r) => r.op === 'result' && r.id === 2)).toMatchObject({ failure: { code: 'not-allowed' } });
    expect(results.find((r) => r.op === 'result' && r.id === 3)).toMatchObject({ result: { stopped: true } });
  });

  const wrong: [string, (peer: RawPeer) => void, number][] = [
    ['auth before hello', (p) => p.say({ type: 'auth', ts: 1, payload: { method: 'local' } }), CLOSE['bad-order']],
    [
      'a command before auth',
      (p) => p.say({ type: 'control', ts: 1, payload: { op: 'command', id: 1, name: 'x' } }),
      CLOSE['bad-order'],
    ],
    ['text that is no JSON', (p) => p.send('hello?'), CLOSE['bad-message']],
    ['a binary message that is none', (p) => p.send(Uint8Array.of(9, 9, 9, 9, 9, 9, 9)), CLOSE['bad-message']],
    ['a field of the wrong kind', (p) => p.send('{"type":"ping","ts":0,"payload":{"id":"x"}}'), CLOSE['bad-message']],
    ['a message of 300 KiB', (p) => p.send(`"${'x'.repeat(300 * 1024)}"`), 1009],
  ];
  for (const [what, say, code] of wrong) {
    test(`${what} closes the link with ${code}, and the hub lives on`, async () => {
      const { socket } = await openHub();
      const peer = await RawPeer.open(socket);
      say(peer);
      expect((await peer.closes()).code).toBe(code);
      await onlineClient(socket);
    });
  }

  test('broken WebSocket frames close the link with the library’s codes', async () => {
    const { socket } = await openHub();
    for (const [frame, code] of [
      // RSV1: a compressed frame, which nobody agreed on. Masked, of length 0.
      [[0xc1, 0x80, 0, 0, 0, 0], 1002],
      // A text frame of one byte that is not UTF-8.
      [[0x81, 0x81, 0, 0, 0, 0, 0xff], 1007],
      // A length of 2^40.
      [[0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1009],
    ] as const) {
      const peer = await RawPeer.open(socket);
      (peer.ws as unknown as { _socket: NodeJS.WritableStream })._socket.write(Buffer.from(frame));
      expect((await peer.closes()).code).toBe(code);
    }
    await onlineClient(socket);
  });

  test('an unknown message is answered with error and does no harm; a second hello does', async () => {
    const { socket } = await openHub();
    const peer = await RawPeer.join(socket);
    peer.send('{"type":"teleport","ts":1,"payload":{}}');
    peer.say({ type: 'ping', ts: 1, payload: { id: 5 } });
    await eventually('the pong comes', () => peer.find('pong'));
    expect(peer.find('error')?.payload.message).toContain('teleport');
    expect(peer.closed).toBeUndefined();
    peer.hello(PROTOCOL);
    expect((await peer.closes()).code).toBe(CLOSE['bad-order']);
  });
});
