import { afterEach, describe, expect, it } from 'vitest';
import {
  BACKOFF_MS,
  HELD_INPUT_LIMIT_BYTES,
  IrisError,
  randomIds,
  Session,
  type SessionEvent,
  type SessionSpec,
} from '../../../src/core/index.ts';
import { waitUntil } from '../../support/index.ts';
import { FakeClock } from '../reconnect/fake-clock.ts';
import { FakeTransport } from './fake-transport.ts';

const reset = new IrisError('unreachable', 'the connection was reset', { retriable: true });
const refused = new IrisError('login-refused', 'the key was refused', { remedy: 'ssh-add ~/.ssh/key' });
const hub = { kind: 'known', name: 'office' } as const;
const remote = { kind: 'openssh', words: ['far'], options: {} } as const;
const spec: SessionSpec = { command: ['bash'], cwd: '~', env: {}, mode: 'pty', cols: 40, rows: 5, remote };

const sessions: Session[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.dispose();
});

function stage(more: Partial<SessionSpec> = {}, random: () => number = () => 0.5) {
  const clock = new FakeClock();
  const made: FakeTransport[] = [];
  const session = Session.create(
    {
      clock,
      ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
      hub: 'local',
      scrollback: 100,
      random,
      transport: (launch) => {
        const transport = new FakeTransport(launch);
        made.push(transport);
        return transport;
      },
      onError: (error) => {
        throw error;
      },
    },
    { id: 'a', name: 'far' },
    { ...spec, ...more },
  );
  sessions.push(session);
  const events: SessionEvent[] = [];
  session.events.on((event) => events.push(event));
  session.start();
  return {
    clock,
    made,
    session,
    events,
    now: () => made.at(-1)!,
    connection: () => session.info().connection,
    type: (text: string, held?: (refusal?: IrisError) => void) => session.write(new TextEncoder().encode(text), held),
  };
}

