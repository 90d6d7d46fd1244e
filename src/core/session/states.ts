import type { IrisError } from '../errors.ts';
import type { RestartRule } from '../team/team.ts';
import type { ProcessEnd } from '../transport.ts';

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
  | (Course & {
      readonly kind: 'offline';
      readonly error: IrisError;
      /** Absent: when the other side comes. */
      readonly retryAt?: number;
      /** Its transport lives on, and comes back by itself: nothing is launched. */
      readonly byLink?: true;
    })
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
  /** Its transport has lost the other hub, and tries again by itself: now, at `retryAt`, or when that one comes. `ready` follows. */
  | {
      readonly type: 'lost';
      readonly error: IrisError;
      readonly attempt: number;
      readonly trying?: true;
      readonly retryAt?: number;
    }
  /** Someone wants it down. */
  | { readonly type: 'stop' }
  | { readonly type: 'restart' }
  /** The hub that comes back brings it back. */
  | { readonly type: 'revive' }
  /** Connect now: a person is there, or (unattended) the network is another one, and the back-off begins anew. */
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
  /** The transport comes back by itself, and shall try now. */
  | { readonly type: 'retry-link' }
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

/** What the rule depends on beside state and event. */
export interface Circumstances {
  /** Of the monotonic clock. */
  readonly now: number;
  /** [0, 1). */
  readonly random: () => number;
  readonly policy: SessionPolicy;
}
