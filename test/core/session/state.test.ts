import { describe, expect, it } from 'vitest';
import {
  beginning,
  type Circumstances,
  dueAt,
  hasTransport,
  IrisError,
  isLive,
  SESSION_POLICY,
  type SessionPolicy,
  type SessionState,
  type StateEffect,
  type StateEvent,
  transition,
} from '../../../src/core/index.ts';

const error = new IrisError('failed', 'broke');
const late = new IrisError('failed', 'broke late');
const lost = new IrisError('unreachable', 'reset', { retriable: true });
const end = { exitCode: 3 };
const lateEnd = { signal: 'SIGHUP' };
const course = { attempt: 1, lostAt: 50, restarts: 0 };

const STATES = {
  starting: { kind: 'starting', ...course, unattended: false },
  reconnecting: { kind: 'starting', attempt: 3, lostAt: 50, restarts: 0, unattended: true, error },
  running: { kind: 'running', pid: 7, ...course, runningAt: 60 },
  offline: { kind: 'offline', error, attempt: 4, lostAt: 50, restarts: 0, retryAt: 1_000 },
  stopping: { kind: 'stopping', pid: 7, next: 'stay' },
  'stopping, ended': { kind: 'stopping', pid: 7, next: 'stay', end },
  'stopping, failed': { kind: 'stopping', pid: 7, next: 'stay', error },
  restarting: { kind: 'stopping', pid: 7, next: 'restart' },
  'restarting, ended': { kind: 'stopping', pid: 7, next: 'restart', end },
  exited: { kind: 'exited', end },
  'exited, starts again': { kind: 'exited', end, again: { at: 900, restarts: 2 } },
  failed: { kind: 'failed', error, attempt: 1 },
  died: { kind: 'died' },
} as const satisfies Record<string, SessionState>;

const EVENTS = {
  ready: { type: 'ready', pid: 9 },
  ended: { type: 'ended', end: lateEnd },
  failed: { type: 'failed', error: late },
  stop: { type: 'stop' },
  restart: { type: 'restart' },
  revive: { type: 'revive' },
  retry: { type: 'retry', unattended: false },
  'stop-retrying': { type: 'stop-retrying' },
  due: { type: 'due' },
  stopped: { type: 'stopped' },
  died: { type: 'died' },
} as const satisfies Record<string, StateEvent>;

type Row = readonly [next: SessionState, ...effects: StateEffect['type'][]];
type Table = Record<keyof typeof STATES, Record<keyof typeof EVENTS, Row>>;

const at = (policy: Partial<SessionPolicy> = {}, now = 100): Circumstances => ({
  now,
  random: () => 0.5,
  policy: { ...SESSION_POLICY, ...policy },
});
const s = STATES;
const running: SessionState = { ...s.running, pid: 9, runningAt: 100 };
const anew = beginning(100);
const stopping = (more: object = {}): SessionState => ({ kind: 'stopping', pid: 7, next: 'stay', ...more });
const restarting = (more: object = {}): SessionState => ({ kind: 'stopping', pid: 7, next: 'restart', ...more });
const exited: SessionState = { kind: 'exited', end: lateEnd };
const failed: SessionState = { kind: 'failed', error: late, attempt: 1 };
const again: SessionState = { kind: 'starting', attempt: 4, lostAt: 50, restarts: 0, error, unattended: true };

