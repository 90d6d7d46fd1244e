import {
  EVERYTHING,
  type Grant,
  IrisError,
  includes,
  lesserRole,
  type Role,
  roleOf,
  type SessionInfo,
} from '../core/index.ts';
import type { AuthPayload } from '../protocol/index.ts';

/** Whoever is behind a link, and what they may do. Asked anew at each message: what is taken away counts at once. */
export interface Principal {
  /** `local`: could open the socket, so owns all of it. `device`: paired. `token`: a script. `hub`: one that offered its sessions to us, or we to it. */
  readonly kind: 'local' | 'device' | 'token' | 'hub';
  readonly id: string;
  /** For people; without control characters. */
  readonly name: string;
  /** `session`: an id, or `EVERYTHING`. Undefined: it is not even to be seen. */
  roleOn(session: string): Role | undefined;
  /** Aborted when it may not be here any more: its links are closed. */
  readonly revoked: AbortSignal;
}

const NEVER = new AbortController().signal;

/** Whoever could open the socket. */
export const LOCAL_OWNER: Principal = {
  kind: 'local',
  id: 'local',
  name: 'local',
  roleOn: () => 'owner',
  revoked: NEVER,
};

/** The folder of the socket lets only its owner in: whoever is here is the owner. */
export function localOnly({ method }: AuthPayload): Principal {
  if (method === 'local') return LOCAL_OWNER;
  throw new IrisError('not-allowed', 'this socket takes no tokens');
}

/** A principal whose grants may change while it is here. */
export function grantedPrincipal(options: {
  readonly kind: 'device' | 'token' | 'hub';
  readonly id: string;
  /** Read each time: it may be given another. */
  readonly name: string;
  readonly grants: () => readonly Grant[];
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly revoked?: AbortSignal;
}): Principal {
  const { kind, id, grants, wall, revoked = NEVER } = options;
  return {
    kind,
    id,
    get name() {
      return options.name;
    },
    revoked,
    roleOn: (session) => roleOf(grants(), session, wall()),
  };
}

/** @throws IrisError `not-allowed` */
export function mustHave(who: Pick<Principal, 'roleOn'>, wanted: Role, session: string, what: string): void {
  const role = who.roleOn(session);
  if (role && includes(role, wanted)) return;
  throw new IrisError('not-allowed', `${what} needs the role ${wanted}${session === EVERYTHING ? '' : ' on it'}`, {
    remedy: role ? `you are ${role} here: ask whoever shares it` : 'ask whoever owns this hub for it',
  });
}

/** A session as it is told to somebody with this role: what the hub where it lives does not let us do, they can't either. */
export function withRole(info: SessionInfo, own: Role): SessionInfo {
  const role = lesserRole(own, info.role) ?? own;
  if (role === info.role) return info;
  return role === 'owner' ? info : { ...info, role };
}

/** Does it own the hub as whoever sits at it does? */
export function ownsAll(principal: Principal): boolean {
  return principal.roleOn(EVERYTHING) === 'owner';
}

/** Whose layouts somebody works with; undefined: the shared ones. */
export function layoutOwner({
  identity,
}: {
  readonly identity: { readonly principal: Principal };
}): string | undefined {
  return ownsAll(identity.principal) ? undefined : identity.principal.id;
}
