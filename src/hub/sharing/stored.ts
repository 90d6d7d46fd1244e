import { EVERYTHING, type Grant, roleOf } from '../../core/index.ts';
import type { HubContext } from '../context.ts';
import type { Principal } from '../principal.ts';

type Known = Pick<Principal, 'id'>;

/** Is what it may do written down, so that it can be changed for one session? */
export function isStored({ kind }: Pick<Principal, 'kind'>): boolean {
  return kind === 'device' || kind === 'token';
}

/** When what gives somebody their role on a session ends, milliseconds since 1970; undefined: not by itself. */
export function endOf(hub: HubContext, { id }: Known, session: string): number | undefined {
  const grants = hub.access.grantsOf(id);
  const own = grants.filter((one) => one.session === session);
  return latest(own.length > 0 ? own : grants.filter((one) => one.session === EVERYTHING));
}

/**
 * Writes down that a device or token may type into a session: as long as it may be there, or until `notAfter` if that is sooner; then it looks
 * again, as before.
 */
export function raise(hub: HubContext, who: Known, session: string, notAfter?: number): void {
  const stays = endOf(hub, who, session);
  const end = notAfter === undefined ? stays : Math.min(notAfter, stays ?? notAfter);
  const looks = ofSession(hub, who, session).filter(({ role }) => role === 'viewer');
  write(hub, who, session, [...looks, { session, role: 'typer', ...until(end) }]);
}

/** Writes down that it may only look, as long as it may be there. */
export function lower(hub: HubContext, who: Known, session: string): void {
  const own = ofSession(hub, who, session).filter(({ role }) => role !== 'none');
  const before = own.length > 0 ? own : [{ ...until(endOf(hub, who, session)) }];
  write(
    hub,
    who,
    session,
    before.map(({ expiresAt }) => ({ session, role: 'viewer', ...until(expiresAt) })),
  );
}

/** What somebody may do everywhere stands by itself where it says the same. */
function write(hub: HubContext, { id }: Known, session: string, grants: readonly Grant[]): void {
  const everywhere = hub.access.grantsOf(id).filter((one) => one.session === EVERYTHING);
  const now = hub.clock.wall();
  const same =
    latest(everywhere) === undefined &&
    latest(grants) === undefined &&
    roleOf(everywhere, EVERYTHING, now) === roleOf(grants, session, now);
  hub.access.setGrants(id, session, same ? [] : grants);
}

function ofSession(hub: HubContext, { id }: Known, session: string): readonly Grant[] {
  return hub.access.grantsOf(id).filter((one) => one.session === session);
}

function latest(grants: readonly { readonly expiresAt?: number }[]): number | undefined {
  const ends = grants.flatMap(({ expiresAt }) => expiresAt ?? []);
  return ends.length === 0 || ends.length < grants.length ? undefined : Math.max(...ends);
}

function until(expiresAt: number | undefined): { expiresAt?: number } {
  return expiresAt === undefined ? {} : { expiresAt };
}