describe('a session on another machine', () => {
  it('is connecting, online, offline, and online again with a new epoch', () => {
    const { session, now, connection, clock, events, made } = stage();
    expect(connection()).toMatchObject({ state: 'connecting', attempt: 1, maxAttempts: 0, transport: 'connecting' });
    expect(now().launch).not.toHaveProperty('unattended');
    now().ready();
    now().prints('old picture');
    const { epoch } = session;
    expect(connection()).toMatchObject({ state: 'online', attempt: 0, transport: 'ready' });
    clock.advance(60_000);
    now().fails(reset);
    expect(connection()).toMatchObject({ state: 'offline', attempt: 1, reason: 'the connection was reset' });
    expect(session.info().process.status).toBe('offline');
    expect(session.live).toBe(true);
    clock.advance(0);
    expect(connection()).toMatchObject({ state: 'connecting', attempt: 1, reason: 'the connection was reset' });
    expect(made).toHaveLength(2);
    expect(now().launch.unattended).toBe(true);
    expect(session.epoch).toBe(epoch);
    expect(session.screen.capture()).toContain('old picture');
    const lostAt = connection().since;
    now().fails(reset);
    clock.advance(5_000);
    expect(connection()).toMatchObject({ state: 'connecting', attempt: 2, since: lostAt });
    now().ready();
    expect(connection().since).toBe(clock.wall());
    expect(session.epoch).not.toBe(epoch);
    expect(session.screen.capture()).not.toContain('old picture');
    expect(session.info().process).toMatchObject({ status: 'running', begun: 'restarted' });
    expect(session.log.from(0)?.[0]).toMatchObject({ kind: 'mark', mark: 'restarted' });
    expect(events.filter(({ type }) => type === 'restarted')).toHaveLength(1);
    expect(events.some(({ type }) => type === 'ended')).toBe(false);
  });

  it('that is started again in another hub is not the one that was there, whatever is told of that while it ends', async () => {
    const { session, now, made } = stage({ remote: { kind: 'websocket', hub, words: ['office'], options: {} } });
    const info = { ...session.info(), id: 'there' };
    now().mirrors({ type: 'session', id: 'there' });
    now().ready();
    const again = session.restart();
    now().mirrors({ type: 'info', info });
    await waitUntil(() => made.length === 2, 'it is started again');
    now().ready();
    await again;
    expect(made[0]!.stopped).toBe(true);
    expect(now().launch.mirror).not.toHaveProperty('session');
    expect(session.far).toBeUndefined();
  });

  it('[T10] is tried again after 0, 1, 2, 4, 8, 16, 30, 30 … seconds, ±20 %', () => {
    let seed = 1;
    const { clock, now, made, connection } = stage({}, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    });
    now().ready();
    clock.advance(60_000);
    const delays: number[] = [];
    const lostAt = clock.now();
    while (clock.now() - lostAt < 600_000) {
      now().fails(reset);
      const [failedAt, tries] = [clock.now(), made.length];
      const { nextRetryAt } = connection();
      expect(nextRetryAt! - clock.wall()).toBeGreaterThanOrEqual(0);
      const due = nextRetryAt! - clock.wall();
      clock.advance(Math.max(0, due - 1));
      expect(made.length).toBe(due > 0 ? tries : tries + 1);
      clock.advance(1);
      expect(made).toHaveLength(tries + 1);
      delays.push(due);
      expect(clock.now() - failedAt).toBeLessThanOrEqual(36_001);
    }
    expect(delays.length).toBeGreaterThan(20);
    delays.forEach((delay, i) => {
      const base = BACKOFF_MS[Math.min(i, BACKOFF_MS.length - 1)]!;
      expect(delay).toBeGreaterThanOrEqual(base * 0.8 - 1);
      expect(delay).toBeLessThanOrEqual(base * 1.2 + 1);
    });
    expect(new Set(delays.slice(7)).size).toBeGreaterThan(5);
  });

  it('[T9] does not care for a wall clock that is moved', () => {
    const { clock, now, made, connection, session } = stage();
    now().ready();
    clock.setWall(clock.wall() + 3_600_000);
    clock.advance(20_000);
    expect(session.state.kind).toBe('running');
    now().fails(reset);
    clock.advance(0);
    now().fails(reset);
    clock.setWall(clock.wall() - 7_200_000);
    expect(connection().nextRetryAt! - clock.wall()).toBe(1_000);
    clock.advance(999);
    expect(made).toHaveLength(2);
    clock.advance(1);
    expect(made).toHaveLength(3);
    expect(session.state.kind).toBe('starting');
  });

  it('a permanent failure is an error with its remedy, and nothing is tried until somebody says so', () => {
    const { clock, now, made, connection, session, events } = stage();
    now().fails(refused);
    clock.advance(24 * 3_600_000);
    expect(made).toHaveLength(1);
    expect(connection()).toMatchObject({ state: 'error', reason: 'the key was refused', remedy: 'ssh-add ~/.ssh/key' });
    expect(session.info().process).toMatchObject({ status: 'failed' });
    expect(session.agent.state).toBe('unknown');
    expect(events.filter(({ type }) => type === 'ended')).toMatchObject([{ error: refused }]);
    session.retry();
    expect(made).toHaveLength(2);
    expect(now().launch).not.toHaveProperty('unattended');
    expect(connection()).toMatchObject({ state: 'connecting', attempt: 1 });
  });

  it('is given up after maxAttempts, and after giveUpAfter, and says so', () => {
    const often = stage({ maxAttempts: 3 });
    for (let i = 0; i < 3; i++) {
      often.now().fails(reset);
      often.clock.advance(40_000);
    }
    expect(often.made).toHaveLength(3);
    expect(often.connection()).toMatchObject({
      state: 'error',
      maxAttempts: 3,
      reason: 'the connection was reset (given up after 3 attempts)',
      remedy: 'retry when it can be reached again',
    });
    const long = stage({ giveUpAfterMs: 600_000 });
    const began = long.clock.now();
    while (long.session.live) {
      long.now().fails(reset);
      long.clock.advance(40_000);
    }
    expect(long.clock.now() - began).toBeLessThan(700_000);
    expect(long.connection().reason).toContain('given up: it took too long');
    // The same for those who say nothing: three hours.
    const three = stage();
    while (three.session.live) {
      three.now().fails(reset);
      three.clock.advance(40_000);
    }
    expect(three.clock.now() / 3_600_000).toBeGreaterThan(3);
    expect(three.clock.now() / 3_600_000).toBeLessThan(3.1);
  });

  it('retry connects at once; stop-retrying leaves the last error', () => {
    const { clock, now, made, connection, session } = stage();
    for (let i = 0; i < 4; i++) {
      now().fails(reset);
      if (i < 3) clock.advance(40_000);
    }
    session.retry();
    expect(made).toHaveLength(5);
    expect(now().launch).not.toHaveProperty('unattended');
    now().fails(reset);
    clock.advance(100);
    session.stopRetrying();
    clock.advance(3_600_000);
    expect(made).toHaveLength(5);
    expect(connection()).toMatchObject({
      state: 'error',
      reason: 'the connection was reset (no longer tried, as somebody asked for)',
    });
    session.retry();
    expect(connection()).toMatchObject({ state: 'connecting', attempt: 1 });
  });

  it('another network, or a wake from sleep, makes all that is offline connect at once, and hung attempts with it', () => {
    const { clock, now, made, session } = stage();
    now().fails(reset);
    clock.advance(500);
    session.networkChanged();
    expect(made).toHaveLength(2);
    expect(now().launch.unattended).toBe(true);
    const hung = now();
    session.networkChanged();
    expect(made).toHaveLength(3);
    expect(hung.stopped).toBe(true);
    hung.ready();
    hung.prints('too late');
    expect(session.state.kind).toBe('starting');
    now().ready();
    session.networkChanged();
    expect(made).toHaveLength(3);
    expect(session.state.kind).toBe('running');
  });

  it('an attempt that fails leaves the old screen; one that prints something begins anew', () => {
    const { clock, now, session } = stage();
    now().ready();
    now().prints('old picture');
    clock.advance(60_000);
    const { epoch } = session;
    for (let i = 0; i < 3; i++) {
      now().fails(reset);
      clock.advance(40_000);
    }
    expect(session.epoch).toBe(epoch);
    expect(session.screen.capture()).toContain('old picture');
    session.retry();
    now().prints('Password: ');
    expect(session.epoch).not.toBe(epoch);
    expect(session.screen.capture()).toContain('Password:');
    // What is typed now is the answer.
    const asked = now();
    session.write(new TextEncoder().encode('secret\r'));
    expect(asked.written).toBe('secret\r');
    const second = session.epoch;
    asked.ready();
    expect(session.epoch).toBe(second);
  });

  it('does not say that its agent works, nor waits, while nobody can tell', () => {
    const { clock, now, session, events } = stage({ agent: 'claude' });
    now().ready();
    session.setAgent('working');
    expect(session.agent.state).toBe('working');
    clock.advance(60_000);
    now().fails(reset);
    expect(session.agent).toMatchObject({ kind: 'claude', state: 'unknown', since: clock.wall() });
    expect(events.at(-1)).toMatchObject({ type: 'agent', agent: { state: 'unknown' } });
    clock.advance(0);
    expect(session.agent.state).toBe('unknown');
    session.setAgent('blocked', 'a word of the old run');
    expect(session.agent.state).toBe('unknown');
    now().ready();
    session.setAgent('idle');
    expect(session.agent.state).toBe('idle');
  });

  it('tells the round trip only when it differs so that a person would care', () => {
    const { clock, now, session, events, connection } = stage();
    now().ready();
    const told = () => {
      session.measure();
      clock.advance(100);
      return events.splice(0).filter(({ type }) => type === 'info').length;
    };
    told();
    now().metrics = { bytesIn: 0, bytesOut: 0, roundTripMs: 20 };
    expect(told()).toBe(1);
    for (const roundTripMs of [21, 19, 24, 16]) {
      now().metrics = { bytesIn: 0, bytesOut: 0, roundTripMs };
      expect(told()).toBe(0);
    }
    expect(connection().roundTripMs).toBe(20);
    now().metrics = { bytesIn: 0, bytesOut: 0, roundTripMs: 40.04 };
    expect(told()).toBe(1);
    expect(connection().roundTripMs).toBe(40);
    now().fails(reset);
    expect(connection()).not.toHaveProperty('roundTripMs');
  });

  it('looked at closely shows how it is reached, and what the transport said last', () => {
    const { now, session } = stage();
    now().diagnostics = ['Connection reset by peer'];
    now().metrics = { bytesIn: 12, bytesOut: 3 };
    now().fails(reset);
    expect(session.connection()).toMatchObject({
      name: 'far',
      transport: 'openssh',
      launchCommand: ['ssh', 'far'],
      bytesIn: 12,
      bytesOut: 3,
      log: ['Connection reset by peer'],
      connection: { state: 'offline' },
    });
  });

  it('that can be made by no transport fails in words', () => {
    const session = Session.create(
      {
        clock: new FakeClock(),
        ids: randomIds((bytes) => crypto.getRandomValues(bytes)),
        hub: 'local',
        scrollback: 100,
        transport: () => {
          throw new Error('there is no transport "ssh2" yet');
        },
        onError: () => {},
      },
      { id: 'a', name: 'far' },
      spec,
    );
    sessions.push(session);
    session.start();
    expect(session.info().connection).toMatchObject({ state: 'error', reason: 'there is no transport "ssh2" yet' });
  });
});

