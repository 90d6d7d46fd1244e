import type { Handlers } from './handler.ts';

export const teamHandlers: Handlers<'team'> = {
  'team.list': (_args, hub) => ({ teams: hub.desk.list(), problems: [...hub.teams.problems] }),
  'team.up': ({ teams, env, cols, rows }, hub) => hub.desk.up(teams, { cols, rows }, env),
  'team.down': async ({ teams }, hub) => ({ ended: await hub.desk.down(teams) }),
};
