import type { Handlers } from './handler.ts';

type Connection = Pick<Handlers<'session'>, 'session.retry' | 'session.stop-retrying' | 'session.connection'>;

export const connectionHandlers: Connection = {
  'session.retry': async ({ session }, hub) => {
    const found = hub.registry.find(session);
    const waits = found.state.kind === 'exited' && found.state.again !== undefined;
    // What its owner has changed in the config meanwhile is what makes the difference, mostly.
    if (found.live || found.state.kind === 'failed' || waits) found.retry(hub.desk.specAgain(found));
    else await hub.desk.restart(found);
    return found.info();
  },
  'session.stop-retrying': ({ session }, hub) => {
    const found = hub.registry.find(session);
    found.stopRetrying();
    return found.info();
  },
  'session.connection': ({ session }, hub) => hub.registry.find(session).connection(),
};
