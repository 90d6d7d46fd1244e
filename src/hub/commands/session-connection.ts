import type { Handlers } from './handler.ts';

type Connection = Pick<Handlers<'session'>, 'session.retry' | 'session.stop-retrying' | 'session.connection'>;

export const connectionHandlers: Connection = {
  'session.retry': async ({ session }, hub) => {
    const found = hub.registry.find(session);
    if (!found.live) await found.restart();
    return found.info();
  },
  'session.stop-retrying': ({ session }, hub) => hub.registry.find(session).info(),
  'session.connection': ({ session }, hub) => {
    const found = hub.registry.find(session);
    const { id, name, transport, connection } = found.info();
    return { id, name, transport, connection, launchCommand: found.command, bytesIn: 0, bytesOut: 0, log: [] };
  },
};
