import type { HubCommandResult, SessionInfo, TeamInfo } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { environmentForOthers } from '../environment.ts';
import { writeError } from '../failure.ts';
import { withHost } from '../host.ts';
import { terminalSize } from '../terminal-size.ts';
import type { VerbRun } from '../verbs/types.ts';
import { configOf, knownTeams, ownTeams } from './find-team.ts';
import { stateOf, table } from './list.ts';

export const runUp: VerbRun = async (context, { args }) => {
  const names = [...new Set(args[0] as readonly string[])];
  const result = await withHost(context, async (host) => {
    await knownTeams(context, names, () => host.command('team.list', {}));
    return host.command('team.up', {
      ...(names.length > 0 ? { teams: names } : {}),
      ...(context.far ? {} : { env: environmentForOthers(context.env.vars) }),
      ...terminalSize(context.env),
    });
  });
  const { started, running, failed } = result;
  if (context.json) context.value(result);
  else {
    const row = (session: SessionInfo, what: string): string[] => [
      session.team ?? session.name,
      what,
      stateOf(session),
      session.transport,
    ];
    table(
      context,
      ['TEAM', '', 'STATE', 'TRANSPORT'],
      [
        ...started.map((session) => row(session, 'started')),
        ...running.map((session) =>
          row(session, session.connection.state === 'online' ? 'runs already' : 'is connecting'),
        ),
        ...failed.map(({ team, reason, remedy }) => [team, 'failed', remedy ? `${reason}: ${remedy}` : reason]),
      ],
    );
  }
  return failed.length > 0 ? 1 : 0;
};

export const runDown: VerbRun = async (context, { args }) => {
  const names = [...new Set(args[0] as readonly string[])];
  const result = await withHost(context, async (host) => {
    await knownTeams(context, names, () => host.command('team.list', {}));
    return host.command('team.down', names.length > 0 ? { teams: names } : {});
  });
  if (context.json) context.value(result);
  else
    for (const { team, name } of result.ended)
      context.line(name === team ? `${team} ended` : `${team} (${name}) ended`);
};

export const runTeams: VerbRun = async (context, { options }) => {
  const names = options.names === true;
  const result = await withHost<HubCommandResult<'team.list'> | undefined>(
    context,
    (host) => host.command('team.list', {}),
    { start: !names, ...(names ? { absent: undefined } : {}) },
  );
  if (names) {
    const teams = result?.teams ?? (await ownTeams(context));
    for (const team of teams) context.line(team.name);
    return;
  }
  const { teams, problems } = result!;
  if (context.json) return context.value(result);
  for (const problem of problems) writeError(`iris-tui: ${problem}\n`);
  if (teams.length > 0) await printTeams(context, teams);
  else if (context.env.stdoutIsTerminal) {
    context.line(`no teams: write some into ${configOf(context)}, as docs/configuration.md says`);
  }
};

async function printTeams(context: Context, teams: readonly TeamInfo[]): Promise<void> {
  const { sessions } = await withHost(context, (host) => host.command('session.list', {}));
  const rows = teams.map((team) => [
    team.name,
    team.agent,
    stateOfTeam(team, sessions),
    whereOf(team),
    team.path ?? '',
    team.description ?? '',
  ]);
  table(context, ['TEAM', 'AGENT', 'STATE', 'WHERE', 'FOLDER', ''], rows);
}

function whereOf({ remote, transport }: TeamInfo): string {
  if (remote === undefined) return 'local';
  return transport === 'ssh2' ? `${remote} (ssh2)` : remote;
}

function stateOfTeam(team: TeamInfo, sessions: readonly SessionInfo[]): string {
  const session = sessions.find(({ id }) => id === team.session?.id);
  if (!session) return 'not started';
  const state = stateOf(session);
  if (team.removed) return `${state}, gone from the config`;
  return team.needsRestart ? `${state}, restart takes the new entry` : state;
}
