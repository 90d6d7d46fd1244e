import type { Role } from '../access.ts';

/** People that a session tells by name; of more, the latest to come are only counted, in `viewers`. */
export const MAX_PEOPLE = 16;

/** A viewer that is attached to a session, as others are told of it. */
export interface Person {
  /** Id of its link. Of somebody at the hub where the session lives, seen from another hub: `far/` and the id there. */
  readonly viewer: string;
  /** Of who is behind it; `local`: whoever sits at the machine of the hub. */
  readonly name: string;
  /** What it may do there; absent: everything. */
  readonly role?: Role;
  /** It looks only, by its own wish. */
  readonly readOnly?: true;
  /** It is whoever reads this. Not told by the hub: each program knows which link is its own. */
  readonly self?: true;
}

/** Who typed into a session last, and when; milliseconds since 1970. Told when it is somebody else, and every few seconds. */
export interface TypedBy {
  readonly viewer: string;
  readonly name: string;
  readonly at: number;
  readonly self?: true;
}

const FAR = 'far/';

/** Somebody at the hub where a mirrored session lives, as they are called here. */
export function asFar<T extends { readonly viewer: string }>(person: T): T {
  return { ...person, viewer: `${FAR}${person.viewer}`.slice(0, 64) };
}

/** What somebody is called at the hub where they are; undefined: they are at this one. */
export function farViewer(viewer: string): string | undefined {
  return viewer.startsWith(FAR) ? viewer.slice(FAR.length) : undefined;
}

/** Marks what is about the program that was told, whose link is `viewer`. */
export function withSelf<T extends { readonly people?: readonly Person[]; readonly typedBy?: TypedBy }>(
  info: T,
  viewer: string | undefined,
): T {
  const { people, typedBy } = info;
  if (viewer === undefined || (!people && !typedBy)) return info;
  const mark = <P extends { readonly viewer: string }>(one: P): P =>
    one.viewer === viewer ? { ...one, self: true as const } : one;
  return {
    ...info,
    ...(people ? { people: people.map(mark) } : {}),
    ...(typedBy ? { typedBy: mark(typedBy) } : {}),
  };
}

/** Those who are there besides whoever asks. */
export function others({ people = [] }: { readonly people?: readonly Person[] }): readonly Person[] {
  return people.filter(({ self }) => !self);
}
