import type { NoticeRules, TeamNoticeRules } from '../notices/index.ts';
import type { Remote } from './remote.ts';

/** When a session whose process ended by itself is started again. */
export const RESTART_RULES = ['never', 'on-failure', 'always'] as const;
export type RestartRule = (typeof RESTART_RULES)[number];

/** A named entry of the config: where an agent lives and how to start it. Checked; variables are replaced. Times in milliseconds. */
export interface Team {
  readonly name: string;
  readonly description?: string;
  /** Absent: on this machine. */
  readonly remote?: Remote;
  /** Working folder. Here: absolute. There: as written (`~`, relative to the home, absolute), never expanded here. Absent: the home. */
  readonly path?: string;
  /** claude, codex, gemini, opencode, aider, or shell. */
  readonly agent: string;
  /** In place of the agent's own program. */
  readonly command?: readonly string[];
  /** After the program and what this version adds to it. */
  readonly args: readonly string[];
  /** Added to the process's environment, here and there. */
  readonly env: Readonly<Record<string, string>>;
  /** interactive: a terminal. headless: the agent's own stream of JSON. */
  readonly mode: 'interactive' | 'headless';
  /** Path of the agent's program, there. */
  readonly claudePath?: string;
  readonly autostart: boolean;
  readonly restart: RestartRule;
  readonly maxAttempts?: number;
  readonly giveUpAfterMs?: number;
  /** Ended when nobody used it for this long; 0 or absent: never. */
  readonly idleTimeoutMs?: number;
  /** The process has to run within this time, or the attempt failed. */
  readonly sessionInitTimeoutMs?: number;
  readonly color?: string;
  /** May hooks be put on the agent's command line, so that it tells what it does? */
  readonly hooks?: boolean;
  /** How it is told what its agents do, where it is not as the settings say. */
  readonly notify?: TeamNoticeRules;
  readonly grantPermission?: 'yes' | 'no' | 'ask' | 'forward';
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly appendSystemPrompt?: string;
}

/** A team as `teams --json` prints it. */
export interface TeamInfo {
  readonly name: string;
  readonly description?: string;
  readonly transport: 'local' | Remote['kind'];
  /** As written, for people; absent: here. */
  readonly remote?: string;
  readonly path?: string;
  readonly agent: string;
  readonly mode: 'interactive' | 'headless';
  readonly autostart: boolean;
  readonly restart: RestartRule;
  readonly color?: string;
  /** Its session, if it has one: id and name. */
  readonly session?: { readonly id: string; readonly name: string };
  /** The entry was changed after its session had started: `restart` takes the new one. */
  readonly needsRestart: boolean;
  /** The entry is gone from the config; its session is still here. */
  readonly removed: boolean;
}

/** What a hub knows of its config, read again whenever the file changes. */
export interface TeamConfig {
  readonly teams: readonly Team[];
  /** Sessions of teams that run at once; one more puts the least recently used idle one down. 0: no bound. */
  readonly maxProcesses: number;
  /** For teams that say nothing of their own; 0: never. */
  readonly idleTimeoutMs: number;
  /** May agents be given hooks, where neither the session nor its team says otherwise? Absent: no. */
  readonly hooks?: boolean;
  /** Absent: `DEFAULT_NOTICES`. */
  readonly notify?: NoticeRules;
  /** What is wrong with the file now, as lines for people; the last good teams stay in force. */
  readonly problems: readonly string[];
}

export const NO_TEAMS: TeamConfig = { teams: [], maxProcesses: 0, idleTimeoutMs: 0, problems: [] };
