import type { Role } from './access.ts';
import type { HubCommandArgs, HubCommandName, HubCommandResult } from './commands/hub-commands.ts';
import type { Dispose } from './emitter.ts';
import type { IrisError } from './errors.ts';
import type { Position, ViewEntry } from './output/entry.ts';
import type { SessionInfo } from './session/info.ts';
import type { InputOrigin, WriteSettled } from './transport.ts';

/** How this program stands with a hub. */
export interface HostConnection {
  readonly state: 'connecting' | 'online' | 'offline' | 'error';
  /** Milliseconds since 1970: online or given up since then; while attempts come and go, without a connection since then. */
  readonly since: number;
  readonly attempt: number;
  readonly nextRetryAt?: number;
  readonly reason?: string;
  readonly remedy?: string;
  readonly roundTripMs?: number;
  /** Online, but the hub owes an answer since then; milliseconds since 1970. */
  readonly quietSince?: number;
}

/** Things that happen once and are not part of a screen. */
export type HostEvent =
  /** `changed` and `removed`: since the last of these events; without them all may be others. */
  | {
      readonly type: 'sessions';
      readonly changed?: readonly SessionInfo[];
      readonly removed?: readonly string[];
    }
  | { readonly type: 'connection'; readonly connection: HostConnection }
  | { readonly type: 'workspace'; readonly name: string; readonly revision: number }
  /** The hub read its config again: ask `team.list`. */
  | { readonly type: 'teams' }
  | { readonly type: 'bell'; readonly sessionId: string }
  /** A program asks to set the clipboard (OSC 52 write), at most 100 KB. */
  | { readonly type: 'clipboard'; readonly sessionId: string; readonly text: string }
  /** An agent waits, is done, or has failed, and nobody looks at it: to be told by these ways. */
  | {
      readonly type: 'attention';
      readonly sessionId: string;
      readonly ways: readonly ('bell' | 'osc9' | 'osc777')[];
      readonly title: string;
      readonly body: string;
    }
  /** OSC 9, 99, 777. */
  | { readonly type: 'notice'; readonly sessionId: string; readonly title: string; readonly body: string }
  /** Bytes typed into a session that wait for the connection; 0: all were sent. */
  | { readonly type: 'held'; readonly sessionId: string; readonly bytes: number }
  /** Typed bytes that never reached the process: it was started again meanwhile, or too much was held. */
  | {
      readonly type: 'refused';
      readonly sessionId: string;
      readonly bytes: number;
      readonly reason: string;
      /** What was typed, as UTF-8, keys without text as their sequences: so that it can be offered again. */
      readonly text: string;
    }
  /** A viewer asks for the keyboard of a session; `session.grant` gives it, or declines. */
  | {
      readonly type: 'asked';
      readonly sessionId: string;
      readonly viewer: string;
      readonly name: string;
      /** To a hub: it says with `session.heard` how many heard of it there. */
      readonly ask?: string;
    }
  /** They have their answer, by whomever, or do not wait for one any more. */
  | { readonly type: 'answered'; readonly sessionId: string; readonly viewer: string }
  /** Our own keyboard, by whom: given, taken, or not given though we asked. */
  | {
      readonly type: 'keyboard';
      readonly sessionId: string;
      readonly change: 'given' | 'taken' | 'declined';
      readonly by: string;
      /** To a hub: of whom there, who asked. Absent: it is about what that hub may do. */
      readonly viewer?: string;
    }
  /** Where a viewer looks that we follow; `left`: it does nowhere any more. */
  | {
      readonly type: 'focus';
      readonly viewer: string;
      readonly sessionId?: string;
      readonly tab?: string;
      readonly zoomed?: boolean;
      readonly left?: true;
    }
  /** Who follows us now: where we look is to be told while there is anybody. */
  | { readonly type: 'followed'; readonly by: readonly string[] }
  /** Another viewer, or `viewer.detach`, asks this one to leave. */
  | { readonly type: 'detached'; readonly reason: string };

/** What is told of those who ask for a keyboard. */
export type PeopleEvent = Extract<HostEvent, { type: 'asked' | 'answered' | 'keyboard' }>;

/** Watching one session. Entries come in order; each is acknowledged by the host once `listener` returned (or its promise settled). */
export interface Attachment {
  readonly sessionId: string;
  /** Newest position that was handed to the listener. */
  readonly position: Position | undefined;
  /** Bytes typed into this session that wait for the connection. */
  readonly heldBytes: number;
  /** Keystrokes: delivered once, in order, held (bounded) while offline. */
  /** `settled` hears what became of these bytes; without it, what is refused is an event. */
  write(bytes: Uint8Array, settled?: WriteSettled, origin?: InputOrigin): void;
  /** Everything up to there is on our disk. */
  kept(position: Position): void;
  /** The size this viewer would like; the session takes it from the viewer that typed last. */
  resize(cols: number, rows: number): void;
  detach(): void;
}

export interface AttachOptions {
  /** `screen`: newest state, may skip (a snapshot stands for what was skipped). `log`: every entry in order, gaps marked. */
  readonly mode: 'screen' | 'log';
  readonly cols?: number;
  readonly rows?: number;
  /** Continue after this position: deltas if the log still has them, else a snapshot. */
  readonly after?: Position;
  readonly readOnly?: boolean;
  /** Snapshots bring the scrollback along. */
  readonly history?: boolean;
  /** Of `log`: a gap has no picture, and ends where what is kept begins. For whoever reads what was written, and draws nothing. */
  readonly entries?: boolean;
  /** It is for a hub, which shows the session as one of its own: nobody sits before it, some may behind it. */
  readonly mirror?: boolean;
  /** The hub keeps what it sent until `kept`. */
  readonly retain?: boolean;
  /** The hub has let us in, at each link anew; entries follow. */
  readonly onAttached?: () => void;
  readonly onEntry: (entry: ViewEntry) => void | Promise<void>;
  /** The session is gone, or the hub refused. */
  readonly onEnd?: (reason: IrisError | undefined) => void;
}

/**
 * What a user interface sees of a hub, near or far. Nothing here blocks: a dead hub shows as `connection`,
 * and commands reject with `hub-unreachable` after their time-out.
 */
export interface SessionHost {
  readonly connection: HostConnection;
  /** Known once connected: `iris-tui/0.1.0`, and its process. */
  readonly hub: { readonly software: string; readonly pid: number | undefined } | undefined;
  /** As whom the hub knows this program, and what it may do where a session says nothing of its own; known once connected. */
  readonly you?: { readonly name: string; readonly role?: Role } | undefined;
  /** Sorted by creation. Kept up to date while online. */
  readonly sessions: readonly SessionInfo[];
  on(listener: (event: HostEvent) => void): Dispose;
  attach(sessionId: string, options: AttachOptions): Attachment;
  /** Runs a command of the table (core/commands) in the hub. Rejects with an IrisError. */
  command<N extends HubCommandName>(name: N, args: HubCommandArgs<N>): Promise<HubCommandResult<N>>;
  /** Tries to connect at once, whatever the back-off says. */
  retryNow(): void;
  close(): void;
}
