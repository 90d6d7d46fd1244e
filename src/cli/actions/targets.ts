import { findSession, IrisError, type SessionInfo } from '../../core/index.ts';
import type { OptionValues } from '../verbs/types.ts';

/** Who gets a text, and the text: `SESSION TEXT…`, or with --target, --team or --all `TEXT…`. */
export interface Addressed {
  /** Several were named, be it that there is only one: what is printed is a list. */
  readonly several: boolean;
  readonly words: readonly string[];
  readonly sessions: (all: readonly SessionInfo[]) => readonly SessionInfo[];
}

/** @throws IrisError `usage` when nobody is named */
export function addressed(
  verb: string,
  first: string | undefined,
  rest: readonly string[],
  options: OptionValues,
): Addressed {
  const targets = (options.target ?? []) as readonly string[];
  const teams = (options.team ?? []) as readonly string[];
  const everyone = options.all === true;
  if (targets.length === 0 && teams.length === 0 && !everyone) {
    if (first === undefined) {
      throw new IrisError('usage', `${verb}: no session is named`, {
        remedy: `give SESSION, or --target, --team or --all; see iris-tui ${verb} --help`,
      });
    }
    return { several: false, words: rest, sessions: (all) => [findSession(all, first)] };
  }
  return {
    several: true,
    words: first === undefined ? rest : [first, ...rest],
    sessions: (all) => {
      const found = new Set<SessionInfo>();
      for (const target of targets) found.add(findSession(all, target));
      for (const team of teams) {
        const members = all.filter((session) => session.team === team && runs(session));
        if (members.length === 0) throw new IrisError('not-found', `no session of team "${team}" runs`);
        for (const member of members) found.add(member);
      }
      if (everyone) for (const session of all) if (runs(session) && isAgent(session)) found.add(session);
      if (found.size === 0) throw new IrisError('not-found', 'no agent runs');
      return [...found];
    },
  };
}

function runs({ process }: SessionInfo): boolean {
  return process.status === 'running' || process.status === 'starting' || process.status === 'offline';
}

function isAgent({ agent }: SessionInfo): boolean {
  return agent.kind !== 'shell' && agent.kind !== 'command';
}
