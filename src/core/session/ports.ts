import type { AgentReport, RuleBook } from '../agent/index.ts';
import type { Clock } from '../clock.ts';
import type { IrisError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { Entry } from '../output/entry.ts';
import type { LogLimits, ScreenOptions } from '../output/index.ts';
import type { Remote } from '../team/remote.ts';
import type { RestartRule } from '../team/team.ts';
import type { LaunchSpec, ProcessEnd, Transport } from '../transport.ts';
import type { SavedConversation } from './conversation.ts';
import type { SessionInfo, SessionMode } from './info.ts';

/** What is asked of a new session. */
export interface SessionSpec {
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The environment of whoever asked; the transport's factory makes the process's own of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly mode: SessionMode;
  readonly cols: number;
  readonly rows: number;
  /** Absent: the base name of the program. */
  readonly name?: string;
  /** Name of a known agent whose rules apply. Absent: by the program. */
  readonly agent?: string;
  readonly team?: string;
  /** Of the entry of the team that this was made from: another one means that the entry was changed. */
  readonly teamPrint?: string;
  /** Where it runs, when not here. `cwd` and `env` are then meant there, `env` only what is added. */
  readonly remote?: Remote;
  /** When a process that ended by itself is started again. Absent: never. */
  readonly restart?: RestartRule;
  /** Nobody is there at the first start. */
  readonly unattended?: boolean;
  /** Not running within this time (milliseconds): the attempt failed. */
  readonly startTimeoutMs?: number;
  /** Attempts to connect in a row; absent: no bound. */
  readonly maxAttempts?: number;
  /** Without a connection for so long it is given up; absent: 3 h. */
  readonly giveUpAfterMs?: number;
  /** May its agent be given hooks? Absent: as the config says when it starts. */
  readonly hooks?: boolean;
  /** Whose arguments `command` takes, so that its conversation can be gone on with. Absent: by the program's name. */
  readonly resumes?: string;
}

/** Who a transport is made for: its environment and the journal of processes carry it. */
export interface SessionIdentity {
  readonly id: string;
  readonly name: string;
}

export interface SessionDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Name of the hub, as `SessionInfo.hub` has it. */
  readonly hub: string;
  /** Its id, for sessions that pass through it. */
  readonly hubId?: string;
  /**
   * One transport for one run, of the kind that `launch.remote` says. Failures that are known before the process starts reach the sink within
   * `start`; what is thrown is a permanent failure.
   */
  readonly transport: (launch: LaunchSpec, identity: SessionIdentity) => Transport;
  /** [0, 1), spreads the back-off. Absent: no spread. */
  readonly random?: () => number;
  /** The hub's own environment: what a kept session is started again with, under the little of its own that was kept. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lines of history that a screen keeps. */
  readonly scrollback: number;
  /** What the terminal says it is, to programs that ask. */
  readonly identity?: NonNullable<ScreenOptions['identity']>;
  /** Absent: bounded as `DEFAULT_LOG_LIMITS` says. */
  readonly logLimits?: Partial<LogLimits>;
  /** What agents look like. Absent: the rules of this version. */
  readonly rules?: RuleBook;
  /** A listener of a session threw: the session goes on. */
  readonly onError: (error: unknown) => void;
}

/** What a session tells whoever listens. `entry` comes after the screen parsed it, in order, without delay. */
export type SessionEvent =
  /** Its bytes are good for this turn: whoever keeps them takes a copy (`copyOf`). */
  | { readonly type: 'entry'; readonly entry: Entry }
  /** Something of `info()` other than `seq` changed; at most every 50 ms. */
  | { readonly type: 'info'; readonly info: SessionInfo }
  /** Its agent does something else now; told at once, `info` follows. Its end is told by `ended`. */
  | { readonly type: 'agent'; readonly agent: AgentReport }
  /** A new run: `epoch`, `screen` and `log` are new ones, and the first entry will be number 1. */
  | { readonly type: 'restarted'; readonly epoch: string }
  /** The run is over, and no connection is tried again. Every entry of it was told before. */
  | { readonly type: 'ended'; readonly end?: ProcessEnd; readonly error?: IrisError }
  | { readonly type: 'bell' }
  | { readonly type: 'clipboard'; readonly text: string }
  | { readonly type: 'notice'; readonly title: string; readonly body: string };

/** What is kept of a session beyond the life of its hub, apart from its output (which holds the title, and changes far more often). */
export interface SavedSession {
  readonly id: string;
  readonly name: string;
  readonly team?: string;
  readonly agentKind: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Names that a program needs and that hold no secrets; the rest of the environment is never written to disk. */
  readonly env: Readonly<Record<string, string>>;
  readonly mode: SessionMode;
  readonly cols: number;
  readonly rows: number;
  readonly createdAt: number;
  readonly epoch: string;
  readonly teamPrint?: string;
  /** Without what is secret. */
  readonly remote?: Remote;
  readonly restart?: RestartRule;
  readonly startTimeoutMs?: number;
  readonly maxAttempts?: number;
  readonly giveUpAfterMs?: number;
  readonly resumes?: string;
  readonly hooks?: boolean;
  readonly conversation?: SavedConversation;
  /** Of a headless agent: by this it goes on with its session. */
  readonly agentSession?: string;
  /** Of a session that lives in another hub: without a connection since then. */
  readonly awaySince?: number;
  /** Of a session that lives in another hub: its id there, and what that hub told last, without what changes all the time. */
  readonly far?: { readonly session: string; readonly info?: SessionInfo };
  /** Nobody had put it down: with a rule to restart, the next hub starts it again. */
  readonly wanted?: boolean;
  /** `live`: there was a process when this was written. */
  readonly status:
    | { readonly kind: 'live' }
    | { readonly kind: 'exited'; readonly end: ProcessEnd }
    | { readonly kind: 'failed'; readonly reason: string; readonly remedy?: string }
    | { readonly kind: 'died' };
}

/** Output as it was kept: a picture, and what came after it. */
export interface SavedOutput {
  readonly checkpoint?: {
    readonly seq: number;
    readonly cols: number;
    readonly rows: number;
    readonly bytes: Uint8Array;
  };
  /** Contiguous, from after the checkpoint, or from 1. */
  readonly entries: readonly Entry[];
  /** Entries after this one were produced but not kept. */
  readonly lostAfter?: number;
}
