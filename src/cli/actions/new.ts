import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type HubCommandArgs, IrisError, type SessionInfo } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { environmentForOthers } from '../environment.ts';
import { reasonOf } from '../folders.ts';
import { withHost } from '../host.ts';
import { refuseToNest, refuseWithoutTerminal } from '../open-screen.ts';
import { untilde } from '../paths.ts';

import type { VerbRun } from '../verbs/types.ts';

export interface NewRequest {
  readonly name?: string | undefined;
  readonly cwd?: string | undefined;
  readonly agent?: string | undefined;
  readonly command: readonly string[];
  readonly size?: { readonly cols: number; readonly rows: number } | undefined;
  readonly pipes?: boolean;
  /** Only start it; else the screen opens on it. */
  readonly detached: boolean;
}

export const runNew: VerbRun = async (context, { args, options }) => {
  if (typeof options.team === 'string') {
    throw new IrisError('not-found', `no team ${options.team} (teams of the config have no effect yet)`, {
      remedy: 'start its command itself: iris-tui new -c DIR -- COMMAND',
    });
  }
  return startSession(context, {
    name: (options.name ?? options.sessionName) as string | undefined,
    cwd: options.cwd as string | undefined,
    agent: options.agent as string | undefined,
    command: args[0] as readonly string[],
    size: options.size === undefined ? undefined : sizeOf(options.size as string),
    pipes: options.pipes === true,
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
  const info = await withHost(context, (host) => host.command('session.new', sessionArguments(context, request)));
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
  const size = request.size ?? terminalSize(context);
  return {
    ...(name === undefined ? {} : { name }),
    ...(agent === undefined ? {} : { agent }),
    ...(command.length > 0 ? { command: [...command] } : {}),
    cwd: folderOf(context, request.cwd),
    env: environmentForOthers(context.env.vars),
    mode: request.pipes ? 'pipes' : 'pty',
    ...size,
  };
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

function terminalSize(context: Context): { cols: number; rows: number } | undefined {
  const { columns: cols, rows } = process.stdout;
  return context.env.stdoutIsTerminal && cols > 0 && rows > 0 ? { cols, rows } : undefined;
}

export function sizeOf(text: string): { cols: number; rows: number } {
  const [, cols, rows] = /^(\d{1,5})x(\d{1,5})$/i.exec(text) ?? [];
  const size = { cols: Number(cols), rows: Number(rows) };
  if (!(size.cols >= 1 && size.cols <= 10_000 && size.rows >= 1 && size.rows <= 10_000)) {
    throw new IrisError('usage', `--size takes columns x rows, as 120x40, not ${text}`);
  }
  return size;
}
