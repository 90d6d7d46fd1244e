import { type HubCommandName, IrisError, type Session } from '../../core/index.ts';
import type { FarHubLink } from '../../transports/index.ts';

/** Answered from the picture that is here, also while there is no connection; or about the mirror itself. */
const LOCAL: ReadonlySet<HubCommandName> = new Set([
  'session.list',
  'session.new',
  'session.capture',
  'session.lines',
  'session.search',
  'session.retry',
  'session.stop-retrying',
  'session.connection',
  'session.forget',
  'session.seen',
]);

/** Is it for the hub where the session lives to do? */
export function isForwarded(name: HubCommandName): boolean {
  return name.startsWith('session.') && !LOCAL.has(name);
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
