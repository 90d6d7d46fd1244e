import { failedAtOnce } from '../first-moments.ts';
import type { Handlers } from './handler.ts';

export const teamHandlers: Handlers<'team'> = {
  'team.list': (_args, hub) => ({ teams: hub.desk.list(), problems: [...hub.teams.problems] }),
  'team.up': async ({ teams, env, cols, rows }, hub) => {
    const { started, running, failed } = await hub.desk.up(teams, { cols, rows }, env);
    const looked = await Promise.all(
      started.map(async (info) => {
        const session = hub.registry.get(info.id);
        return { info: session?.info() ?? info, error: session && (await failedAtOnce(session, hub.clock)) };
      }),
    );
    return {
      started: looked.filter(({ error }) => !error).map(({ info }) => info),
      running,
      failed: [
        ...failed,
        ...looked.flatMap(({ info: { team, name }, error }) =>
          error
            ? [
                {
                  team: team ?? name,
                  reason: error.message,
                  ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
                },
              ]
            : [],
        ),
      ],
    };
  },
  'team.down': async ({ teams }, hub) => ({ ended: await hub.desk.down(teams) }),
};
