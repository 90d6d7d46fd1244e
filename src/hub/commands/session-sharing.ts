import type { Handlers } from './handler.ts';

type Sharing = Pick<
  Handlers<'session'>,
  'session.ask' | 'session.heard' | 'session.unask' | 'session.grant' | 'session.take'
>;

/** Who may type into a session. What is given is on the disk before it is said to be. */
export const sharingHandlers: Sharing = {
  'session.ask': async ({ session, from }, hub, caller) => {
    const found = hub.registry.find(session);
    return { id: found.id, told: await hub.sharing.ask(found, caller, from) };
  },
  'session.heard': ({ session, ask, told }, hub, caller) => {
    const found = hub.registry.find(session);
    hub.sharing.heard(caller, found, ask, told);
    return { id: found.id };
  },
  'session.unask': ({ session, ask }, hub, caller) => {
    const found = hub.registry.find(session);
    hub.sharing.unask(caller, found, ask);
    return { id: found.id };
  },
  'session.grant': async ({ session, viewer, role }, hub, caller) => {
    const found = hub.registry.find(session);
    const granted = await hub.sharing.grant(found, caller, viewer, role);
    await hub.access.saved();
    return { id: found.id, ...granted };
  },
  'session.take': async ({ session, viewer }, hub, caller) => {
    const found = hub.registry.find(session);
    const from = await hub.sharing.take(found, caller, viewer);
    await hub.access.saved();
    return { id: found.id, from };
  },
};
