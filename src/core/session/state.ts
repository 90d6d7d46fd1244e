import type { IrisError } from '../errors.ts';
import { backoffDelay, RECONNECT_POLICY, reconnectStep } from '../reconnect/index.ts';
import type { RestartRule } from '../team/team.ts';
import type { ProcessEnd } from '../transport.ts';

/** A connection that held this long was a good one: the back-off begins anew. */
const CONNECTION_SETTLED_MS = 10_000;
/** A process that ran this long was a good one: the next restart by rule is at once again. */
const PROCESS_SETTLED_MS = 60_000;

/** How it came here. Times are of the monotonic clock. */
export interface Course {
  /** Attempt to connect, from 1, since it last had a connection that held. */
  readonly attempt: number;
  /** Without a connection since then. */
  readonly lostAt: number;
  /** Restarts by rule in a row, of processes that did not last. */
  readonly restarts: number;
}

/**
 * Where a session stands; each state has only what is true in it.
 *
 *             ┌───────────────due, retry────────────────┐
 *             ▼                                         │
 *   ┌─▶ starting ──ready──▶ running ──failed, transient──▶ offline   (remote sessions only)
 *   │      │ failed           │ ended        │ stop, restart   │ stop-retrying, too often, too long
 *   │      ▼                  ▼              ▼                 ▼
 *   │    failed            exited         stopping           failed
 *   └─ restart, retry; due when its rule starts it again       │
 *                                            └──stopped──▶ exited | failed | starting (a restart was asked for)
 *
 * died: the hub was killed while it ran; only a restored session is ever in it.
 */
export type SessionState =
  | (Course & {
      readonly kind: 'starting';
      /** Nobody is there to answer questions. */
      readonly unattended: boolean;
      /** Why the attempt before this one failed. */
      readonly error?: IrisError;
    })
  | (Course & { readonly kind: 'running'; readonly pid: number | undefined; readonly runningAt: number })
  | {
      readonly kind: 'stopping';
      readonly pid: number | undefined;
      /** What was asked for last: to stay down or to start again. */
      readonly next: 'stay' | 'restart';
      /** The process itself has ended; others of its group may still be there. */
      readonly end?: ProcessEnd;
      readonly error?: IrisError;
    }
  /** The connection broke, or was never there; attempt number `attempt` begins at `retryAt`. */
  | (Course & { readonly kind: 'offline'; readonly error: IrisError; readonly retryAt: number })
  | {
      readonly kind: 'exited';
      readonly end: ProcessEnd;
      /** Its rule starts it again then. */
      readonly again?: { readonly at: number; readonly restarts: number };
    }
  | {
      readonly kind: 'failed';
      readonly error: IrisError;
      /** Attempts that were made. */
      readonly attempt: number;
      /** It was tried again, and no longer is: too often, too long, or as somebody asked for. */
      readonly gaveUp?: 'attempts' | 'time' | 'asked';
    }
  | { readonly kind: 'died' };

export type SessionStateName = SessionState['kind'];

export type StateEvent =
  /** The transport has its process. */
  | { readonly type: 'ready'; readonly pid: number | undefined }
  /** The process is gone and its output delivered. `fresh`: it was to resume something that is not there; start it anew at once. */
  | { readonly type: 'ended'; readonly end: ProcessEnd; readonly fresh?: boolean }
  /** It could not start, or its connection broke. */
  | { readonly type: 'failed'; readonly error: IrisError }
  /** Someone wants it down. */
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  /** The hub that comes back brings it back. */
  | { readonly type: 'revive' }
  /** Connect now: a person is there, or (unattended) the network is another one. */
  | { readonly type: 'retry'; readonly unattended: boolean }
  | { readonly type: 'stop-retrying' }
  /** The time of `retryAt`, or of `again`, has come. */
  | { readonly type: 'due' }
  /** The transport has ended everything that `stop` asked it to. */
  | { readonly type: 'stopped' }
  /** The hub that owned the process was killed. */
  | { readonly type: 'died' };

export type StateEffect =
  /** A new transport; with its process, or its first word, begins a new epoch. */
  | { readonly type: 'launch' }
  /** Let go of the transport that is still trying. */
  | { readonly type: 'abandon' }
  /** Ask the transport to end the whole process group. */
  | { readonly type: 'stop-transport' }
  /** Tell everyone that this run is over. */
  | { readonly type: 'announce-end' }
  /** Whoever waits for `stop` or `restart` may go on. */
  | { readonly type: 'settle' };

export interface Transition {
  readonly state: SessionState;
  readonly effects: readonly StateEffect[];
}

export interface SessionPolicy {
  /** On another machine: what breaks the connection says nothing about the process's own wish. */
  readonly remote: boolean;
  /** When a process that ended by itself is started again. */
  readonly restart: RestartRule;
  /** Infinity: no bound. */
  readonly maxAttempts: number;
  readonly giveUpAfterMs: number;
}

export const SESSION_POLICY: SessionPolicy = {
  remote: false,
  restart: 'never',
  maxAttempts: RECONNECT_POLICY.maxAttempts,
  giveUpAfterMs: RECONNECT_POLICY.giveUpAfterMs,
};

