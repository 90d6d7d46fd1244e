import { glance } from '../../core/index.ts';
import type { Handlers } from './handler.ts';

export const glanceHandlers: Pick<Handlers<'session'>, 'session.glances'> = {
  'session.glances': ({ sessions }, hub, caller) => ({
    glances: sessions.flatMap((id) => {
      const session = hub.registry.get(id);
      if (!session || !caller.sees(id)) return [];
      const said = hub.headless.record(session)?.glance();
      if (said) return [{ id, ...said }];
      const { kind, state } = session.agent;
      const top = state === 'exited' ? undefined : session.sight().box?.top;
      return [{ id, ...glance(session.screen, kind, top) }];
    }),
  }),
};
