import type { Clock, SessionRegistry } from '../core/index.ts';
import type { HubLog } from './hub-log.ts';
import type { InputLedger } from './input-ledger.ts';
import type { SharedSession } from './shared-session.ts';
import type { Viewer } from './viewer.ts';
import type { Workspaces } from './workspaces.ts';

/** What the parts of a hub share. */
export interface HubContext {
  readonly clock: Clock;
  readonly log: HubLog;
  /** Version of this software, as `0.1.0`. */
  readonly version: string;
  readonly socket: string;
  readonly startedAt: number;
  /** Environment of the hub, for sessions whose starter sent none. */
  readonly env: Readonly<Record<string, string>>;
  readonly registry: SessionRegistry;
  readonly sessions: ReadonlyMap<string, SharedSession>;
  readonly viewers: ReadonlyMap<string, Viewer>;
  readonly inputs: InputLedger;
  readonly workspaces: Workspaces;
  /** Something of this session's info changed: viewers will hear of it. */
  changed(sessionId: string): void;
  /** Runs a command of the table. @throws IrisError */
  run(name: string, args: unknown, caller: Viewer): Promise<unknown>;
  /** Begins to stop; does not wait for it. */
  stop(): void;
}
