import type { IrisError } from '../errors.ts';
import type { ProcessEnd } from '../transport.ts';

/**
 * Where a session stands; each state has only what is true in it.
 *
 *   starting ──ready──▶ running ──ended──▶ exited ──restart──▶ starting
 *      │ failed            │ stop, restart
 *      ▼                   ▼
 *    failed             stopping ──stopped──▶ exited | failed | starting (when a restart was asked for)
 *
 * died: the hub was killed while it ran; only a restored session is ever in it.
 */
export type SessionState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly pid: number | undefined }
  | {
      readonly kind: 'stopping';
      readonly pid: number | undefined;
      /** What was asked for last: to stay down or to start again. */
      readonly next: 'stay' | 'restart';
      /** The process itself has ended; others of its group may still be there. */
      readonly end?: ProcessEnd;
      readonly error?: IrisError;
    }
  | { readonly kind: 'exited'; readonly end: ProcessEnd }
  | { readonly kind: 'failed'; readonly error: IrisError }
  | { readonly kind: 'died' };

export type SessionStateName = SessionState['kind'];

export type StateEvent =
  /** The transport has its process. */
  | { readonly type: 'ready'; readonly pid: number | undefined }
  /** The process is gone and its output delivered. */
  | { readonly type: 'ended'; readonly end: ProcessEnd }
  /** It could not start, or its connection broke. */
  | { readonly type: 'failed'; readonly error: IrisError }
  /** Someone wants it down. */
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  /** The transport has ended everything that `stop` asked it to. */
  | { readonly type: 'stopped' }
  /** The hub that owned the process was killed. */
  | { readonly type: 'died' };

export type StateEffect =
  /** A new epoch: new transport, screen and log. */
  | { readonly type: 'launch' }
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

const LAUNCH: StateEffect = { type: 'launch' };
const STOP: StateEffect = { type: 'stop-transport' };
const ANNOUNCE: StateEffect = { type: 'announce-end' };
const SETTLE: StateEffect = { type: 'settle' };

export const INITIAL_STATE: SessionState = { kind: 'starting' };

/** The whole behaviour of a session's life. Events that mean nothing in a state leave it as it is. */
export function transition(state: SessionState, event: StateEvent): Transition {
  switch (state.kind) {
    case 'starting':
    case 'running':
      return whileLive(state, event);
    case 'stopping':
      return whileStopping(state, event);
    case 'exited':
    case 'failed':
    case 'died':
      return whileDown(state, event);
  }
}

const stay = (state: SessionState, ...effects: StateEffect[]): Transition => ({ state, effects });

type Live = Extract<SessionState, { kind: 'starting' | 'running' }>;
function whileLive(state: Live, event: StateEvent): Transition {
  const pid = state.kind === 'running' ? state.pid : undefined;
  switch (event.type) {
    case 'ready':
      return stay(state.kind === 'starting' ? { kind: 'running', pid: event.pid } : state);
    case 'ended':
      return stay({ kind: 'exited', end: event.end }, ANNOUNCE);
    case 'failed':
      return stay({ kind: 'failed', error: event.error }, ANNOUNCE);
    case 'stop':
      return stay({ kind: 'stopping', pid, next: 'stay' }, STOP);
    case 'restart':
      return stay({ kind: 'stopping', pid, next: 'restart' }, STOP);
    case 'died':
      return stay({ kind: 'died' }, ANNOUNCE);
    case 'stopped':
      return stay(state);
  }
}

type Stopping = Extract<SessionState, { kind: 'stopping' }>;
function whileStopping(state: Stopping, event: StateEvent): Transition {
  switch (event.type) {
    case 'ready':
      return stay({ ...state, pid: event.pid });
    case 'ended':
      return stay({ ...state, end: event.end });
    case 'failed':
      return stay({ ...state, error: event.error });
    case 'stop':
      return stay({ ...state, next: 'stay' });
    case 'restart':
      return stay({ ...state, next: 'restart' });
    case 'stopped':
      if (state.next === 'restart') return stay({ kind: 'starting' }, ANNOUNCE, LAUNCH, SETTLE);
      return state.error && !state.end
        ? stay({ kind: 'failed', error: state.error }, ANNOUNCE, SETTLE)
        : stay({ kind: 'exited', end: state.end ?? {} }, ANNOUNCE, SETTLE);
    case 'died':
      return stay({ kind: 'died' }, ANNOUNCE, SETTLE);
  }
}

type Down = Extract<SessionState, { kind: 'exited' | 'failed' | 'died' }>;
function whileDown(state: Down, event: StateEvent): Transition {
  switch (event.type) {
    case 'restart':
      return stay({ kind: 'starting' }, LAUNCH, SETTLE);
    case 'stop':
      return stay(state, SETTLE);
    case 'ready':
    case 'ended':
    case 'failed':
    case 'stopped':
    case 'died':
      return stay(state);
  }
}

/** Is there, or may there be, a process? */
export function isLive(state: SessionState): boolean {
  return state.kind === 'starting' || state.kind === 'running' || state.kind === 'stopping';
}
