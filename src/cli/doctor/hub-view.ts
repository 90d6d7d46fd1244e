import { readFileSync, statSync } from 'node:fs';
import type { Team } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { withHost } from '../host.ts';
import { type Check, warn } from './types.ts';

/**
 * What a hub that runs sees in another way than we do: it has the environment it was started in, and the config that was last without an
 * error. Nothing is said of what is the same.
 */
export async function checkHubView(context: Context, teams: readonly Team[]): Promise<Check[]> {
  if (context.far) return [];
  try {
    const seen = await withHost(
      context,
      async (host) => ({
        problems: (await host.command('team.list', {})).problems,
        pid: (await host.command('hub.status', {})).pid,
      }),
      { start: false, absent: undefined },
    );
    if (!seen) return [];
    return [...configProblem(seen.problems), ...agentProblem(context, seen.pid, teams)];
  } catch {
    return []; // Another check says what is wrong with the hub.
  }
}

function configProblem(problems: readonly string[]): Check[] {
  const [first] = problems;
  if (first === undefined) return [];
  return [warn('config of hub', first, 'until then the last good teams are in force')];
}

/** ssh in the hub asks the agent of the login that the hub was started in; that login may be long over. */
function agentProblem({ env }: Context, pid: number, teams: readonly Team[]): Check[] {
  if (!teams.some(({ remote }) => remote?.kind === 'openssh' || remote?.kind === 'ssh2')) return [];
  const variables = environmentOf(pid);
  if (!variables) return [];
  const theirs = variables.get('SSH_AUTH_SOCK');
  const ours = env.vars.SSH_AUTH_SOCK;
  if (theirs === ours || (theirs !== undefined && isSocket(theirs))) return [];
  const remedy =
    'iris-tui hub stop lets it start with yours; IdentityAgent in ~/.ssh/config gives it a place that stays';
  if (theirs !== undefined) return [warn('ssh agent', `the one that the hub knows is gone (${theirs})`, remedy)];
  return ours !== undefined && isSocket(ours) ? [warn('ssh agent', 'the hub was started without one', remedy)] : [];
}

/** Linux alone tells; elsewhere nothing is known. */
function environmentOf(pid: number): Map<string, string> | undefined {
  try {
    const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  } catch {
    return undefined;
  }
}

function isSocket(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isSocket() ?? false;
}
