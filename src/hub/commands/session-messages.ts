import { IrisError } from '../../core/index.ts';
import type { Handlers } from './handler.ts';

/** Of one answer: well below what a viewer takes, so that a script pages through what was said. */
const PAGE_BYTES = 1024 * 1024;

export const messageHandlers: Pick<Handlers<'session'>, 'session.messages'> = {
  'session.messages': ({ session, after }, hub) => {
    const found = hub.registry.find(session);
    if (found.mode !== 'headless') {
      throw new IrisError('usage', `${found.name} is not headless: what it says stands on its screen`, {
        remedy: `iris-tui capture ${found.name}`,
      });
    }
    const record = hub.headless.record(found);
    const page = record?.page(after, PAGE_BYTES) ?? { messages: [], next: after, more: false, dropped: 0 };
    const { agentSession } = found;
    return {
      id: found.id,
      name: found.name,
      agent: found.agentKind,
      ...(agentSession === undefined ? {} : { agentSession }),
      ...(record?.usage ? { usage: record.usage } : {}),
      ...page,
    };
  },
};
