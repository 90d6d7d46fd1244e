import type { HubContext } from '../context.ts';
import type { Handlers } from './handler.ts';

type Args = Parameters<Handlers<'session'>['session.report']>[0];

export const reportHandlers: Pick<Handlers<'session'>, 'session.report'> = {
  'session.report': (args, hub) => report(args, hub),
};

/** A hook speaks for the session whose token it has; by id, as names are for people. */
export function report({ session, token, agent, at, fields }: Args, hub: HubContext): { id: string } {
  const word = hub.hooks.read(session, token, agent, at, fields);
  const found = hub.registry.get(session);
  if (word) found?.hear(word);
  const id = fields.session_id;
  // The end of one conversation is the beginning of another, and hooks come in any order.
  if (word && typeof id === 'string' && fields.hook_event_name !== 'SessionEnd') found?.converses(agent, id);
  return { id: session };
}
