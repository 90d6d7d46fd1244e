import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BACKOFF_MS,
  backoffDelay,
  IrisError,
  MAX_RETRY_AFTER_MS,
  RECONNECT_POLICY,
  type ReconnectEvent,
  Reconnector,
  type ReconnectState,
  reconnectStep,
  spreadDelay,
} from '../../../src/core/index.ts';
import { FakeClock } from './fake-clock.ts';

const gone = new IrisError('hub-unreachable', 'gone', { retriable: true });
const middle = (): number => 0.5;

describe('the back-off', () => {
  test('[T10] a hub that is down for ten minutes is asked at 0, 1, 2, 4, 8, 16, 30, 30 … seconds, each within 20 %', () => {
    for (const random of [() => 0, () => 0.999_999, middle]) {
      const clock = new FakeClock();
      const attempts: number[] = [];
      const reconnector = new Reconnector({
        clock,
        random,
        connect: () => {
          attempts.push(clock.now());
          if (attempts.length === 1) reconnector.connected();
          else reconnector.lost(gone, false);
        },
        changed: () => {},
      });
      reconnector.start();
      clock.advance(60_000);
      const lostAt = clock.now();
      reconnector.lost(gone, false);
      clock.advance(10 * 60_000);
      const times = [lostAt, ...attempts.slice(1)];
      const delays = times.slice(1).map((at, i) => at - times[i]!);
      const wanted = [0, 1_000, 2_000, 4_000, 8_000, 16_000, ...Array<number>(60).fill(30_000)];
      expect(delays.length).toBeGreaterThan(20);
      delays.forEach((delay, i) => {
        expect(Math.abs(delay - wanted[i]!)).toBeLessThanOrEqual(wanted[i]! * 0.2 + 1);
      });
      reconnector.stop();
      expect(clock.pending).toBe(0);
    }
  });

  test('a delay is spread over its whole range and never leaves it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, r) => {
        const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1]!;
        const delay = backoffDelay(attempt, () => r);
        return delay >= Math.floor(base * 0.8) && delay <= Math.ceil(base * 1.2);
      }),
    );
  });
});

describe('a peer that asks to be left alone', () => {
  test('is asked no sooner than it said, up to a fifth later, and not left alone for ever', () => {
    const delays = (ms: number): number[] => [0, 0.5, 0.999_999].map((r) => backoffDelay(2, () => r, ms));
    expect(delays(12_000)).toEqual([12_000, 13_200, 14_400]);
    // Its own delay is longer.
    expect(delays(100)).toEqual([800, 1_000, 1_200]);
    expect(Math.max(...delays(1e12))).toBe(MAX_RETRY_AFTER_MS * 1.2);
  });
});

describe('a peer that many may have lost', () => {
  const late = (attempt: number, r: number): number => spreadDelay(attempt, () => r, 8_000);

  test('is looked for soon by all, then spread over what it asked for; who is apart stays so', () => {
    expect([late(1, 0), late(1, 0.5), late(1, 0.999_999)]).toEqual([0, 1_000, 2_000]);
    expect([late(2, 0), late(2, 0.5), late(2, 0.999_999)]).toEqual([0, 4_000, 8_000]);
    expect(late(3, 0.999_999)).toBe(0);
    const state: ReconnectState = { name: 'online', attempt: 1, lostAt: 0, onlineAt: 0 };
    const lost = { type: 'lost', reason: gone, permanent: false, spreadMs: 8_000 } as const;
    const first = reconnectStep(state, lost, 10_000, middle, RECONNECT_POLICY);
    expect(first).toMatchObject({ name: 'waiting', attempt: 1, retryAt: 11_000 });
    const second = reconnectStep(
      { ...first, name: 'connecting' } as ReconnectState,
      lost,
      11_000,
      middle,
      RECONNECT_POLICY,
    );
    expect(second).toMatchObject({ name: 'waiting', attempt: 2, retryAt: 16_000 });
  });
});

