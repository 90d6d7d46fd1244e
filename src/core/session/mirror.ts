import { includes, type Role } from '../access.ts';
import type { SessionInfo } from './info.ts';
import { asFar, MAX_PEOPLE, nameOfFar, others } from './people.ts';
import type { SavedSession } from './ports.ts';

/** Hubs that a session may pass through; a ring is seen long before. */
const VIA_LIMIT = 16;

/**
 * What is told of a session that lives in another hub: its process and agent as that hub tells them, the connection as it is from here. While
 * ours holds, that hub's own connection to the process (over ssh, or to a third hub) is the one to tell of.
 */
export function mirroredInfo(own: SessionInfo, far: SessionInfo, hubId: string | undefined): SessionInfo {
  const { connection } = own;
  const online = connection.state === 'online' && connection.transport === 'ready';
  const wayMs = connection.roundTripMs;
  const roundTripMs = wayMs === undefined ? undefined : wayMs + (far.connection.roundTripMs ?? 0);
  return {
    ...own,
    via: [...(far.via ?? []), ...(hubId === undefined ? [] : [hubId])].slice(-VIA_LIMIT),
    agent: { ...far.agent, ...(online ? {} : { state: own.agent.state, since: own.agent.since }) },
    connection:
      online && far.connection.state !== 'online'
        ? { ...far.connection, ...(connection.heldBytes === undefined ? {} : { heldBytes: connection.heldBytes }) }
        : { ...connection, ...(roundTripMs === undefined ? {} : { roundTripMs }) },
    process: online ? far.process : own.process,
    cwd: far.cwd,
    command: far.command,
    mode: far.mode,
    // What that hub does not let us do, nobody can do from here.
    ...(far.role ? { role: far.role } : {}),
    ...(online ? company(own, far) : {}),
  };
}

/** Those who are here, and those who are there; ourselves we need not tell of. */
function company(own: SessionInfo, far: SessionInfo): Pick<SessionInfo, 'people' | 'typedBy'> {
  const here = <T extends { viewer: string; name: string }>(one: T): T => ({
    ...asFar(one),
    name: nameOfFar(one.name, own.hub),
  });
  const people = [...(own.people ?? []), ...others(far).map(here)].slice(0, MAX_PEOPLE);
  const typedBy = far.typedBy && !far.typedBy.self ? here(far.typedBy) : own.typedBy;
  return { ...(people.length > 0 ? { people } : {}), ...(typedBy ? { typedBy } : {}) };
}

/** Of two roles, of which none stands for all that can be done, the one that allows less. */
export function lesserRole(one: Role | undefined, other: Role | undefined): Role | undefined {
  if (!one || !other) return one ?? other;
  return includes(one, other) ? other : one;
}

/** For the disk: without what changes with every byte. */
export function keptFar({ session, info }: NonNullable<SavedSession['far']>): NonNullable<SavedSession['far']> {
  if (!info) return { session };
  const {
    title: _title,
    seq: _seq,
    viewers: _viewers,
    people: _people,
    typedBy: _by,
    connection,
    agent,
    ...rest
  } = info;
  const { kind, state, since } = agent;
  const { heldBytes: _held, roundTripMs: _trip, nextRetryAt: _next, ...stable } = connection;
  return {
    session,
    info: { ...rest, agent: { kind, state, since }, connection: stable, title: '', seq: 0, viewers: 0 },
  };
}
