import { IrisError, plainText } from '../errors.ts';
import { baseName } from './agents.ts';

const NAME_LIMIT_CHARS = 128;

interface Named {
  readonly id: string;
  readonly name: string;
}

/** A name as it may stand in lists and borders. @throws IrisError `usage` when nothing is left of it. */
export function cleanName(name: string): string {
  const clean = plainText(name, NAME_LIMIT_CHARS).trim();
  if (clean === '') throw new IrisError('usage', 'a session needs a name with something to see in it');
  return clean;
}

/** The program's base name, or that with `-2`, `-3` … when it is taken. */
export function defaultName(command: readonly string[], taken: (name: string) => boolean): string {
  return freeName(baseName(command[0] ?? ''), taken);
}

/** This name, or that with `-2`, `-3` … when it is taken. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  const base = plainText(name, NAME_LIMIT_CHARS - 8).trim() || 'session';
  if (!taken(base)) return base;
  for (let n = 2; ; n++) if (!taken(`${base}-${n}`)) return `${base}-${n}`;
}

/** What `HUB` and `HUB/SESSION` name. Nobody's hub has a slash in its name, a session may have. @throws IrisError `usage` */
export function hubAndSession(given: string): { readonly hub: string; readonly session?: string } {
  const at = given.indexOf('/');
  if (at < 0) return { hub: given };
  if (at === 0 || at === given.length - 1 || given.includes('://')) {
    throw new IrisError('usage', `${given} is no HUB/SESSION`, { remedy: 'iris-tui hubs ls lists the hubs' });
  }
  return { hub: given.slice(0, at), session: given.slice(at + 1) };
}

/** How many candidates an error lists. */
const CANDIDATES_LISTED = 8;

/**
 * Finds a session by name, by id, or by a prefix of either that only one has; an exact name goes first.
 * @throws IrisError `not-found`, or `ambiguous` with the candidates.
 */
export function findSession<T extends Named>(sessions: Iterable<T>, wanted: string): T {
  const all = [...sessions];
  const exact = all.find((s) => s.name === wanted) ?? all.find((s) => s.id === wanted);
  if (exact) return exact;
  const matches = wanted === '' ? [] : all.filter((s) => s.name.startsWith(wanted) || s.id.startsWith(wanted));
  if (matches.length === 1) return matches[0]!;
  if (matches.length === 0) {
    const names = all.map((s) => s.name);
    throw new IrisError('not-found', `there is no session "${wanted}"`, {
      remedy:
        names.length === 0
          ? 'none is running; start one with: iris-tui new'
          : `there ${names.length === 1 ? 'is only' : 'are'} ${listed(names)}`,
    });
  }
  throw new IrisError('ambiguous', `"${wanted}" could be ${listed(matches.map((s) => `${s.name} (${s.id})`))}`, {
    remedy: 'give more of the name or the id',
  });
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, CANDIDATES_LISTED).join(', ');
  return names.length > CANDIDATES_LISTED ? `${shown} and ${names.length - CANDIDATES_LISTED} more` : shown;
}
