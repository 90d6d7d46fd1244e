import { IrisError } from '../../core/index.ts';
import type { Handlers } from './handler.ts';

export const farHandlers: Handlers<'far'> & Handlers<'link'> & Pick<Handlers<'session'>, 'session.forget'> = {
  'far.open': async ({ hub: name, sessions }, hub) => {
    const opened = await hub.far.open(name, sessions);
    return { sessions: opened.map((session) => session.info()) };
  },
  'far.close': ({ hub: name }, hub) => {
    hub.far.close(name);
    return { hub: name };
  },
  'link.add': ({ hub: name, allow, sessions, teams }, hub) => {
    hub.far.links.add({ hub: name, allow, sessions, teams });
    return { link: hub.far.links.list().find((link) => link.hub === name)! };
  },
  'link.remove': ({ hub: name }, hub) => {
    hub.far.links.remove(name);
    return { hub: name };
  },
  'link.list': (_args, hub) => ({ links: hub.far.links.list() }),
  'session.forget': ({ session }, hub) => {
    const found = hub.registry.find(session);
    if (!found.mirrored) {
      throw new IrisError('usage', `${found.name} lives here`, { remedy: 'end it: iris-tui kill' });
    }
    hub.registry.forget(found);
    return { id: found.id };
  },
};
