import type { IrisError } from './errors.ts';
import type { Entry, Position } from './output/entry.ts';
import type { SessionInfo } from './session/info.ts';
import type { Remote } from './team/remote.ts';
import type { TransportKind, TransportStatus } from './transport-kind.ts';

export * from './transport-kind.ts';

/** What to run and in what. argv only: nothing here ever passes through a shell. */
export interface LaunchSpec {
  /** Program and arguments; at least one entry. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of the process. */
  readonly env: Readonly<Record<string, string>>;
  /** `pty`: a terminal. `pipes`: stdin, stdout and stderr apart. */
  readonly mode: 'pty' | 'pipes';
  /** The agent that is spoken to in its own language over these pipes (core/agent/headless). */
  readonly headless?: string;
  readonly cols: number;
  readonly rows: number;
  /** Where it runs, when not here; `cwd` (`~`, relative, absolute) and `env` (only what is added) are then meant there. */
  readonly remote?: Remote;
  /** May the agent be given hooks, so that it tells what it does? Absent: as the config says. Only for what runs here. */
  readonly hooks?: boolean;
  /** Nobody is there to answer: a transport that would have to ask fails instead. */
  readonly unattended?: boolean;
  /** Not running within this time (milliseconds): failed, transient. */
  readonly startTimeoutMs?: number;
  /** Of a session that lives in another hub: which one, and up to where it is known here. Without `session` one is started there. */
  readonly mirror?: {
    readonly session?: string;
    readonly after?: Position;
    /** Whose rules hold for one that is started there. */
    readonly agent: string;
    /** What it is called here. */
    readonly name: string;
    /** By this the other hub starts it once, however often it is asked to. */
    readonly key: string;
  };
}

export interface ProcessEnd {
  /** Absent when a signal ended it. */
  readonly exitCode?: number;
  /** Name, as `SIGHUP`. */
  readonly signal?: string;
}

/**
 * What a transport tells of a session that lives in another hub, and that is mirrored here: the same epochs, the same numbers. Entries follow one
 * another without holes, and the picture that an epoch begins with.
 */
export type MirrorWord =
  /** This is the session there. */
  | { readonly type: 'session'; readonly id: string }
  | { readonly type: 'entry'; readonly entry: Entry }
  /** Stands for everything up to entry `seq`; what of it was never here is in `gap`, and what nobody has of the epochs before begins after `lostAfter`. */
  | {
      readonly type: 'picture';
      readonly epoch: string;
      readonly seq: number;
      readonly cols: number;
      readonly rows: number;
      readonly bytes: Uint8Array;
      readonly gap?: { readonly from: number; readonly to: number };
      readonly lostAfter?: Position;
    }
  | { readonly type: 'info'; readonly info: SessionInfo }
  /** `heldBytes` of the transport is another. */
  | { readonly type: 'held' }
  /** No connection. It is tried again: now (`trying`), at `retryAt` (monotonic clock), or when the other side comes (neither). `ready` follows. */
  | {
      readonly type: 'lost';
      readonly error: IrisError;
      readonly attempt: number;
      readonly trying?: true;
      readonly retryAt?: number;
    };

/**
 * Who typed it first, and the number it had there: the same through all hubs that pass it on, and through the death of each of them. So the one where
 * the process lives writes it once.
 */
export interface InputOrigin {
  readonly client: string;
  readonly seq: number;
}

/** Bytes that were taken were written, or, with an error, never will be. */
export type WriteSettled = (refusal?: IrisError) => void;

/** What a transport tells its session. Calls come in order; after `ended` there are none. */
export interface TransportSink {
  /** `ready`: the process itself runs; output before that is the transport's (a question for a password). */
  status(status: TransportStatus): void;
  /** Bytes as they came; the sink copies what it keeps. `error` only with pipes. */
  output(bytes: Uint8Array, stream: 'output' | 'error'): void;
  /** The process is gone and every byte it wrote has been delivered. */
  ended(end: ProcessEnd): void;
  /**
   * It could not start, or its connection broke. Final for this transport. `error.retriable` is the class of the failure: transient (the same
   * again may succeed), else permanent (somebody has to do what `error.remedy` says).
   */
  failed(error: IrisError): void;
  /** Only of a transport to another hub. */
  mirror?(word: MirrorWord): void;
}

export interface TransportMetrics {
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** To the other machine and back, as last measured, where the transport can tell. */
  readonly roundTripMs?: number;
}

/**
 * The port through which bytes reach a process. One instance runs one process once; `restart` makes a new one.
 * Every implementation passes test/contract/transport.ts.
 */
export interface Transport {
  readonly kind: TransportKind;
  readonly status: TransportStatus;
  /** Process id on this machine, where there is one. */
  readonly pid: number | undefined;
  readonly metrics: TransportMetrics;
  /** The command as shown to people: never with secrets. */
  readonly launchCommand: readonly string[];
  /** What the transport itself says of its connection (ssh's log), newest last, at most 200 lines; without control characters. */
  readonly diagnostics?: readonly string[];
  /** Somebody at a terminal of this machine was asked for what it needs (a password). Absent: it asks nobody there. */
  readonly asked?: boolean;
  start(sink: TransportSink): void;
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Stops reading from the process (the kernel then stops it); `resume` goes on. */
  pause(): void;
  resume(): void;
  /** To the foreground process group where there is one. */
  signal(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Ends the whole process group: HUP, then TERM, then KILL. Resolves when nothing of it is left. Idempotent. */
  stop(): Promise<void>;
  /** Numbered, sent again after a broken connection, written once: `settled` hears when, or why not. Absent: `write` is all there is. */
  readonly type?: ((bytes: Uint8Array, settled: WriteSettled, origin?: InputOrigin) => void) | undefined;
  /** Bytes typed that wait for the connection. */
  readonly heldBytes?: number;
  /** Lets go of it without ending it. Absent: it ends with us. */
  leave?(): void;
  /** Tries to connect now. Only where the transport itself comes back. */
  retry?(): void;
  /** Everything up to there is kept on this machine's disk: the other hub need not keep it for us. */
  saved?(position: Position): void;
}
