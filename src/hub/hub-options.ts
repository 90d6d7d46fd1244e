import type { Clock, RuleBook, TeamConfig } from '../core/index.ts';
import type { FarDeskOptions } from './far/index.ts';
import type { HookProgram } from './hooks/index.ts';
import type { HubLog } from './hub-log.ts';
import type { HubCard } from './lock.ts';
import type { NetworkOptions, NetworkState } from './network/index.ts';
import type { HubPaths } from './paths.ts';

export interface HubOptions {
  readonly paths: HubPaths;
  /** Of this software, as `0.1.0`. */
  readonly version: string;
  /** For sessions whose starter sends no environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** hub.log in the state folder when absent. */
  readonly log?: HubLog;
  readonly scrollbackLines?: number;
  /** What agents look like; those of this version when absent. */
  readonly rules?: RuleBook;
  /** None when absent; `setTeams` replaces them. */
  readonly teams?: TeamConfig;
  /** How other hubs are reached; absent: none is known. */
  readonly farHubs?: FarDeskOptions['addressOf'];
  /** How much is kept for hubs that sessions are offered to. */
  readonly retention?: FarDeskOptions['retention'];
  /** What hooks of agents run; absent: no agent gets hooks. */
  readonly hookProgram?: HookProgram;
  /** Serve other machines; absent: this one only. */
  readonly network?: NetworkOptions;
  /** Why it can't serve other machines, though it should. */
  readonly networkProblem?: string;
  /** Options of its command line, for the hub that takes its place should it be killed: on its card. */
  readonly cardOptions?: NonNullable<HubCard['options']>;
  /** What it is called by others; the name of the machine when absent. */
  readonly name?: string;
}

export interface Hub {
  readonly socket: string;
  /** The config was read again. */
  setTeams(teams: TeamConfig): void;
  /** What was changed in the config and counts only from the next start, as a line; whoever asks for its status is told. */
  pendingConfig: string | undefined;
  /** Ends every process, tells the viewers, saves. At most 10 s. Idempotent. */
  stop(): Promise<void>;
  /** Resolves when it has stopped, for whatever reason. */
  readonly stopped: Promise<void>;
  readonly log: HubLog;
  readonly network: NetworkState;
}

/** `running`: another hub of this user is there; attach to that. */
export type HubStart =
  | { readonly kind: 'started'; readonly hub: Hub }
  | { readonly kind: 'running'; readonly card?: HubCard };
