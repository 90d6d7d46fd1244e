import { z } from 'zod';
import type { Role } from '../access.ts';
import type { Explanation, Glance } from '../agent/index.ts';
import type { ConnectionDetails, SessionInfo } from '../session/info.ts';
import type { TeamInfo } from '../team/index.ts';
import { type Workspace, workspaceSchema } from '../workspace.ts';
import { type FarCommandResults, farCommands } from './far-commands.ts';
import { type NetworkCommandResults, networkCommands } from './network-commands.ts';
import { type PromptCommandResults, type PromptOutcome, promptCommands } from './prompt-commands.ts';
import { type SharingCommandResults, sharingCommands } from './sharing-commands.ts';

/** A name, an id, or a unique prefix of either; resolved by the hub. */
const session = z.string().min(1).max(256);
const size = z.number().int().min(1).max(10_000);

/** Everything a hub can be asked to do, by anyone: keys, command line, later REST and MCP. Arguments are checked where they arrive. */
export const hubCommands = {
  'session.list': { role: 'viewer', summary: 'list sessions', args: z.object({}) },
  'session.new': {
    role: 'owner',
    summary: 'start a session',
    args: z.object({
      name: z.string().min(1).max(128).optional(),
      /** The name that it gets where `name` is absent, with a number if it is taken. A hub asks so for what it starts in another one. */
      nameLike: z.string().min(1).max(128).optional(),
      /** Absent: the agent's program, or the user's shell. */
      command: z.array(z.string().max(131_072)).min(1).max(4096).optional(),
      /** In this hub: one that this user was paired with, or a runner that is connected here. */
      on: z.string().min(1).max(128).optional(),
      /** A team of the config: what the other arguments leave open is as it says. */
      team: z.string().min(1).max(128).optional(),
      /** claude, codex, gemini, opencode, aider: found on PATH unless `command` stands in its place. */
      agent: z.string().max(64).optional(),
      /** Absolute, or below the home of the hub's user (`~/src`, `src`). Absent: that home. */
      cwd: z.string().max(4096).optional(),
      /** The caller's environment, for the process; the hub adds its own names. */
      env: z.record(z.string().max(1024), z.string().max(131_072)).optional(),
      /** Added to that. */
      extraEnv: z.record(z.string().max(1024), z.string().max(131_072)).optional(),
      /** Asked for again with the same key, it is the session that was started the first time. */
      key: z.string().min(1).max(64).optional(),
      /** Give the agent hooks, so that it tells what it does? Absent: as the team or the config says. */
      hooks: z.boolean().optional(),
      /** `headless`: an agent that is spoken to in its own language, without a terminal (claude, codex, gemini). */
      mode: z.enum(['pty', 'pipes', 'headless']).default('pty'),
      cols: size.default(80),
      rows: size.default(24),
    }),
  },
  'session.kill': { role: 'owner', summary: 'end a session and forget it', args: z.object({ session }) },
  /** Of a session that lives in another hub: takes it away here. It goes on there. */
  'session.forget': { role: 'owner', summary: 'take away the mirror of a session', args: z.object({ session }) },
  'session.restart': { role: 'owner', summary: 'start a session again', args: z.object({ session }) },
  /** Connects now, whatever the back-off says, with somebody there to answer questions; also after it was given up. */
  'session.retry': { role: 'typer', summary: 'connect a session now', args: z.object({ session }) },
  'session.stop-retrying': { role: 'owner', summary: 'stop trying to connect a session', args: z.object({ session }) },
  'session.connection': {
    role: 'viewer',
    summary: 'the connection of a session, with its log',
    args: z.object({ session }),
  },
  'session.rename': {
    role: 'owner',
    summary: 'give a session another name',
    args: z.object({ session, name: z.string().min(1).max(128) }),
  },
  'session.cancel': { role: 'typer', summary: 'interrupt what a session does (Ctrl-C)', args: z.object({ session }) },
  'session.send': {
    role: 'typer',
    summary: 'type text into a session',
    args: z.object({
      session,
      text: z.string().max(1_500_000),
      enter: z.boolean().default(true),
      paste: z.boolean().default(false),
      /** With Enter, to an agent: what can't be submitted now is kept in the queue (as `session.prompt`), or refused. */
      hold: z.boolean().default(true),
    }),
  },
  'session.keys': {
    role: 'typer',
    summary: 'press keys, by tmux name',
    args: z.object({ session, keys: z.array(z.string().max(1024)).max(10_000), literal: z.boolean().default(false) }),
  },
  'session.capture': {
    role: 'viewer',
    summary: 'the screen as text',
    args: z.object({
      session,
      ansi: z.boolean().default(false),
      history: z.number().int().min(0).max(1_000_000).default(0),
    }),
  },
  /** Lines of scrollback and screen, numbered from the start of the epoch, each as text with SGR. */
  'session.lines': {
    role: 'viewer',
    summary: 'lines of the scrollback',
    args: z.object({ session, from: z.number().int().min(0), count: z.number().int().min(1).max(2000) }),
  },
  'session.search': {
    role: 'viewer',
    summary: 'find text in the scrollback',
    args: z.object({
      session,
      pattern: z.string().min(1).max(1024),
      regex: z.boolean().default(false),
      from: z.number().int().min(0),
      direction: z.enum(['up', 'down']),
    }),
  },
  /** Answers when it is so, or with `timed-out`. */
  'session.wait': {
    role: 'viewer',
    summary: 'wait for a state or a text',
    args: z.object({
      session,
      until: z.enum(['working', 'blocked', 'idle', 'done', 'exited']).optional(),
      /** A JavaScript regular expression, against the screen and what scrolls off it. */
      text: z.string().max(1024).optional(),
      timeoutMs: z.number().int().min(0).max(2_147_483_647).optional(),
    }),
  },
  /** Of each the last line that says something, and what it has used; for those that are there. */
  'session.glances': {
    role: 'viewer',
    summary: 'sessions at a glance',
    args: z.object({ sessions: z.array(z.string().max(64)).max(500) }),
  },
  /** A hook of an agent tells what it does. `token`: IRIS_HOOK_TOKEN of the session's own processes; nobody else is heard. */
  'session.report': {
    role: 'typer',
    summary: 'what a hook of an agent says',
    args: z.object({
      /** Its id. */
      session: z.string().min(1).max(64),
      token: z.string().min(1).max(128),
      agent: z.string().max(64),
      /** When the hook began, milliseconds since 1970. */
      at: z.number().min(0),
      /** Of the agent's own JSON, as far as it matters. */
      fields: z.record(z.string().max(64), z.unknown()),
    }),
  },
  'session.explain': {
    role: 'viewer',
    summary: 'why a session is said to be in its state',
    args: z.object({ session }),
  },
  /** Somebody saw the session: `done` becomes `idle`. With `looking`: it is before their eyes from now on (true), until the link closes, or no longer (false). */
  'session.seen': {
    role: 'viewer',
    summary: 'say that somebody saw a session',
    args: z.object({ session, looking: z.boolean().optional() }),
  },
  ...promptCommands,
  ...farCommands,
  ...networkCommands,
  ...sharingCommands,
  'team.list': { role: 'viewer', summary: 'teams of the config', args: z.object({}) },
  /** Starts the sessions of teams that have none running, all at once. Absent: all teams. */
  'team.up': {
    role: 'owner',
    summary: 'start teams',
    args: z.object({
      teams: z.array(z.string().min(1).max(128)).max(1000).optional(),
      env: z.record(z.string().max(1024), z.string().max(131_072)).optional(),
      cols: size.default(80),
      rows: size.default(24),
    }),
  },
  'team.down': {
    role: 'owner',
    summary: 'end the sessions of teams',
    args: z.object({ teams: z.array(z.string().min(1).max(128)).max(1000).optional() }),
  },
  /** The owner's layouts are shared by all who own everything here; anyone else has their own. */
  'workspace.get': {
    role: 'viewer',
    summary: 'the layout',
    args: z.object({ name: z.string().max(128).default('main') }),
  },
  /** Refused with `conflict` unless `revision` is the newest: read again, apply again. */
  'workspace.put': {
    role: 'viewer',
    summary: 'change the layout',
    args: z.object({
      name: z.string().max(128).default('main'),
      revision: z.number().int().min(0),
      workspace: workspaceSchema,
    }),
  },
  'workspace.list': { role: 'viewer', summary: 'saved layouts', args: z.object({}) },
  'workspace.save': {
    role: 'viewer',
    summary: 'keep the layout under a name',
    args: z.object({ name: z.string().min(1).max(128) }),
  },
  'workspace.load': {
    role: 'viewer',
    summary: 'take a kept layout',
    args: z.object({ name: z.string().min(1).max(128) }),
  },
  'workspace.delete': {
    role: 'viewer',
    summary: 'forget a kept layout',
    args: z.object({ name: z.string().min(1).max(128) }),
  },
  'viewer.list': { role: 'viewer', summary: 'who is attached', args: z.object({}) },
  'viewer.detach': { role: 'owner', summary: 'make a viewer leave', args: z.object({ viewer: z.string().max(64) }) },
  'hub.status': { role: 'viewer', summary: 'about the hub', args: z.object({}) },
  'hub.stop': { role: 'owner', summary: 'stop the hub', args: z.object({ force: z.boolean().default(false) }) },
} as const satisfies Record<string, { role: Role; summary: string; args: z.ZodType }>;

