import type { AgentReport, RuleBook } from '../agent/index.ts';
import type { Clock } from '../clock.ts';
import type { IrisError } from '../errors.ts';
import type { Ids } from '../ids.ts';
import type { Entry } from '../output/entry.ts';
import type { LogLimits, ScreenOptions } from '../output/index.ts';
import type { LaunchSpec, ProcessEnd, Transport, TransportKind } from '../transport.ts';
import type { SessionInfo } from './info.ts';

/** What is asked of a new session. */
export interface SessionSpec {
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  /** The environment of whoever asked; the transport's factory makes the process's own of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly mode: 'pty' | 'pipes';
  readonly cols: number;
  readonly rows: number;
  /** Absent: the base name of the program. */
  readonly name?: string;
  /** Name of a known agent whose rules apply. Absent: by the program. */
  readonly agent?: string;
  readonly team?: string;
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
  readonly transportKind: TransportKind;
  /** One transport for one run. Failures that are known before the process starts reach the sink within `start`. */
  readonly transport: (launch: LaunchSpec, identity: SessionIdentity) => Transport;
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
  | { readonly type: 'entry'; readonly entry: Entry }
  /** Something of `info()` other than `seq` changed; at most every 50 ms. */
  | { readonly type: 'info'; readonly info: SessionInfo }
  /** Its agent does something else now; told at once, `info` follows. Its end is told by `ended`. */
  | { readonly type: 'agent'; readonly agent: AgentReport }
  /** A new run: `epoch`, `screen` and `log` are new ones, and the first entry will be number 1. */
  | { readonly type: 'restarted'; readonly epoch: string }
  /** The run is over. Every entry of it was told before. */
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
  readonly mode: 'pty' | 'pipes';
  readonly cols: number;
  readonly rows: number;
  readonly createdAt: number;
  readonly epoch: string;
  /** `live`: there was a process when this was written. */
  readonly status:
    | { readonly kind: 'live' }
    | { readonly kind: 'exited'; readonly end: ProcessEnd }
    | { readonly kind: 'failed'; readonly reason: string }
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
