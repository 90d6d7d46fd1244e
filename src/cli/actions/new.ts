import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type HubCommandArgs, IrisError, type SessionInfo, type TeamInfo } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { environmentForOthers } from '../environment.ts';
import { reasonOf } from '../folders.ts';
import { withHost } from '../host.ts';
import { refuseToNest, refuseWithoutTerminal } from '../open-screen.ts';
import { untilde } from '../paths.ts';
import { terminalSize } from '../terminal-size.ts';

import type { VerbRun } from '../verbs/types.ts';
import { findTeam } from './find-team.ts';

export interface NewRequest {
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  readonly agent?: string | undefined;
  /** What the rest leaves open is as this team of the config has it. */
  readonly team?: string | undefined;
  /** In this hub, not in the one that is asked. */
  readonly on?: string | undefined;
  readonly command: readonly string[];
  readonly size?: { readonly cols: number; readonly rows: number } | undefined;
  readonly pipes?: boolean;
  readonly headless?: boolean;
  /** Absent: as the team or the config says. */
  readonly hooks?: boolean | undefined;
  /** Only start it; else the screen opens on it. */
  readonly detached: boolean;
}

export const runNew: VerbRun = async (context, { args, options }) => {
  return startSession(context, {
    name: (options.name ?? options.sessionName) as string | undefined,
    cwd: options.cwd as string | undefined,
    agent: options.agent as string | undefined,
    team: options.team as string | undefined,
    on: options.on as string | undefined,
    command: args[0] as readonly string[],
    size: options.size === undefined ? undefined : sizeOf(options.size as string),
    pipes: options.pipes === true,
    headless: options.headless === true,
    hooks: options.hooks as boolean | undefined,
    detached: options.detach === true,
  });
};

/** Starts a session; then prints its id, or opens the screen on it. */
export async function startSession(context: Context, request: NewRequest): Promise<number> {
  // With --json somebody wants to read the answer, so nothing is opened over it.
  const opens = !request.detached && !context.json;
  if (opens) {
    refuseWithoutTerminal(context.env);
    refuseToNest(context.env, 'iris-tui new -d starts it all the same');
  }
  const info = await withHost(context, async (host) => {
    const { team } = request;
    const args =
      team === undefined
        ? sessionArguments(context, request)
        : teamArguments(context, request, await findTeam(context, team, () => host.command('team.list', {})));
    return host.command('session.new', args);
  });
  if (!opens) {
    if (context.json) context.value(info);
    else context.line(info.id);
    return failedToStart(info);
  }
  const { openScreenOn } = await import('../open-screen.ts');
  return openScreenOn(context, { session: info.id, readOnly: false });
}

function failedToStart(info: SessionInfo): number {
  if (info.process.status !== 'failed') return 0;
  throw new IrisError('failed', `${info.name} could not be started (${info.process.reason ?? 'no reason is known'})`);
}

function sessionArguments(context: Context, request: NewRequest): HubCommandArgs<'session.new'> {
  const { agent, command, name } = request;
  const size = request.size ?? terminalSize(context.env);
  return {
    ...(name === undefined ? {} : { name }),
    ...(agent === undefined ? {} : { agent }),
    ...(command.length > 0 ? { command: [...command] } : {}),
    ...(request.on === undefined
      ? placeOf(context, request.cwd)
      : { on: request.on, ...(request.cwd === undefined ? {} : { cwd: request.cwd }) }),
    mode: modeOf(request),
    ...(request.hooks === undefined ? {} : { hooks: request.hooks }),
    ...size,
  };
}

function modeOf({ pipes, headless }: NewRequest): 'pty' | 'pipes' | 'headless' {
  if (pipes && headless) throw new IrisError('usage', 'new: --pipes or --headless, not both');
  return headless ? 'headless' : pipes ? 'pipes' : 'pty';
}

/** A folder of a team that lives elsewhere is meant there. */
function teamArguments(context: Context, request: NewRequest, team: TeamInfo): HubCommandArgs<'session.new'> {
  const { cwd, mode: _mode, ...args } = sessionArguments(context, request);
  const there = context.far !== undefined || team.transport !== 'local';
  const folder = request.cwd === undefined || there ? request.cwd : cwd;
  return {
    ...args,
    team: team.name,
    ...(folder === undefined ? {} : { cwd: folder }),
    ...(request.pipes || request.headless ? { mode: modeOf(request) } : {}),
  };
}

/** Folder and environment. On another machine both are the hub's own, but for a folder that was named. */
function placeOf(context: Context, given: string | undefined): { cwd?: string; env?: Record<string, string> } {
  if (context.far) return given === undefined ? {} : { cwd: given };
  return { cwd: folderOf(context, given), env: environmentForOthers(context.env.vars) };
}

function folderOf(context: Context, given: string | undefined): string {
  const path = resolve(context.env.cwd, untilde(given ?? '.', context.env.home));
  let reason = 'it is not a folder';
  try {
    if (statSync(path).isDirectory()) return path;
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new IrisError('folder-missing', `cannot start in ${path} (${reason})`, { remedy: 'name another with -c' });
}

export function sizeOf(text: string): { cols: number; rows: number } {
  const [, cols, rows] = /^(\d{1,5})x(\d{1,5})$/i.exec(text) ?? [];
  const size = { cols: Number(cols), rows: Number(rows) };
  if (!(size.cols >= 1 && size.cols <= 10_000 && size.rows >= 1 && size.rows <= 10_000)) {
    throw new IrisError('usage', `--size takes columns x rows, as 120x40, not ${text}`);
  }
  return size;
}