export function policyOf(spec: Partial<Omit<SessionPolicy, 'remote'>> & { readonly remote?: unknown }): SessionPolicy {
  return {
    remote: spec.remote !== undefined,
    restart: spec.restart ?? SESSION_POLICY.restart,
    maxAttempts: spec.maxAttempts ?? SESSION_POLICY.maxAttempts,
    giveUpAfterMs: spec.giveUpAfterMs ?? SESSION_POLICY.giveUpAfterMs,
  };
}

/** What the rule depends on beside state and event. */
export interface Circumstances {
  /** Of the monotonic clock. */
  readonly now: number;
  /** [0, 1). */
  readonly random: () => number;
  readonly policy: SessionPolicy;
}

const LAUNCH: StateEffect = { type: 'launch' };
const ABANDON: StateEffect = { type: 'abandon' };
const STOP: StateEffect = { type: 'stop-transport' };
const ANNOUNCE: StateEffect = { type: 'announce-end' };
const SETTLE: StateEffect = { type: 'settle' };

/** A first attempt: somebody asked for it, and is there. */
export function beginning(now: number, unattended = false, restarts = 0): Extract<SessionState, { kind: 'starting' }> {
  return { kind: 'starting', attempt: 1, lostAt: now, restarts, unattended };
}

/** The whole behaviour of a session's life. Events that mean nothing in a state leave it as it is (the same object). */
export function transition(state: SessionState, event: StateEvent, at: Circumstances): Transition {
  switch (state.kind) {
    case 'starting':
    case 'running':
      return whileLive(state, event, at);
    case 'offline':
      return whileOffline(state, event, at);
    case 'stopping':
      return whileStopping(state, event, at);
    case 'exited':
    case 'failed':
    case 'died':
      return whileDown(state, event, at);
  }
}

const to = (state: SessionState, ...effects: StateEffect[]): Transition => ({ state, effects });

type Starting = Extract<SessionState, { kind: 'starting' }>;
type Running = Extract<SessionState, { kind: 'running' }>;
type Offline = Extract<SessionState, { kind: 'offline' }>;

function whileLive(state: Starting | Running, event: StateEvent, at: Circumstances): Transition {
  const pid = state.kind === 'running' ? state.pid : undefined;
  const { attempt, lostAt, restarts } = state;
  switch (event.type) {
    case 'ready':
      if (state.kind === 'running') return to(state);
      return to({ kind: 'running', pid: event.pid, attempt, lostAt, restarts, runningAt: at.now });
    case 'ended':
      return whenEnded(state, event, at);
    case 'failed':
      return whenFailed(state, event.error, at);
    case 'stop':
      return to({ kind: 'stopping', pid, next: 'stay' }, STOP);
    case 'restart':
      return to({ kind: 'stopping', pid, next: 'restart' }, STOP);
    case 'retry':
      // An attempt that hangs on a network that is gone, or one that could ask nobody, makes room for a better one.
      if (state.kind === 'running' || !state.unattended || !at.policy.remote) return to(state);
      return to({ ...state, unattended: event.unattended }, ABANDON, LAUNCH);
    case 'stop-retrying':
      if (state.kind === 'running' || !state.error) return to(state);
      return to({ kind: 'failed', error: state.error, attempt: attempt - 1, gaveUp: 'asked' }, ABANDON, ANNOUNCE);
    case 'died':
      return to({ kind: 'died' }, ANNOUNCE);
    case 'stopped':
    case 'revive':
    case 'due':
      return to(state);
  }
}

function whenEnded(
  state: Starting | Running,
  { end, fresh }: Extract<StateEvent, { type: 'ended' }>,
  { now, random, policy }: Circumstances,
): Transition {
  if (fresh) return to(beginning(now, true, state.restarts), ANNOUNCE, LAUNCH);
  const failure = end.signal !== undefined || (end.exitCode ?? 0) !== 0;
  if (policy.restart === 'never' || (policy.restart === 'on-failure' && !failure)) {
    return to({ kind: 'exited', end }, ANNOUNCE);
  }
  const lasted = state.kind === 'running' && now - state.runningAt >= PROCESS_SETTLED_MS;
  const restarts = lasted ? 1 : state.restarts + 1;
  return to({ kind: 'exited', end, again: { at: now + backoffDelay(restarts, random), restarts } }, ANNOUNCE);
}

/** Here nothing comes back by itself; there a transient failure is tried again, by the one rule for all connections. */
function whenFailed(state: Starting | Running, error: IrisError, { now, random, policy }: Circumstances): Transition {
  const { attempt, lostAt, restarts } = state;
  const permanent = !policy.remote || !error.retriable;
  const next = reconnectStep(
    state.kind === 'running'
      ? { name: 'online', attempt, lostAt, onlineAt: state.runningAt }
      : { name: 'connecting', attempt, lostAt },
    { type: 'lost', reason: error, permanent },
    now,
    random,
    { maxAttempts: policy.maxAttempts, giveUpAfterMs: policy.giveUpAfterMs, settleMs: CONNECTION_SETTLED_MS },
  );
  if (next.name === 'waiting') {
    return to({
      kind: 'offline',
      error,
      attempt: next.attempt,
      lostAt: next.lostAt,
      restarts,
      retryAt: next.retryAt,
    });
  }
  const gaveUp = permanent ? undefined : attempt + 1 > policy.maxAttempts ? 'attempts' : 'time';
  return to({ kind: 'failed', error, attempt, ...(gaveUp ? { gaveUp } : {}) }, ANNOUNCE);
}

