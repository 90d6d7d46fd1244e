import { type FarHubRef, type HubCommandName, IrisError, type Session } from '../../core/index.ts';
import type { FarHubLink } from '../../transports/index.ts';

/** Answered from the picture that is here, also while there is no connection; or about the mirror itself. */
const LOCAL: ReadonlySet<HubCommandName> = new Set([
  'session.list',
  'session.new',
  'session.capture',
  'session.lines',
  'session.search',
  // It outlives a break: what was written meanwhile comes here.
  'session.wait',
  'session.retry',
  'session.stop-retrying',
  'session.connection',
  'session.forget',
  'session.seen',
]);

/** What only the hub can do that speaks to a headless agent. */
const SPOKEN: ReadonlySet<HubCommandName> = new Set([
  'session.send',
  'session.prompt',
  'session.queue',
  'session.unqueue',
  'session.answer',
  'session.messages',
  'session.cancel',
]);

/** Of the connection that is shown: ours, or, while that holds, the one that the other hub has lost. */
const OF_CONNECTION: ReadonlySet<HubCommandName> = new Set(['session.retry', 'session.stop-retrying']);

/** The hub where this is done; undefined: here. */
export function doneAt(session: Session, name: HubCommandName): FarHubRef | undefined {
  const { remote } = session;
  if (remote?.kind === 'websocket') {
    const { info } = session.far ?? {};
    const isTheirs = session.state.kind === 'running' && info !== undefined && info.connection.state !== 'online';
    if (isTheirs && OF_CONNECTION.has(name)) return remote.hub;
    if (!name.startsWith('session.') || LOCAL.has(name)) return undefined;
    // One that was started there for this session, and is gone: here it is started anew.
    return remote.session === undefined && !session.live ? undefined : remote.hub;
  }
  // Of one that is kept there (`persist`) all else is done from here.
  const spoken = remote !== undefined && session.mode === 'headless' && session.far !== undefined && session.live;
  return spoken && SPOKEN.has(name) ? { kind: 'carried', remote } : undefined;
}

/**
 * Has a command about a mirrored session done where it lives. What comes back speaks of the session as it is called here.
 * @throws IrisError `unreachable` while there is no connection, and whatever that hub refuses
 */
export async function forward(
  link: FarHubLink,
  session: Session,
  name: HubCommandName,
  args: object,
): Promise<unknown> {
  const far = session.far?.session;
  const { state, reason } = session.info().connection;
  if (!link.online || far === undefined) {
    const why = state === 'online' ? 'the hub where it lives is not connected' : (reason ?? 'no connection');
    throw new IrisError('unreachable', `${session.name}: ${why}`, { retriable: true });
  }
  const { host } = link;
  const command = host.command as (name: HubCommandName, args: object) => Promise<unknown>;
  return asHere(await command.call(host, name, { ...args, session: far }), far, session);
}

function asHere(result: unknown, far: string, session: Session): unknown {
  if (typeof result !== 'object' || result === null) return result;
  const told = result as Record<string, unknown>;
  // A whole session: as it is told here.
  if (told.id === far && 'epoch' in told && 'connection' in told) return session.info();
  return {
    ...told,
    ...(told.id === far ? { id: session.id } : {}),
    // Beside a viewer it is the name of a person.
    ...(told.id === far && typeof told.name === 'string' && told.viewer === undefined ? { name: session.name } : {}),
    ...(typeof told.session === 'object' && told.session !== null ? { session: session.info() } : {}),
  };
}
