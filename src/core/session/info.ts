import type { Role } from '../access.ts';
import type { AgentPrompt } from '../agent/prompt/types.ts';
import type { TransportKind, TransportStatus } from '../transport-kind.ts';
import type { Person, TypedBy } from './people.ts';

/** `pty`: a terminal. `pipes`: stdin, stdout and stderr apart. `headless`: pipes, over which the agent is spoken to in its own language. */
export type SessionMode = 'pty' | 'pipes' | 'headless';

export type ConnectionStateName = 'online' | 'connecting' | 'offline' | 'error';
/** A connection looked at closely. */
export interface ConnectionDetails {
  readonly id: string;
  readonly name: string;
  readonly transport: TransportKind;
  readonly connection: SessionInfo['connection'];
  /** As shown to people: never with secrets. */
  readonly launchCommand: readonly string[];
  readonly pid?: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** The transport's own words, newest last. */
  readonly log: readonly string[];
}

export type AgentStateName = 'working' | 'blocked' | 'idle' | 'done' | 'exited' | 'unknown';
/** What became of the process. `died`: the hub was killed while it ran. `offline`: its connection broke; it is tried again. */
export type ProcessStatus = 'starting' | 'running' | 'stopping' | 'exited' | 'failed' | 'died' | 'offline';

/** A session as `ls --json` prints it. Times are milliseconds since 1970. */
export interface SessionInfo {
  readonly id: string;
  readonly name: string;
  readonly team?: string;
  /** Ids of the hubs that it passed through, from the one where it lives to the one that tells it. */
  readonly via?: readonly string[];
  /** Name of the hub that owns it: `local`, or a hub of the config. */
  readonly hub: string;
  readonly transport: TransportKind;
  readonly agent: {
    readonly kind: string;
    readonly state: AgentStateName;
    readonly since: number;
    readonly question?: string;
    /** What it asks, where it can be answered from elsewhere (`session.answer`). */
    readonly prompt?: AgentPrompt;
    /** Prompts that wait for their turn; absent: none. */
    readonly queued?: number;
  };
  /** Of a session that is over: as if it were there (`online`), with `transport: 'stopped'`. */
  readonly connection: {
    readonly state: ConnectionStateName;
    /** Of a connection that was lost: since then, through all attempts. */
    readonly since: number;
    /** Which attempt this is, or will be at `nextRetryAt`; online: 0. */
    readonly attempt: number;
    /** 0: no bound. */
    readonly maxAttempts: number;
    readonly nextRetryAt?: number;
    readonly reason?: string;
    readonly remedy?: string;
    readonly roundTripMs?: number;
    /** Where the transport itself stands. */
    readonly transport: TransportStatus;
    /** Bytes typed that wait for the connection. */
    readonly heldBytes?: number;
  };
  readonly process: {
    readonly pid?: number;
    readonly status: ProcessStatus;
    readonly exitCode?: number;
    readonly signal?: string;
    /** Why it failed to start, where it did; why it was ended, where it did not end by itself; or that its rule starts it again. */
    readonly reason?: string;
    /** Why nothing is read from it, so that it waits. */
    readonly paused?: string;
    /** Its rule starts it again then. */
    readonly restartAt?: number;
    /** This run began by itself, or goes on with the conversation of the run before. Absent: somebody started it anew. */
    readonly begun?: 'restarted' | 'resumed';
  };
  /** A UUID, new each time the process starts. */
  readonly epoch: string;
  /** Number of the newest log entry of this epoch; 0 before the first. */
  readonly seq: number;
  readonly cols: number;
  readonly rows: number;
  /** The title the program set (OSC 0/2), control characters removed, at most 256 bytes. */
  readonly title: string;
  readonly cwd: string;
  readonly command: readonly string[];
  readonly mode: SessionMode;
  readonly viewers: number;
  /** Who is attached to it, in the order they came, at most 16; absent: nobody. */
  readonly people?: readonly Person[];
  readonly typedBy?: TypedBy;
  /** What whoever asks may do with it; absent: everything. */
  readonly role?: Role;
  readonly createdAt: number;
}
