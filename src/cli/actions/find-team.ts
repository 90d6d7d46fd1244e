import { type HubCommandResult, IrisError, nearest, type TeamInfo } from '../../core/index.ts';
import { loadConfig } from '../config/index.ts';
import type { Context } from '../context.ts';

/** A hub reads a changed config within some 50 ms; whoever has just written a team into it need not know. */
const CONFIG_DEADLINE_MS = 2000;
const CONFIG_POLL_MS = 50;

/** The teams of the file as it is read here: for completion without a hub. */
export async function ownTeams(context: Context): Promise<readonly { readonly name: string }[]> {
  const { config } = await loadConfig(context.paths.configFile, context.env);
  return config.teams;
}

/** A team by its name. @throws IrisError `not-found` */
export async function findTeam(
  context: Context,
  name: string,
  list: () => Promise<HubCommandResult<'team.list'>>,
): Promise<TeamInfo> {
  await knownTeams(context, [name], list);
  const { teams } = await list();
  const found = teams.find((team) => team.name === name);
  if (!found) throw noTeam(context, name, []);
  return found;
}

/**
 * Looks before anything is started, so that a wrong name starts nothing. @throws IrisError `not-found`, with the name that was probably meant.
 */
export async function knownTeams(
  context: Context,
  names: readonly string[],
  list: () => Promise<HubCommandResult<'team.list'>>,
): Promise<void> {
  const deadline = performance.now() + CONFIG_DEADLINE_MS;
  for (;;) {
    const { teams, problems } = await list();
    const known = teams.map((team) => team.name);
    const unknown = names.find((name) => !known.includes(name));
    if (unknown === undefined && (names.length > 0 || known.length > 0)) return;
    const coming = context.far ? [] : (await ownTeams(context)).map((team) => team.name);
    const waits = unknown === undefined ? coming.length > 0 : coming.includes(unknown);
    if (!waits || problems.length > 0 || performance.now() > deadline) throw noTeam(context, unknown, known, problems);
    await new Promise((resolve) => setTimeout(resolve, CONFIG_POLL_MS));
  }
}

/** Where teams of the hub that is meant are written. */
export function configOf({ far, paths }: Context): string {
  return far ? `the config there (iris-tui config path says on ${far.name} where it is)` : paths.configFile;
}

export function noTeam(
  context: Context,
  name: string | undefined,
  known: readonly string[],
  problems: readonly string[] = [],
): IrisError {
  const configFile = configOf(context);
  const wrong = problems[0] === undefined ? undefined : `the config has an error: ${problems[0]}`;
  if (name === undefined) {
    return new IrisError('not-found', 'there are no teams', { remedy: wrong ?? `write some into ${configFile}` });
  }
  const near = nearest(name, known);
  const remedy = near
    ? `did you mean ${near}?`
    : (wrong ?? (known.length > 0 ? `there are ${known.slice(0, 8).join(', ')}` : `write it into ${configFile}`));
  return new IrisError('not-found', `there is no team ${name}`, { remedy });
}
