import { describe, expect, it } from 'vitest';
import {
  INITIAL_STATE,
  IrisError,
  isLive,
  type SessionState,
  type StateEffect,
  type StateEvent,
  transition,
} from '../../../src/core/index.ts';

const error = new IrisError('failed', 'broke');
const late = new IrisError('failed', 'broke late');
const end = { exitCode: 3 };
const lateEnd = { signal: 'SIGHUP' };

const STATES = {
  starting: { kind: 'starting' },
  running: { kind: 'running', pid: 7 },
  stopping: { kind: 'stopping', pid: 7, next: 'stay' },
  'stopping, ended': { kind: 'stopping', pid: 7, next: 'stay', end },
  'stopping, failed': { kind: 'stopping', pid: 7, next: 'stay', error },
  restarting: { kind: 'stopping', pid: 7, next: 'restart' },
  'restarting, ended': { kind: 'stopping', pid: 7, next: 'restart', end },
  exited: { kind: 'exited', end },
  failed: { kind: 'failed', error },
  died: { kind: 'died' },
} as const satisfies Record<string, SessionState>;

const EVENTS = {
  ready: { type: 'ready', pid: 9 },
  ended: { type: 'ended', end: lateEnd },
  failed: { type: 'failed', error: late },
  stop: { type: 'stop' },
  restart: { type: 'restart' },
  stopped: { type: 'stopped' },
  died: { type: 'died' },
} as const satisfies Record<string, StateEvent>;

type Row = readonly [next: SessionState, ...effects: StateEffect['type'][]];
type Table = Record<keyof typeof STATES, Record<keyof typeof EVENTS, Row>>;

const s = STATES;
const stopping = (more: object = {}): SessionState => ({ kind: 'stopping', pid: 7, next: 'stay', ...more });
const restarting = (more: object = {}): SessionState => ({ kind: 'stopping', pid: 7, next: 'restart', ...more });
const exited: SessionState = { kind: 'exited', end: lateEnd };
const failed: SessionState = { kind: 'failed', error: late };

/** What every event does in every state: nothing may be left to chance. */
const TABLE: Table = {
  starting: {
    ready: [{ kind: 'running', pid: 9 }],
    ended: [exited, 'announce-end'],
    failed: [failed, 'announce-end'],
    stop: [stopping({ pid: undefined }), 'stop-transport'],
    restart: [restarting({ pid: undefined }), 'stop-transport'],
    stopped: [s.starting],
    died: [s.died, 'announce-end'],
  },
  running: {
    ready: [s.running],
    ended: [exited, 'announce-end'],
    failed: [failed, 'announce-end'],
    stop: [stopping(), 'stop-transport'],
    restart: [restarting(), 'stop-transport'],
    stopped: [s.running],
    died: [s.died, 'announce-end'],
  },
  stopping: {
    ready: [stopping({ pid: 9 })],
    ended: [stopping({ end: lateEnd })],
    failed: [stopping({ error: late })],
    stop: [s.stopping],
    restart: [restarting()],
    stopped: [{ kind: 'exited', end: {} }, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'stopping, ended': {
    ready: [stopping({ pid: 9, end })],
    ended: [stopping({ end: lateEnd })],
    failed: [stopping({ end, error: late })],
    stop: [s['stopping, ended']],
    restart: [restarting({ end })],
    stopped: [s.exited, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'stopping, failed': {
    ready: [stopping({ pid: 9, error })],
    ended: [stopping({ error, end: lateEnd })],
    failed: [stopping({ error: late })],
    stop: [s['stopping, failed']],
    restart: [restarting({ error })],
    stopped: [s.failed, 'announce-end', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  restarting: {
    ready: [restarting({ pid: 9 })],
    ended: [restarting({ end: lateEnd })],
    failed: [restarting({ error: late })],
    stop: [stopping()],
    restart: [s.restarting],
    stopped: [s.starting, 'announce-end', 'launch', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  'restarting, ended': {
    ready: [restarting({ pid: 9, end })],
    ended: [restarting({ end: lateEnd })],
    failed: [restarting({ end, error: late })],
    stop: [stopping({ end })],
    restart: [s['restarting, ended']],
    stopped: [s.starting, 'announce-end', 'launch', 'settle'],
    died: [s.died, 'announce-end', 'settle'],
  },
  exited: {
    ready: [s.exited],
    ended: [s.exited],
    failed: [s.exited],
    stop: [s.exited, 'settle'],
    restart: [s.starting, 'launch', 'settle'],
    stopped: [s.exited],
    died: [s.exited],
  },
  failed: {
    ready: [s.failed],
    ended: [s.failed],
    failed: [s.failed],
    stop: [s.failed, 'settle'],
    restart: [s.starting, 'launch', 'settle'],
    stopped: [s.failed],
    died: [s.failed],
  },
  died: {
    ready: [s.died],
    ended: [s.died],
    failed: [s.died],
    stop: [s.died, 'settle'],
    restart: [s.starting, 'launch', 'settle'],
    stopped: [s.died],
    died: [s.died],
  },
};

describe('the life of a session', () => {
  for (const [from, row] of Object.entries(TABLE) as [keyof Table, Table[keyof Table]][]) {
    for (const [event, [next, ...effects]] of Object.entries(row) as [keyof typeof EVENTS, Row][]) {
      it(`${from}: ${event} leads to ${next.kind}${effects.length > 0 ? ` with ${effects.join(', ')}` : ''}`, () => {
        const before = structuredClone({ ...STATES[from], error: undefined });
        const result = transition(STATES[from], EVENTS[event]);
        expect(result.state).toEqual(next);
        expect(result.effects.map(({ type }) => type)).toEqual(effects);
        expect({ ...STATES[from], error: undefined }).toEqual(before);
      });
    }
  }

  it('begins by starting', () => {
    expect(INITIAL_STATE).toEqual({ kind: 'starting' });
  });

  it('may have a process while it starts, runs and stops only', () => {
    const live = Object.entries(STATES).filter(([, state]) => isLive(state));
    expect(live.map(([name]) => name)).toEqual(
      Object.keys(STATES).filter((name) => /^(start|run|stop|restart)/.test(name)),
    );
  });
});
