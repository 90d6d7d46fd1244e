import type { IrisError } from '../errors.ts';
import { backoffDelay, RECONNECT_POLICY, reconnectStep } from '../reconnect/index.ts';
import type { ProcessEnd } from '../transport.ts';
import type {
  Circumstances,
  Course,
  SessionPolicy,
  SessionState,
  StateEffect,
  StateEvent,
  Transition,
} from './states.ts';

export * from './states.ts';

/** A connection that held this long was a good one: the back-off begins anew. */
const CONNECTION_SETTLED_MS = 10_000;
/** A process that ran this long was a good one: the next restart by rule is at once again. */
const PROCESS_SETTLED_MS = 60_000;

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

const LAUNCH: StateEffect = { type: 'launch' };
const ABANDON: StateEffect = { type: 'abandon' };
const RETRY_LINK: StateEffect = { type: 'retry-link' };
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
    case 'lost':
      return to(whenLost(state.kind === 'running' ? { ...state, lostAt: at.now } : state, event));
    case 'stop':
      return to({ kind: 'stopping', pid, next: 'stay' }, STOP);
    case 'restart':
      return to({ kind: 'stopping', pid, next: 'restart' }, STOP);
    case 'retry':
      // One that its link makes by itself may do less than one that somebody asks for.
      if (state.kind === 'starting' && state.error && !state.unattended && !event.unattended)
        return to(state, RETRY_LINK);
      // An attempt that hangs on a network that is gone, or one that could ask nobody, makes room for a better one.
      if (state.kind === 'running' || !state.unattended || !at.policy.remote) return to(state);
      return to({ ...state, attempt: 1, unattended: event.unattended }, ABANDON, LAUNCH);
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
    {
      ...RECONNECT_POLICY,
      maxAttempts: policy.maxAttempts,
      giveUpAfterMs: policy.giveUpAfterMs,
      settleMs: CONNECTION_SETTLED_MS,
    },
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

type Lost = Extract<StateEvent, { type: 'lost' }>;
function whenLost({ lostAt, restarts }: Course, { error, attempt, trying, retryAt }: Lost): Starting | Offline {
  const course = { attempt, lostAt, restarts, error };
  if (trying) return { kind: 'starting', ...course, unattended: false };
  return { kind: 'offline', ...course, byLink: true, ...(retryAt === undefined ? {} : { retryAt }) };
}

/** While its transport comes back by itself. */
function whileLinkIsLost(state: Offline, event: StateEvent, at: Circumstances): Transition {
  const { attempt, lostAt, restarts, error } = state;
  switch (event.type) {
    case 'lost':
      return to(whenLost(state, event));
    case 'ready':
      return to({ kind: 'running', pid: event.pid, attempt, lostAt, restarts, runningAt: at.now });
    case 'ended':
    case 'failed':
      return whileLive({ kind: 'starting', attempt, lostAt, restarts, error, unattended: false }, event, at);
    case 'retry':
      return to(state, RETRY_LINK);
    case 'restart':
      return to(beginning(at.now), ABANDON, ANNOUNCE, LAUNCH, SETTLE);
    case 'stop':
      return to({ kind: 'exited', end: {} }, ABANDON, ANNOUNCE, SETTLE);
    case 'stop-retrying':
      return to({ kind: 'failed', error, attempt, gaveUp: 'asked' }, ABANDON, ANNOUNCE);
    case 'died':
      return to({ kind: 'died' }, ANNOUNCE);
    case 'due':
    case 'stopped':
    case 'revive':
      return to(state);
  }
}

function whileOffline(state: Offline, event: StateEvent, at: Circumstances): Transition {
  if (state.byLink) return whileLinkIsLost(state, event, at);
  const { attempt, lostAt, restarts, error } = state;
  switch (event.type) {
    case 'due':
      return to({ kind: 'starting', attempt, lostAt, restarts, error, unattended: true }, LAUNCH);
    case 'retry':
      // Somebody is there, or it is another network: the back-off begins anew.
      return to({ kind: 'starting', attempt: 1, lostAt, restarts, error, unattended: event.unattended }, LAUNCH);
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
    case 'lost':
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
    case 'lost':
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
    case 'lost':
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
  if (state.kind === 'offline') return state.byLink ? undefined : state.retryAt;
  return state.kind === 'exited' ? state.again?.at : undefined;
}
