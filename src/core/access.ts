/** Who may: a viewer looks, a typer types, an owner starts, ends and names. */
export type Role = 'viewer' | 'typer' | 'owner';

const RANK: Readonly<Record<Role, number>> = { viewer: 0, typer: 1, owner: 2 };

/** In place of a session: all of them, those to come included, and whatever is about no session. */
export const EVERYTHING = '*';

/** In place of a session: offering sessions of their own to this hub. Whoever owns everything may, too. */
export const OFFERING = '+';

/** What somebody may do. One for a session goes before the one for everything, so that it can also take away. */
export interface Grant {
  /** Id of a session, or `EVERYTHING`. */
  readonly session: string;
  /** `none`: not even see it. */
  readonly role: Role | 'none';
  /** Milliseconds since 1970; absent: until it is taken away. */
  readonly expiresAt?: number;
}

/** A grant as people and scripts are told of it: to offer sessions is a role of its own, and makes nobody an owner. */
export interface ToldGrant extends Omit<Grant, 'role'> {
  readonly role: Grant['role'] | 'runner';
}

export function toldGrants(grants: readonly Grant[]): ToldGrant[] {
  return grants.map((grant) => (grant.session === OFFERING ? { ...grant, role: 'runner' } : grant));
}

export function includes(role: Role, wanted: Role): boolean {
  return RANK[role] >= RANK[wanted];
}

/** The role that grants give on a session, or on everything. Undefined: none. `now`: milliseconds since 1970. */
export function roleOf(grants: readonly Grant[], session: string, now: number): Role | undefined {
  const holds = (one: Grant): boolean => one.expiresAt === undefined || now < one.expiresAt;
  const own = grants.filter((one) => one.session === session && holds(one));
  const counting = own.length > 0 ? own : grants.filter((one) => one.session === EVERYTHING && holds(one));
  let best: Role | undefined;
  for (const { role } of counting) {
    if (role === 'none') return undefined;
    if (!best || includes(role, best)) best = role;
  }
  return best;
}
