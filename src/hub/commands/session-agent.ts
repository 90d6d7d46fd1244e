import type { Session } from '../../core/index.ts';
import type { HubViewer } from '../context.ts';
import type { Handlers } from './handler.ts';

/** Who has a session before their eyes, and the other way round. */
const lookers = new WeakMap<Session, Set<HubViewer>>();
const lookedAt = new WeakMap<HubViewer, Set<Session>>();

export const agentHandlers: Pick<Handlers<'session'>, 'session.explain' | 'session.seen'> = {
  'session.explain': ({ session }, hub) => {
    const found = hub.registry.find(session);
    const hooks = hub.hooks.words(found.id);
    return { id: found.id, name: found.name, ...found.explain(), ...(hooks === undefined ? {} : { hooks }) };
  },
  'session.seen': ({ session, looking }, hub, caller) => {
    const found = hub.registry.find(session);
    if (looking === undefined) found.seen();
    else if (looking) begin(found, caller);
    else end(found, caller);
    return { id: found.id };
  },
};

function begin(session: Session, viewer: HubViewer): void {
  if (viewer.gone.aborted) return;
  let sessions = lookedAt.get(viewer);
  if (!sessions) {
    sessions = new Set();
    lookedAt.set(viewer, sessions);
    const all = sessions;
    viewer.gone.addEventListener('abort', () => {
      for (const each of all) end(each, viewer);
    });
  }
  sessions.add(session);
  const viewers = lookers.get(session) ?? new Set();
  lookers.set(session, viewers.add(viewer));
  session.look(true);
}

function end(session: Session, viewer: HubViewer): void {
  lookedAt.get(viewer)?.delete(session);
  const viewers = lookers.get(session);
  viewers?.delete(viewer);
  session.look((viewers?.size ?? 0) > 0);
}