describe('the reconnector', () => {
  const lost = { type: 'lost', reason: gone, permanent: false } as const;
  const states: Record<ReconnectState['name'], ReconnectState> = {
    stopped: { name: 'stopped' },
    connecting: { name: 'connecting', attempt: 3, lostAt: 100 },
    waiting: { name: 'waiting', attempt: 3, lostAt: 100, retryAt: 9_000, reason: gone },
    online: { name: 'online', attempt: 3, lostAt: 100, onlineAt: 5_000 },
    failed: { name: 'failed', attempt: 3, reason: gone },
  };
  const events: Record<string, ReconnectEvent> = {
    start: { type: 'start' },
    asked: { type: 'asked' },
    due: { type: 'due' },
    moved: { type: 'moved' },
    connected: { type: 'connected' },
    lost,
    stop: { type: 'stop' },
  };
  /** Next state by state and event; '=': nothing happens. */
  const table: Record<ReconnectState['name'], Record<string, string>> = {
    stopped: { start: 'connecting', asked: '=', due: '=', moved: '=', connected: '=', lost: '=', stop: '=' },
    connecting: { start: '=', asked: '=', due: '=', moved: '=', connected: 'online', lost: 'waiting', stop: 'stopped' },
    waiting: {
      start: '=',
      asked: 'connecting',
      due: 'connecting',
      moved: 'connecting',
      connected: '=',
      lost: '=',
      stop: 'stopped',
    },
    online: { start: '=', asked: '=', due: '=', moved: '=', connected: '=', lost: 'waiting', stop: 'stopped' },
    failed: { start: '=', asked: 'connecting', due: '=', moved: '=', connected: '=', lost: '=', stop: 'stopped' },
  };
  for (const [from, row] of Object.entries(table)) {
    for (const [event, to] of Object.entries(row)) {
      test(`${event} while ${from}: ${to === '=' ? 'nothing' : to}`, () => {
        const before = states[from as ReconnectState['name']];
        const after = reconnectStep(before, events[event]!, 10_000, middle, RECONNECT_POLICY);
        if (to === '=') expect(after).toBe(before);
        else expect(after.name).toBe(to);
      });
    }
  }

  test('a connection that held for a while begins the back-off anew, a short one goes on', () => {
    const good = reconnectStep(states.online, lost, 6_000, middle, RECONNECT_POLICY);
    expect(good).toMatchObject({ name: 'waiting', attempt: 1, retryAt: 6_000 });
    const short = reconnectStep(states.online, lost, 5_200, middle, RECONNECT_POLICY);
    expect(short).toMatchObject({ name: 'waiting', attempt: 4, retryAt: 9_200 });
  });

  test('what needs the user is not tried again until the user says so', () => {
    const failed = reconnectStep(states.connecting, { ...lost, permanent: true }, 200, middle, RECONNECT_POLICY);
    expect(failed.name).toBe('failed');
    expect(reconnectStep(failed, { type: 'asked' }, 300, middle, RECONNECT_POLICY)).toMatchObject({
      name: 'connecting',
      attempt: 1,
    });
  });

  test('it gives up after giveUpAfterMs, and after maxAttempts', () => {
    const three = 3 * 60 * 60_000;
    expect(reconnectStep(states.connecting, lost, 100 + three, middle, RECONNECT_POLICY).name).toBe('failed');
    expect(reconnectStep(states.connecting, lost, 99 + three, middle, RECONNECT_POLICY).name).toBe('waiting');
    const policy = { ...RECONNECT_POLICY, maxAttempts: 3 };
    expect(reconnectStep(states.connecting, lost, 200, middle, policy).name).toBe('failed');
  });

  test('a retry by hand while waiting connects at once, and the timer is gone', () => {
    const clock = new FakeClock();
    let attempts = 0;
    const reconnector = new Reconnector({
      clock,
      random: middle,
      connect: () => {
        attempts += 1;
      },
      changed: () => {},
    });
    reconnector.start();
    reconnector.lost(gone, false);
    expect(clock.pending).toBe(1);
    reconnector.retryNow();
    expect(attempts).toBe(2);
    expect(clock.pending).toBe(0);
  });

  /** It has failed so often that the next attempt is half a minute away. */
  function waitingLong(reason = gone) {
    const clock = new FakeClock();
    const attempts: number[] = [];
    let network = 'eth0 10.0.0.2';
    const reconnector = new Reconnector({
      clock,
      random: middle,
      network: () => network,
      connect: () => attempts.push(clock.now()),
      changed: () => {},
    });
    reconnector.start();
    for (let n = 0; n < 8; n++) {
      reconnector.lost(reason, false);
      if (n < 7) clock.advance(40_000);
    }
    const before = attempts.length;
    return {
      clock,
      reconnector,
      since: () => attempts.length - before,
      moveTo: (name: string) => {
        network = name;
      },
    };
  }

  test('another network, and a wake from sleep, end the wait and begin the back-off anew', () => {
    const moved = waitingLong();
    moved.clock.advance(9_000);
    expect(moved.since()).toBe(0);
    moved.moveTo('wlan0 192.168.1.7');
    moved.clock.advance(3_000);
    expect(moved.since()).toBe(1);
    moved.reconnector.lost(gone, false);
    expect(moved.reconnector.state).toMatchObject({ name: 'waiting', attempt: 2 });
    moved.clock.advance(1_000);
    expect(moved.since()).toBe(2);

    const woken = waitingLong();
    woken.clock.setWall(woken.clock.wall() + 3_600_000);
    woken.clock.advance(3_000);
    expect(woken.since()).toBe(1);
  });

  test('somebody who asks begins the back-off anew; the end of a wait goes on with it', () => {
    expect(reconnectStep(states.waiting, { type: 'due' }, 0, middle, RECONNECT_POLICY)).toMatchObject({ attempt: 3 });
    expect(reconnectStep(states.waiting, { type: 'asked' }, 0, middle, RECONNECT_POLICY)).toMatchObject({ attempt: 1 });
  });

  test('a peer that costs nothing to ask is asked at least every so often, unless it asks for more', () => {
    const policy = { ...RECONNECT_POLICY, longestMs: 1_000 };
    const late = { ...states.connecting, attempt: 9 } as ReconnectState;
    expect(reconnectStep(late, lost, 0, middle, policy)).toMatchObject({ retryAt: 1_000 });
    const busy = new IrisError('hub-unreachable', 'busy', { retriable: true, retryAfterMs: 12_000 });
    const next = reconnectStep(late, { ...lost, reason: busy }, 0, () => 0, policy);
    expect(next).toMatchObject({ retryAt: 12_000 });
  });

  test('what changed while an attempt was under way counts as well', () => {
    const { clock, reconnector, since, moveTo } = waitingLong();
    clock.advance(30_000);
    expect(since()).toBe(1);
    moveTo('wlan0 192.168.1.7');
    reconnector.lost(gone, false);
    clock.advance(3_000);
    expect(since()).toBe(2);
  });

  test('a peer that asked to be left alone is, on any network', () => {
    const busy = new IrisError('hub-unreachable', 'busy', { retriable: true, retryAfterMs: 25_000 });
    const { clock, since, moveTo } = waitingLong(busy);
    moveTo('wlan0 192.168.1.7');
    clock.advance(20_000);
    expect(since()).toBe(0);
    clock.advance(16_000);
    expect(since()).toBe(1);
  });
});