describe('what is typed while there is no connection', () => {
  it('is held, shown, and refused when another process begins', () => {
    const { clock, now, connection, type } = stage();
    now().ready();
    clock.advance(60_000);
    now().fails(reset);
    const fates: string[] = [];
    const fate = (name: string) => (refusal?: IrisError) => fates.push(`${name} ${refusal?.message ?? 'written'}`);
    expect(type('one', fate('1'))).toBe('held');
    clock.advance(0);
    expect(type('two', fate('2'))).toBe('held');
    expect(connection()).toMatchObject({ state: 'connecting', heldBytes: 6 });
    now().ready();
    expect(fates).toEqual(['1', '2'].map((n) => `${n} the process was started again meanwhile`));
    expect(connection()).not.toHaveProperty('heldBytes');
    expect(now().written).toBe('');
    expect(type('three', fate('3'))).toBe('written');
    expect(now().written).toBe('three');
    expect(fates).toHaveLength(2);
  });

  it('is written, in order, when it is still the same: nothing has run yet', () => {
    const { clock, now, type } = stage();
    now().fails(reset);
    const fates: unknown[] = [];
    type('one ', (refusal) => fates.push(refusal));
    type('two', (refusal) => fates.push(refusal));
    clock.advance(2_000);
    expect(now().written).toBe('');
    now().ready();
    expect(now().written).toBe('one two');
    expect(fates).toEqual([undefined, undefined]);
  });

  it('is refused beyond 64 KiB, and when the session is over', () => {
    const { clock, now, session, connection, type } = stage();
    now().ready();
    clock.advance(60_000);
    now().fails(reset);
    const fates: string[] = [];
    type('x'.repeat(HELD_INPUT_LIMIT_BYTES), (refusal) => fates.push(refusal?.message ?? 'written'));
    expect(() => type('y', () => {})).toThrow('more than 64 KiB wait for the connection of far');
    expect(connection().heldBytes).toBe(HELD_INPUT_LIMIT_BYTES);
    session.stopRetrying();
    expect(fates).toEqual(['far is not running any more']);
  });

  it('by a script is refused at once, with the reason', () => {
    const { clock, now, type } = stage();
    now().ready();
    clock.advance(60_000);
    now().fails(reset);
    expect(() => type('ls')).toThrow('far has no connection: the connection was reset');
  });
});