export type HubCommandName = keyof typeof hubCommands;
/** About no session, and answered to everyone according to what they may see. */
export const FOR_ALL: ReadonlySet<HubCommandName> = new Set([
  'session.list',
  'session.glances',
  'hub.status',
  'viewer.list',
  'viewer.focus',
  'viewer.follow',
  'workspace.get',
  'workspace.put',
  'workspace.list',
  'workspace.save',
  'workspace.load',
  'workspace.delete',
]);

export type HubCommandArgs<N extends HubCommandName> = z.input<(typeof hubCommands)[N]['args']>;
export type HubCommandParsed<N extends HubCommandName> = z.output<(typeof hubCommands)[N]['args']>;

export interface LineRange {
  /** Oldest line that is kept, and one past the newest, of this epoch. */
  readonly first: number;
  readonly end: number;
  /** Number of the line that is now the top of the screen. */
  readonly screenTop: number;
  readonly from: number;
  readonly cols: number;
  /** Text with SGR and OSC 8, no other sequences; wrapped[i]: line i goes on from the one before. */
  readonly lines: readonly string[];
  readonly wrapped: readonly boolean[];
}

export interface HubCommandResults
  extends PromptCommandResults,
    FarCommandResults,
    NetworkCommandResults,
    SharingCommandResults {
  'session.list': { sessions: SessionInfo[] };
  'session.new': SessionInfo;
  'session.kill': { id: string };
  'session.forget': { id: string };
  'session.restart': SessionInfo;
  'session.retry': SessionInfo;
  'session.stop-retrying': SessionInfo;
  'session.connection': ConnectionDetails;
  'session.rename': SessionInfo;
  'session.cancel': { id: string };
  /** `outcome` and what follows: with Enter, to an agent; as `session.prompt`. */
  'session.send': { id: string } & Partial<PromptOutcome>;
  'session.keys': { id: string };
  'session.capture': { text: string; cols: number; rows: number; cursor: { x: number; y: number } };
  'session.lines': LineRange;
  'session.search': { match?: { line: number; column: number; length: number } };
  'session.wait': { matched: string; session: SessionInfo };
  'session.glances': { glances: (Glance & { id: string })[] };
  'session.report': { id: string };
  /** `hooks`: whether the agent has them, or why not; absent: nobody asked for them. */
  'session.explain': Explanation & { id: string; name: string; hooks?: string };
  'session.seen': { id: string };
  'team.list': { teams: TeamInfo[]; problems: string[] };
  /** Each team once: what was started, what ran already, and what could not be started. */
  'team.up': {
    started: SessionInfo[];
    running: SessionInfo[];
    failed: { team: string; reason: string; remedy?: string }[];
  };
  'team.down': { ended: { team: string; id: string; name: string }[] };
  'workspace.get': { name: string; revision: number; workspace: Workspace };
  'workspace.put': { revision: number };
  'workspace.list': { workspaces: { name: string; tabs: number; savedAt: number }[] };
  'workspace.save': { name: string };
  'workspace.load': { revision: number; workspace: Workspace };
  'workspace.delete': { name: string };
  'viewer.list': {
    viewers: {
      id: string;
      /** Of who is behind it; `local`: whoever sits at this machine. */
      name: string;
      /** Network address; absent: this machine. */
      from?: string;
      software: string;
      since: number;
      /** What it may do on everything, or else at most on what it watches; absent: nothing. */
      role?: Role;
      sessions: number;
      /** Ids of those that whoever asks may see, at most 16. */
      watched: string[];
      self: boolean;
    }[];
  };
  'viewer.detach': { id: string };
  'hub.status': {
    pid: number;
    version: string;
    protocol: number;
    socket: string;
    /** HOST:PORT where it serves other machines. */
    listen?: string;
    /** As others dial it, and the fingerprint of its certificate. */
    url?: string;
    fingerprint?: string;
    /** Why it does not listen though the config says so. */
    networkProblem?: string;
    /** It listens, but not everything is right with its certificate; each with what to do. */
    networkWarnings?: readonly string[];
    /** What was changed in its config and counts only from its next start. */
    pendingConfig?: string;
    sessions: number;
    viewers: number;
    uptimeMs: number;
    rssBytes: number;
  };
  'hub.stop': { stopped: true };
}
export type HubCommandResult<N extends HubCommandName> = HubCommandResults[N];