function whileOffline(state: Offline, event: StateEvent, at: Circumstances): Transition {
  const { attempt, lostAt, restarts, error } = state;
  switch (event.type) {
    case 'due':
      return to({ kind: 'starting', attempt, lostAt, restarts, error, unattended: true }, LAUNCH);
    case 'retry':
      return to({ kind: 'starting', attempt, lostAt, restarts, error, unattended: event.unattended }, LAUNCH);
    case 'restart':
      return to(beginning(at.now), ANNOUNCE, LAUNCH, SETTLE);
    case 'stop':
      return to({ kind: 'exited', end: {} }, ANNOUNCE, SETTLE);
    case 'stop-retrying':
      return to({ kind: 'failed', error, attempt: attempt - 1, gaveUp: 'asked' }, ANNOUNCE);
    case 'died':
      return to({ kind: 'died' }, ANNOUNCE);
    case 'ready':
    case 'ended':
    case 'failed':
    case 'stopped':
    case 'revive':
      return to(state);
  }
}

type Stopping = Extract<SessionState, { kind: 'stopping' }>;
function whileStopping(state: Stopping, event: StateEvent, at: Circumstances): Transition {
  switch (event.type) {
    case 'ready':
      return to({ ...state, pid: event.pid });
    case 'ended':
      return to({ ...state, end: event.end });
    case 'failed':
      return to({ ...state, error: event.error });
    case 'stop':
      return to({ ...state, next: 'stay' });
    case 'restart':
      return to({ ...state, next: 'restart' });
    case 'stopped':
      if (state.next === 'restart') return to(beginning(at.now), ANNOUNCE, LAUNCH, SETTLE);
      // A connection that broke while it was being ended is no failure: it is down, as was asked for.
      return state.error && !state.end && !at.policy.remote
        ? to({ kind: 'failed', error: state.error, attempt: 1 }, ANNOUNCE, SETTLE)
        : to({ kind: 'exited', end: state.end ?? {} }, ANNOUNCE, SETTLE);
    case 'died':
      return to({ kind: 'died' }, ANNOUNCE, SETTLE);
    case 'retry':
    case 'stop-retrying':
    case 'revive':
    case 'due':
      return to(state);
  }
}

type Down = Extract<SessionState, { kind: 'exited' | 'failed' | 'died' }>;
function whileDown(state: Down, event: StateEvent, at: Circumstances): Transition {
  const again = state.kind === 'exited' ? state.again : undefined;
  switch (event.type) {
    case 'restart':
      return to(beginning(at.now), LAUNCH, SETTLE);
    case 'revive':
      return to(beginning(at.now, true), LAUNCH);
    case 'retry':
      if (state.kind === 'failed' && !event.unattended) return to(beginning(at.now), LAUNCH);
      return again && !event.unattended ? to(beginning(at.now, false, again.restarts), LAUNCH) : to(state);
    case 'due':
      return again ? to(beginning(at.now, true, again.restarts), LAUNCH) : to(state);
    case 'stop':
      return to(withoutAgain(state), SETTLE);
    case 'stop-retrying':
      return to(withoutAgain(state));
    case 'ready':
    case 'ended':
    case 'failed':
    case 'stopped':
    case 'died':
      return to(state);
  }
}

function withoutAgain(state: Down): Down {
  return state.kind === 'exited' && state.again ? { kind: 'exited', end: state.end } : state;
}

/** Is there, or may there be, a process, or will its connection be tried again? */
export function isLive(state: SessionState): boolean {
  return hasTransport(state) || state.kind === 'offline';
}

/** Does a transport of it live? */
export function hasTransport(state: SessionState): boolean {
  return state.kind === 'starting' || state.kind === 'running' || state.kind === 'stopping';
}

/** How a run ended that `announce-end` is about. */
export function outcome(before: SessionState, now: SessionState): { end?: ProcessEnd; error?: IrisError } {
  const over = now.kind === 'exited' || now.kind === 'failed' ? now : before;
  const end = over.kind === 'exited' || over.kind === 'stopping' ? over.end : undefined;
  const error = over.kind === 'failed' || over.kind === 'stopping' ? over.error : undefined;
  return { ...(end ? { end } : {}), ...(error ? { error } : {}) };
}

/** When something happens by itself, on the monotonic clock. */
export function dueAt(state: SessionState): number | undefined {
  if (state.kind === 'offline') return state.retryAt;
  return state.kind === 'exited' ? state.again?.at : undefined;
}
