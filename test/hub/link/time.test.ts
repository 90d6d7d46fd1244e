import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock, HostConnection, SessionHost } from '../../../src/core/index.ts';
import { FakeClock } from '../../core/reconnect/fake-clock.ts';
import { ChaosProxy, PacedClock, seededRandom } from '../../support/index.ts';
import {
  client,
  closeAll,
  eventually,
  type Folder,
  folder,
  newSession,
  openHub,
  spawnHub,
  Watcher,
} from '../support/index.ts';

afterEach(closeAll);

/** Ten seconds in one: dead is who was silent for 3 s. The real form is in test/soak. */
const PACE = 10;

/** A viewer of a session, and the states of its connection from now on. */
async function viewer(socket: string, clock: Clock) {
  const host = client(socket, { clock });
  const session = await newSession(host, 'cat');
  const watcher = new Watcher(host, session.id);
  await eventually('it is attached', () => watcher.entries.length > 0);
  const states: HostConnection['state'][] = [];
  host.on((event) => event.type === 'connection' && states.push(event.connection.state));
  const expectOnline = (): void => expect(states.filter((state) => state !== 'online')).toEqual([]);
  const answers = async (word: string): Promise<void> => {
    watcher.type(`${word}\r`);
    await watcher.shows(`${word}\n${word}`);
  };
  return { host, session, answers, expectOnline };
}

describe('a program that stands still', () => {
  test('[T8] SIGSTOP of the hub for 25 s, then its event loop blocked for 10 s: no disconnect on either side', async () => {
    const there = new PacedClock(PACE);
    const hub = await spawnHub(folder(), { pace: PACE });
    // Time of the viewer passes as the test says, however long the hub takes to come back.
    const here = new FakeClock();
    const { answers, expectOnline } = await viewer(hub.socket, here);
    process.kill(hub.pid, 'SIGSTOP');
    here.advance(25_000);
    await there.passes(25_000);
    process.kill(hub.pid, 'SIGCONT');
    await answers('one');
    const back = once(hub.child.stdout!, 'data');
    process.kill(hub.pid, 'SIGVTALRM');
    here.advance(10_000);
    await back;
    // Whoever was wrongly taken for dead would be so by now.
    await there.passes(12_000);
    here.advance(12_000);
    await answers('two');
    expectOnline();
  });

  test('[T8] the event loop of the viewer blocked for 10 s: no disconnect', async () => {
    // The hub hears nothing for 2.5 s, and would hold the viewer for gone after 7.5 s.
    const pace = 4;
    const hub = await spawnHub(folder(), { pace });
    const { answers, expectOnline } = await viewer(hub.socket, new PacedClock(pace));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000 / pace);
    await answers('one');
    expectOnline();
  });
});

test('[T9] the wall clock moves an hour on and two back: no disconnect, and what has a limit keeps it', async () => {
  const clock = new FakeClock();
  const { socket } = await openHub(folder(), '0.1.0', { clock });
  const { host, session, answers, expectOnline } = await viewer(socket, clock);
  const ends: string[] = [];
  const waits = (name: string, timeoutMs: number): void => {
    void host.command('session.wait', { session: session.id, text: 'never', timeoutMs }).then(
      () => ends.push(`${name} matched`),
      () => ends.push(name),
    );
  };
  /** What both ends had to say after this time has come to the other. */
  const passes = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await host.command('session.list', {});
  };
  waits('short', 15_000);
  waits('long', 10 * 60_000);
  await passes(0);
  clock.setWall(clock.wall() + 3_600_000);
  // Both have asked the other for a sign of life.
  await passes(12_000);
  expect(ends).toEqual([]);
  clock.setWall(clock.wall() - 7_200_000);
  await passes(2_999);
  expect(ends).toEqual([]);
  await passes(1);
  expect(ends).toEqual(['short']);
  for (let i = 0; i < 4; i++) await passes(10_000);
  expect(ends).toEqual(['short']);
  await answers('still');
  expectOnline();
});

test('after a sleep of the machine, a way that is gone is found out within 13 s, and one that holds is kept', async () => {
  const { socket } = await openHub();
  await using proxy = await ChaosProxy.open({ to: { socketPath: socket } });
  const clock = new FakeClock();
  const host = client(proxy, { clock });
  await eventually('it is online', () => host.connection.state === 'online');
  const states: string[] = [];
  host.on((event) => event.type === 'connection' && states.push(event.connection.state));
  const answered = proxy.passed.back;
  clock.setWall(clock.wall() + 3_600_000);
  clock.advance(3_000);
  await eventually('it was asked, and answered', () => proxy.passed.back > answered);
  await host.command('session.list', {});
  clock.advance(10_000);
  expect(states.filter((state) => state !== 'online')).toEqual([]);

  proxy.set({ silent: true });
  // What does not answer is told of long before it is given up.
  clock.advance(9_000);
  expect(host.connection).toMatchObject({ state: 'online', quietSince: expect.any(Number) });
  proxy.set({ silent: false });
  await eventually('it is heard again', () => host.connection.quietSince === undefined);
  proxy.set({ silent: true });
  clock.setWall(clock.wall() + 3_600_000);
  clock.advance(3_000 + 9_999);
  expect(host.connection.state).toBe('online');
  clock.advance(1);
  await eventually('it is found out', () => host.connection.state !== 'online');
});

