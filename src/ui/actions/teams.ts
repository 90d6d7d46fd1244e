import { IrisError, plainText, type SessionInfo, type TeamInfo } from '../../core/index.ts';
import { connectionWords, endWords } from '../components/session-words.ts';
import { whyNotAsk } from '../may-ask.ts';
import { placeOfTeam } from '../model/places.ts';
import type { ListItem } from '../model/snapshot.ts';
import { ConfirmControl, ListControl } from '../overlays/index.ts';
import { columns } from '../text.ts';
import type { Workbench } from '../workbench.ts';
import type { ActionContext } from './context.ts';
import type { Handlers } from './handlers.ts';
import { showTiled } from './hubs.ts';
import { newTab } from './start.ts';

export const teamHandlers: Handlers<'teams' | 'up' | 'down' | 'edit-team'> = {
  teams: showTeams,
  up: (ctx, { teams }) => up(ctx, teams),
  down: (ctx, { teams, force }) => down(ctx, teams, force),
  'edit-team': (ctx, { team }) => editTeam(ctx, team ?? ctx.bench.focusedSession?.team),
};

/** The session of a team, if it has one. */
const sessionOf = (bench: Workbench, team: string): SessionInfo | undefined =>
  bench.host.sessions.find((s) => s.team === team);

function showTeams(ctx: ActionContext): void {
  const { bench } = ctx;
  if (bench.teams.list.length === 0) {
    bench.say(bench.teams.problems[0] ?? 'the config has no teams: iris-tui config path says where it is');
    return;
  }
  void bench.teams.refresh();
  bench.open(
    new ListControl({
      title: 'teams',
      hint: 'Enter go or start · u all up · x end · e edit · / filter · Esc back',
      items: () => teamItems(bench),
      selected: bench.focusedSession?.team,
      choose: (name) => openTeam(ctx, name),
      extra: {
        u: () => {
          up(ctx, undefined).catch((error: unknown) => bench.complain(error));
          return false;
        },
        x: (name) => {
          down(ctx, [name], false);
          return true;
        },
        e: (name) => {
          editTeam(ctx, name).catch((error: unknown) => bench.complain(error));
          return false;
        },
      },
      below: (name) => {
        const team = bench.teams.list.find((t) => t.name === name);
        return [team?.description ?? '', [team?.remote, team?.path].filter(Boolean).join(' : ')];
      },
    }),
  );
}

function teamItems(bench: Workbench): ListItem[] {
  const now = bench.clock.wall();
  const teams = bench.teams.list;
  const lines = columns(
    teams.map((team) => {
      const session = sessionOf(bench, team.name);
      const notes = [
        team.needsRestart ? 'changed: restart takes it' : '',
        team.removed ? 'gone from the config' : '',
        team.autostart ? 'autostart' : '',
      ].filter(Boolean);
      return [session ? runs(session, now) : '-', placeOfTeam(team), team.agent, team.mode, notes.join(', ')];
    }),
  );
  return teams.map((team, i) => {
    const state = sessionOf(bench, team.name)?.connection.state;
    return {
      id: team.name,
      label: team.name,
      detail: lines[i] ?? '',
      link: state === 'connecting' ? 'offline' : state,
    };
  });
}

function runs(session: SessionInfo, now: number): string {
  if (session.connection.state !== 'online') return connectionWords(session, now).full;
  const { state } = session.agent;
  return endWords(session) ?? (state === 'unknown' ? session.process.status : state === 'blocked' ? 'waiting' : state);
}

/** Goes to the pane of a team; started first where it does not run. */
export function openTeam(ctx: ActionContext, name: string): void {
  const { bench } = ctx;
  const session = sessionOf(bench, name);
  if (session && bench.goToSession(session.id)) return;
  if (bench.readOnly) bench.say('this viewer is read-only', 'error');
  else if (!session) void newTab(ctx, { team: name });
}

/** What a list says of a team that could be started. */
export const teamDetail = (team: TeamInfo): string =>
  ['team', placeOfTeam(team), team.agent, team.path].filter(Boolean).join(' · ');

/** Starts teams and shows them, tiled, where they are in no pane yet. */
export function up(ctx: ActionContext, names: readonly string[] | undefined): Promise<void> {
  const { bench, start } = ctx;
  return bench.keeper.start(async () => {
    const { started, running, failed } = await bench.host.command('team.up', {
      ...(names && names.length > 0 ? { teams: [...names] } : {}),
      ...(start.env ? { env: { ...start.env } } : {}),
      cols: Math.max(20, bench.area.cols),
      rows: Math.max(5, bench.area.rows),
    });
    showTiled(
      bench,
      [...started, ...running].map(({ id }) => id),
      'teams',
    );
    const words = [
      started.length > 0 ? `${started.length} started` : '',
      running.length > 0 ? `${running.length} ran already` : '',
      ...failed.map((f) => `${f.team}: ${f.reason}${f.remedy ? ` (${f.remedy})` : ''}`),
    ].filter(Boolean);
    bench.say(plainText(words.join(' · ') || 'the config has no teams'), failed.length > 0 ? 'error' : 'info');
  });
}

function down(ctx: ActionContext, names: readonly string[] | undefined, force = false): void {
  const { bench } = ctx;
  const why = whyNotAsk(bench.host, 'team.down', undefined, 'down');
  if (why) return bench.complain(why);
  const wanted = names && names.length > 0 ? names : undefined;
  const ending = bench.host.sessions.filter((s) => s.team !== undefined && (wanted?.includes(s.team) ?? true));
  const end = (): void => {
    bench.host.command('team.down', wanted ? { teams: [...wanted] } : {}).then(
      ({ ended }) => bench.say(ended.length > 0 ? `ended: ${ended.map((e) => e.team).join(', ')}` : 'no team ran'),
      (error: unknown) => bench.complain(error),
    );
  };
  // Who it is asked for decides, not we: an unknown name is refused there.
  if (force || ending.length === 0) end();
  else bench.open(new ConfirmControl(`end ${ending.map((s) => s.name).join(', ')}?`, end));
}

/** The config at a team, in the user's editor, in a tab of its own that goes when the editor does. */
export async function editTeam(ctx: ActionContext, team: string | undefined): Promise<void> {
  const { bench } = ctx;
  if (bench.readOnly) throw new IrisError('not-allowed', 'this viewer is read-only');
  if (!ctx.start.editConfig)
    throw new IrisError('failed', 'the config is on another machine', { remedy: 'edit it there' });
  const command = await ctx.start.editConfig(team);
  await newTab(ctx, { name: team === undefined ? 'config' : `edit ${team}`, command, closeAtEnd: true });
}
