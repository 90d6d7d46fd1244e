import type { ConnectionStateName, SessionInfo } from './info.ts';
import type { SessionPolicy, SessionState } from './state.ts';

type ConnectionInfo = SessionInfo['connection'];

/** What is needed to tell how a session stands with its process's machine. */
export interface Connected {
  readonly state: SessionState;
  readonly policy: SessionPolicy;
  /** Milliseconds since 1970: the connection state is what it is since then. */
  readonly connectionSince: number;
  /** As told last. */
  readonly roundTripMs: number | undefined;
  readonly heldBytes: number;
}

const TRANSPORT_STATUS = {
  running: 'ready',
  stopping: 'terminating',
  offline: 'stopped',
  exited: 'stopped',
  failed: 'stopped',
  died: 'stopped',
} as const;

export function connectionState(state: SessionState, { remote }: Pick<SessionPolicy, 'remote'>): ConnectionStateName {
  if (!remote) return 'online';
  switch (state.kind) {
    case 'starting':
      return 'connecting';
    case 'offline':
      return 'offline';
    case 'failed':
      return 'error';
    case 'running':
    case 'stopping':
    case 'exited':
    case 'died':
      return 'online';
  }
}

/** Can nobody tell what its agent does? `between`: what is on the screen is of a run that is over. */
export function isAway({ kind }: SessionState, { remote }: Pick<SessionPolicy, 'remote'>, between: boolean): boolean {
  return remote && (kind === 'offline' || kind === 'failed' || (kind === 'starting' && between));
}

/** Told only when it differs so that a person would care: a number that flickers is worse than none, and each change is a frame. */
export function roundTripToTell(told: number | undefined, ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  if (told !== undefined && Math.abs(ms - told) < Math.max(1, told * 0.3)) return told;
  return Math.round(ms * 10) / 10;
}

/** While attempts come and go it is away, all the time since it was lost. */
export function sameStretch(a: SessionState, b: SessionState, policy: Pick<SessionPolicy, 'remote'>): boolean {
  const away = ({ kind, ...state }: SessionState): boolean =>
    policy.remote && (kind === 'offline' || (kind === 'starting' && 'error' in state));
  return away(a) === away(b) && (away(a) || connectionState(a, policy) === connectionState(b, policy));
}

/** `now` and `wall`: the same moment on both clocks. */
export function connectionInfo(session: Connected, now: number, wall: number): ConnectionInfo {
  const { state, policy, roundTripMs, heldBytes } = session;
  const { maxAttempts } = policy;
  const name = connectionState(state, policy);
  const lostAt = name !== 'online' && 'lostAt' in state && 'error' in state && state.error ? state.lostAt : undefined;
  return {
    state: name,
    // Waiting and trying in turn is one trouble: it began when the connection was lost.
    since: lostAt === undefined ? session.connectionSince : Math.round(wall - (now - lostAt)),
    attempt: name === 'online' || !('attempt' in state) ? 0 : state.attempt,
    maxAttempts: policy.remote && Number.isFinite(maxAttempts) ? maxAttempts : 0,
    ...(state.kind === 'offline' && state.retryAt !== undefined
      ? { nextRetryAt: Math.round(wall + Math.max(0, state.retryAt - now)) }
      : {}),
    ...(policy.remote ? words(state) : {}),
    ...(state.kind === 'running' && roundTripMs !== undefined ? { roundTripMs } : {}),
    transport: state.kind === 'starting' ? (policy.remote ? 'connecting' : 'spawning') : TRANSPORT_STATUS[state.kind],
    ...(heldBytes > 0 ? { heldBytes } : {}),
  };
}

function words(state: SessionState): { reason?: string; remedy?: string } {
  if (state.kind !== 'offline' && state.kind !== 'failed' && state.kind !== 'starting') return {};
  const { error } = state;
  if (!error) return {};
  const why = state.kind === 'failed' ? gaveUp(state) : '';
  const remedy = error.remedy ?? (why ? 'retry when it can be reached again' : undefined);
  return { reason: error.message + why, ...(remedy === undefined ? {} : { remedy }) };
}

function gaveUp({ gaveUp: why, attempt }: Extract<SessionState, { kind: 'failed' }>): string {
  if (why === 'attempts') return ` (given up after ${attempt} ${attempt === 1 ? 'attempt' : 'attempts'})`;
  if (why === 'time') return ' (given up: it took too long)';
  return why === 'asked' ? ' (no longer tried, as somebody asked for)' : '';
}
