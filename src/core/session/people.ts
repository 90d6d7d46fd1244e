import type { Role } from '../access.ts';
import { plainText } from '../errors.ts';

/** People that a session tells by name; of more, the latest to come are only counted, in `viewers`. */
export const MAX_PEOPLE = 16;

/** A viewer that is attached to a session, as others are told of it. */
export interface Person {
  /** Id of its link. Of somebody at the hub where the session lives, seen from another hub: `far/` and the id there. */
  readonly viewer: string;
  /** Of who is behind it; `local`: whoever sits at the machine of the hub. Who sits at that of another hub is called as that hub is. */
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
const NAME_CHARS = 128;
/** What a hub calls whoever sits at its machine. */
export const SITS_HERE = 'local';

/** What somebody at another hub is called here. */
export function nameOfFar(name: string, hub: string): string {
  return plainText(name === SITS_HERE ? hub : name, NAME_CHARS);
}

/** Id of the viewer of somebody at the hub where a mirrored session lives, as it is here. */
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

/**
 * Marks what was typed in the name that another hub knows us by, over a connection that we had before. Where that is the name of whoever sits at its
 * machine, one who is there now is somebody else.
 */
export function withOwnName<T extends { readonly people?: readonly Person[]; readonly typedBy?: TypedBy }>(
  info: T,
  name: string | undefined,
): T {
  const { typedBy, people = [] } = info;
  if (!typedBy || typedBy.self || typedBy.name !== name) return info;
  if (name === SITS_HERE && people.some(({ viewer }) => viewer === typedBy.viewer)) return info;
  return { ...info, typedBy: { ...typedBy, self: true } };
}

/** Is it about whoever is known to this hub as `name`? What a script of one's own types is no news. */
export function isOwn({ viewer, name, self }: Pick<TypedBy, 'viewer' | 'name' | 'self'>, own: string): boolean {
  return self === true || (name === own && farViewer(viewer) === undefined);
}

/** Those who are there besides whoever asks. */
export function others({ people = [] }: { readonly people?: readonly Person[] }): readonly Person[] {
  return people.filter(({ self }) => !self);
}