describe('a hub that is not there', () => {
  /** Lets the sockets of an attempt fail, which takes no time of the fake clock. */
  async function untilOffline(host: SessionHost): Promise<void> {
    await eventually('the attempt is over', () => host.connection.state !== 'connecting');
  }

  test('[T10] for ten minutes is asked for at 0, 1, 2, 4, 8, 16, 30, 30 … seconds, each within 20 %, and is found again', async () => {
    const place = folder();
    const { hub } = await openHub(place);
    const clock = new FakeClock();
    const attempts: number[] = [];
    const host = client(place.socket, {
      clock,
      address: () => {
        attempts.push(clock.now());
        return { socketPath: place.socket };
      },
    });
    await eventually('it is online', () => host.connection.state === 'online');
    clock.advance(60_000 - 31_000);
    const downAt = clock.now();
    attempts.length = 0;
    await hub.stop();
    await eventually('it is offline', () => host.connection.state === 'offline');
    while (clock.now() < downAt + 600_000) {
      clock.advance(100);
      if (host.connection.state === 'connecting') await untilOffline(host);
    }
    const delays = attempts.map((at, i) => at - (attempts[i - 1] ?? downAt));
    const wanted = [0, 1_000, 2_000, 4_000, 8_000, 16_000, ...Array<number>(60).fill(30_000)];
    expect(delays.length).toBeGreaterThan(20);
    delays.forEach((delay, i) => {
      expect(Math.abs(delay - wanted[i]!), `attempt ${i + 1}`).toBeLessThanOrEqual(wanted[i]! * 0.2 + 100);
    });
    await openHub(place);
    for (let i = 0; i < 361 && host.connection.state !== 'online'; i++) {
      clock.advance(100);
      if (host.connection.state === 'connecting')
        await eventually('it is there or not', () => host.connection.state !== 'connecting');
    }
    expect(host.connection.state).toBe('online');
  });

  /** So many clients of a hub, and when each of them tried to come back. */
  async function crowd(place: Folder, count: number) {
    const clock = new FakeClock();
    const random = seededRandom(11);
    const attempts = Array.from({ length: count }, (): number[] => []);
    const hosts = attempts.map((times, i) =>
      client(place.socket, {
        clock,
        random,
        clientId: `client-${i}`,
        address: () => {
          times.push(clock.now());
          return { socketPath: place.socket };
        },
      }),
    );
    const all = (...states: HostConnection['state'][]) => hosts.every((host) => states.includes(host.connection.state));
    await eventually('all are online', () => all('online'));
    clock.advance(2_000);
    for (const times of attempts) times.length = 0;
    const step = async (): Promise<void> => {
      clock.advance(50);
      if (!all('online', 'offline')) await eventually('these attempts are over', () => all('online', 'offline'));
    };
    return { clock, attempts, all, step };
  }

  /** Most of these in one second. */
  const fullest = (times: readonly number[]): number =>
    Math.max(...times.map((at) => times.filter((other) => at <= other && other < at + 1_000).length));

  for (const end of ['stopped', 'killed'] as const) {
    test(`[T11] 200 clients after it was ${end}: no second holds over a quarter of the second attempts, and all are back`, async () => {
      const place = folder();
      const hub = await spawnHub(place);
      const { attempts, all, step } = await crowd(place, 200);
      hub.child.kill(end === 'killed' ? 'SIGKILL' : 'SIGTERM');
      await eventually('all have lost it', () => all('offline'));
      await hub.exited;
      while (attempts.some((times) => times.length < 2)) await step();
      expect(fullest(attempts.map((times) => times[1]!))).toBeLessThanOrEqual(50);
      await openHub(place);
      while (!all('online')) await step();
    });
  }

  test('and was killed is looked for at once where one client had it, and by a hundred over a second', async () => {
    for (const [count, from, to] of [
      [1, 0, 0],
      [100, 500, 1_000],
    ] as const) {
      const place = folder();
      const hub = await spawnHub(place);
      const { clock, attempts, all, step } = await crowd(place, count);
      hub.child.kill('SIGKILL');
      await eventually('all have lost it', () => all('offline'));
      const lostAt = clock.now();
      while (attempts.some((times) => times.length < 1)) await step();
      const latest = Math.max(...attempts.map((times) => times[0]! - lostAt));
      expect(latest).toBeGreaterThanOrEqual(from);
      expect(latest).toBeLessThanOrEqual(to);
    }
  });
});