/** What every event does in every state of a session that runs elsewhere: nothing may be left to chance. */
const TABLE: Table = {
  starting: {
    ready: [running],
    ended: [exited, 'announce-end'],
    failed: [failed, 'announce-end'],
    stop: [stopping({ pid: undefined }), 'stop-transport'],
    restart: [restarting({ pid: undefined }), 'stop-transport'],
    revive: [s.starting],
    retry: [s.starting],
    'stop-retrying': [s.starting],
    due: [s.starting],
    stopped: [s.starting],
    died: [s.died, 'announce-end'],
  },
  reconnecting: {
    ready: [{ ...running, attempt: 3 }],
    ended: [exited, 'announce-end'],
    failed: [{ ...failed, attempt: 3 }, 'announce-end'],
    stop: [stopping({ pid: undefined }), 'stop-transport'],
    restart: [restarting({ pid: undefined }), 'stop-transport'],
    revive: [s.reconnecting],
    retry: [{ ...s.reconnecting, attempt: 1, unattended: false }, 'abandon', 'launch'],
    'stop-retrying': [{ kind: 'failed', error, attempt: 2, gaveUp: 'asked' }, 'abandon', 'announce-end'],
    due: [s.reconnecting],
    stopped: [s.reconnecting],
    died: [s.died, 'announce-end'],
  },
  running: {
    ready: [s.running],
    ended: [exited, 'announce-end'],
    failed: [failed, 'announce-end'],
    stop: [stopping(), 'stop-transport'],
    restart: [restarting(), 'stop-transport'],
    revive: [s.running],
    retry: [s.running],
    'stop-retrying': [s.running],
    due: [s.running],
    stopped: [s.running],
    died: [s.died, 'announce-end'],
  },
  offline: {
    ready: [s.offline],
    ended: [s.offline],
    failed: [s.offline],
    stop: [{ kind: 'exited', end: {} }, 'announce-end', 'settle'],
    restart: [anew, 'announce-end', 'launch', 'settle'],
    revive: [s.offline],
    retry: [{ ...again, attempt: 1, unattended: false }, 'launch'],
    'stop-retrying': [{ kind: 'failed', error, attempt: 3, gaveUp: 'asked' }, 'announce-end'],
    due: [again, 'launch'],
    stopped: [s.offline],
    died: [s.died, 'announce-end'],
  },
  stopping: {
    ready: [stopping({ pid: 9 })],
    ended: [stopping({ end: lateEnd })],
    failed: [stopping({ error: late })],
    stop: [s.stopping],
    restart: [restarting()],
    revive: [s.stopping],
    retry: [s.stopping],
    'stop-retrying': [s.stopping],
    due: [s.stopping],
    stopped: [{ kind: 'exited', end: {} }, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'stopping, ended': {
    ready: [stopping({ pid: 9, end })],
    ended: [stopping({ end: lateEnd })],
    failed: [stopping({ end, error: late })],
    stop: [s['stopping, ended']],
    restart: [restarting({ end })],
    revive: [s['stopping, ended']],
    retry: [s['stopping, ended']],
    'stop-retrying': [s['stopping, ended']],
    due: [s['stopping, ended']],
    stopped: [s.exited, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'stopping, failed': {
    ready: [stopping({ pid: 9, error })],
    ended: [stopping({ error, end: lateEnd })],
    failed: [stopping({ error: late })],
    stop: [s['stopping, failed']],
    restart: [restarting({ error })],
    revive: [s['stopping, failed']],
    retry: [s['stopping, failed']],
    'stop-retrying': [s['stopping, failed']],
    due: [s['stopping, failed']],
    stopped: [{ kind: 'exited', end: {} }, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  restarting: {
    ready: [restarting({ pid: 9 })],
    ended: [restarting({ end: lateEnd })],
    failed: [restarting({ error: late })],
    stop: [stopping()],
    restart: [s.restarting],
    revive: [s.restarting],
    retry: [s.restarting],
    'stop-retrying': [s.restarting],
    due: [s.restarting],
    stopped: [anew, 'announce-end', 'launch', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'restarting, ended': {
    ready: [restarting({ pid: 9, end })],
    ended: [restarting({ end: lateEnd })],
    failed: [restarting({ end, error: late })],
    stop: [stopping({ end })],
    restart: [s['restarting, ended']],
    revive: [s['restarting, ended']],
    retry: [s['restarting, ended']],
    'stop-retrying': [s['restarting, ended']],
    due: [s['restarting, ended']],
    stopped: [anew, 'announce-end', 'launch', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  exited: {
    ready: [s.exited],
    ended: [s.exited],
    failed: [s.exited],
    stop: [s.exited, 'settle'],
    restart: [anew, 'launch', 'settle'],
    revive: [beginning(100, true), 'launch'],
    retry: [s.exited],
    'stop-retrying': [s.exited],
    due: [s.exited],
    stopped: [s.exited],
    died: [s.exited],
  },
  'exited, starts again': {
    ready: [s['exited, starts again']],
    ended: [s['exited, starts again']],
    failed: [s['exited, starts again']],
    stop: [s.exited, 'settle'],
    restart: [anew, 'launch', 'settle'],
    revive: [beginning(100, true), 'launch'],
    retry: [beginning(100, false, 2), 'launch'],
    'stop-retrying': [s.exited],
    due: [beginning(100, true, 2), 'launch'],
    stopped: [s['exited, starts again']],
    died: [s['exited, starts again']],
  },
  failed: {
    ready: [s.failed],
    ended: [s.failed],
    failed: [s.failed],
    stop: [s.failed, 'settle'],
    restart: [anew, 'launch', 'settle'],
    revive: [beginning(100, true), 'launch'],
    retry: [anew, 'launch'],
    'stop-retrying': [s.failed],
    due: [s.failed],
    stopped: [s.failed],
    died: [s.failed],
  },
  died: {
    ready: [s.died],
    ended: [s.died],
    failed: [s.died],
    stop: [s.died, 'settle'],
    restart: [anew, 'launch', 'settle'],
    revive: [beginning(100, true), 'launch'],
    retry: [s.died],
    'stop-retrying': [s.died],
    due: [s.died],
    stopped: [s.died],
    died: [s.died],
  },
};

describe('the life of a session', () => {
  for (const [from, row] of Object.entries(TABLE) as [keyof Table, Table[keyof Table]][]) {
    for (const [event, [next, ...effects]] of Object.entries(row) as [keyof typeof EVENTS, Row][]) {
      it(`${from}: ${event} leads to ${next.kind}${effects.length > 0 ? ` with ${effects.join(', ')}` : ''}`, () => {
        const before = structuredClone({ ...STATES[from], error: undefined });
        const result = transition(STATES[from], EVENTS[event], at({ remote: true }));
        expect(result.state).toEqual(next);
        expect(result.effects.map(({ type }) => type)).toEqual(effects);
        expect({ ...STATES[from], error: undefined }).toEqual(before);
      });
    }
  }

  it('begins by starting, with somebody there', () => {
    expect(beginning(7)).toEqual({ kind: 'starting', attempt: 1, lostAt: 7, restarts: 0, unattended: false });
  });

  it('has a transport while it starts, runs and stops, and goes on while it is offline', () => {
    const names = (holds: (state: SessionState) => boolean) =>
      Object.entries(STATES).flatMap(([name, state]) => (holds(state) ? [name] : []));
    expect(names(hasTransport)).toEqual(
      Object.keys(STATES).filter((name) => /^(start|reconn|run|stop|restart)/.test(name)),
    );
    expect(names(isLive).filter((name) => !names(hasTransport).includes(name))).toEqual(['offline']);
    expect(names((state) => dueAt(state) !== undefined)).toEqual(['offline', 'exited, starts again']);
  });
});

describe('a connection that fails', () => {
  it('is tried again at once when it had held, and later when it had not', () => {
    const held = transition(s.running, { type: 'failed', error: lost }, at({ remote: true }, 60_000)).state;
    expect(held).toMatchObject({ kind: 'offline', attempt: 1, lostAt: 60_000, retryAt: 60_000, error: lost });
    const short = transition(
      { ...s.running, attempt: 2 },
      { type: 'failed', error: lost },
      at({ remote: true }, 5_000),
    );
    expect(short.state).toMatchObject({ kind: 'offline', attempt: 3, retryAt: 7_000 });
    const never = transition(s.starting, { type: 'failed', error: lost }, at({ remote: true }));
    expect(never.state).toMatchObject({ kind: 'offline', attempt: 2, lostAt: 50, retryAt: 1_100 });
    expect(never.effects).toEqual([]);
  });

  it('is given up after so many attempts, and after so long', () => {
    const often = transition(s.reconnecting, { type: 'failed', error: lost }, at({ remote: true, maxAttempts: 3 }));
    expect(often.state).toEqual({ kind: 'failed', error: lost, attempt: 3, gaveUp: 'attempts' });
    const long = transition(s.reconnecting, { type: 'failed', error: lost }, at({ remote: true, giveUpAfterMs: 50 }));
    expect(long.state).toEqual({ kind: 'failed', error: lost, attempt: 3, gaveUp: 'time' });
    expect(long.effects.map(({ type }) => type)).toEqual(['announce-end']);
  });

  it('is no connection when the process is here: it failed', () => {
    const { state } = transition(s.running, { type: 'failed', error: lost }, at());
    expect(state).toEqual({ kind: 'failed', error: lost, attempt: 1 });
    expect(transition(s.reconnecting, EVENTS.retry, at()).effects).toEqual([]);
    expect(transition(s['stopping, failed'], EVENTS.stopped, at()).state).toEqual({ ...s.failed });
  });
});

describe('a transport that comes back by itself', () => {
  const told = { type: 'lost', error: lost, attempt: 2, retryAt: 500 } as const;
  const away = transition(s.running, told, at({ remote: true }, 200)).state;
  const effects = (event: StateEvent, from: SessionState = away) =>
    transition(from, event, at({ remote: true }, 300)).effects.map(({ type }) => type);

  it('takes the session along: offline since it was lost, with the attempts that it makes, and nothing is launched', () => {
    expect(away).toEqual({
      kind: 'offline',
      byLink: true,
      error: lost,
      attempt: 2,
      lostAt: 200,
      restarts: 0,
      retryAt: 500,
    });
    expect(dueAt(away)).toBeUndefined();
    const trying = transition(away, { ...told, trying: true, attempt: 3 }, at({ remote: true }, 300)).state;
    expect(trying).toMatchObject({ kind: 'starting', attempt: 3, lostAt: 200, error: lost });
    const again = transition(trying, { type: 'lost', error: late, attempt: 4 }, at({ remote: true }, 400)).state;
    expect(again).toEqual({ kind: 'offline', byLink: true, error: late, attempt: 4, lostAt: 200, restarts: 0 });
    const back = transition(again, EVENTS.ready, at({ remote: true }, 450));
    expect(back).toEqual({
      state: { kind: 'running', pid: 9, attempt: 4, lostAt: 200, restarts: 0, runningAt: 450 },
      effects: [],
    });
  });

  it('is asked to try now, and let go of when the session is stopped or given up', () => {
    expect(effects(EVENTS.retry)).toEqual(['retry-link']);
    // Also while the link tries by itself: what somebody asks for may be more.
    const trying = transition(s.running, { type: 'lost', error: late, attempt: 3, trying: true }, at({ remote: true }));
    expect(trying.state.kind).toBe('starting');
    const { state, effects: then } = transition(trying.state, EVENTS.retry, at({ remote: true }));
    expect(state).toBe(trying.state);
    expect(then).toEqual([{ type: 'retry-link' }]);
    expect(effects(EVENTS.stop)).toEqual(['abandon', 'announce-end', 'settle']);
    expect(effects(EVENTS.restart)).toEqual(['abandon', 'announce-end', 'launch', 'settle']);
    expect(effects(EVENTS['stop-retrying'])).toEqual(['abandon', 'announce-end']);
    expect(effects(EVENTS.died)).toEqual(['announce-end']);
    expect(effects(EVENTS.ended)).toEqual(['announce-end']);
    expect(effects(EVENTS.failed)).toEqual(['announce-end']);
    for (const event of [EVENTS.due, EVENTS.stopped, EVENTS.revive]) {
      expect(transition(away, event, at()).state).toBe(away);
    }
  });

  it('means nothing to a session that is down, stopping, or waits for its own attempt', () => {
    for (const state of [s.offline, s.stopping, s.exited, s.failed, s.died]) {
      expect(transition(state, told, at({ remote: true })).state).toBe(state);
    }
  });
});

describe('the rule to restart', () => {
  const ended = (rule: SessionPolicy['restart'], how: object, now = 100, from: SessionState = s.running) =>
    transition(from, { type: 'ended', end: how }, at({ restart: rule }, now)).state;

  it('starts again what failed, or whatever ended, or nothing', () => {
    expect(ended('never', { exitCode: 1 })).not.toHaveProperty('again');
    expect(ended('on-failure', { exitCode: 0 })).not.toHaveProperty('again');
    expect(ended('on-failure', {})).not.toHaveProperty('again');
    expect(ended('on-failure', { exitCode: 1 })).toMatchObject({ kind: 'exited', again: { at: 100, restarts: 1 } });
    expect(ended('on-failure', { signal: 'SIGSEGV' })).toHaveProperty('again');
    expect(ended('always', { exitCode: 0 })).toHaveProperty('again');
  });

  it('waits longer for what does not last, and begins anew with what ran a minute', () => {
    const tired = { ...s.running, restarts: 3 };
    expect(ended('always', {}, 60_059, tired)).toMatchObject({ again: { at: 64_059, restarts: 4 } });
    expect(ended('always', {}, 60_060, tired)).toMatchObject({ again: { at: 60_060, restarts: 1 } });
  });

  it('does not hold for what somebody stopped', () => {
    const after = transition(s['stopping, ended'], EVENTS.stopped, at({ restart: 'always' }));
    expect(after.state).toEqual(s.exited);
  });

  it('starts anew at once what found nothing to go on with', () => {
    const { state, effects } = transition(s.running, { type: 'ended', end, fresh: true }, at());
    expect(state).toEqual(beginning(100, true));
    expect(effects.map(({ type }) => type)).toEqual(['announce-end', 'launch']);
  });
});
