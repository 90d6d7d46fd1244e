import { transportOf } from '../../core/index.ts';
import type { Handlers } from './handler.ts';

export const teamHandlers: Handlers<'team'> = {
  'team.list': (_args, hub) => ({
    teams: hub.teams.teams.map((team) => ({
      name: team.name,
      transport: transportOf(team.remote),
      agent: team.agent,
      mode: team.mode,
      autostart: team.autostart,
      restart: team.restart,
      needsRestart: false,
      removed: false,
    })),
    problems: [...hub.teams.problems],
  }),
  'team.up': () => ({ started: [], running: [], failed: [] }),
  'team.down': () => ({ ended: [] }),
};
