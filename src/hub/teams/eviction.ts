import type { Session } from '../../core/index.ts';

/** What was used within this time is in use: somebody is between two keystrokes, or a program between two lines. */
const JUST_USED_MS = 3_000;

/** What decides whether a session may be put down to make room. */
export type Evictable = Pick<
  Session,
  'team' | 'state' | 'far' | 'agent' | 'viewers' | 'looking' | 'heldBytes' | 'usedAt'
>;

/** Is it the picture of a process that has ended in its own hub? The picture itself goes on: its state here says nothing of that process. */
export function processEndedThere({ state, far }: Pick<Session, 'state' | 'far'>): boolean {
  const status = far?.info?.process.status;
  // Without a connection nobody can tell: somebody may have started it there again.
  return state.kind === 'running' && status !== undefined && ['exited', 'failed', 'died'].includes(status);
}

/** And does it stay so, by its own rule? */
export function endedThere(session: Pick<Session, 'state' | 'far'>): boolean {
  return processEndedThere(session) && session.far?.info?.process.restartAt === undefined;
}

/** May it be put down without anybody missing something? Never one that is busy, watched, not connected, or of no team. */
export function mayEvict(session: Evictable): boolean {
  const { team, state, agent, viewers, looking, heldBytes } = session;
  if (team === undefined || state.kind !== 'running' || endedThere(session)) return false;
  if (agent.state === 'working' || agent.state === 'blocked') return false;
  return viewers === 0 && !looking && heldBytes === 0;
}

/** Does it take one of the places that `maxProcesses` gives? One that is being ended leaves its place. */
export function takesPlace(session: Pick<Session, 'team' | 'state' | 'far'>): boolean {
  const { team, state } = session;
  if (team === undefined || endedThere(session)) return false;
  if (state.kind === 'exited') return state.again !== undefined;
  return state.kind === 'starting' || state.kind === 'running' || state.kind === 'offline';
}

/** The one that nobody used for longest. `now`: of the monotonic clock. */
export function leastUsed<S extends Evictable>(
  sessions: readonly S[],
  now: number,
  keep: ReadonlySet<S> = new Set(),
): S | undefined {
  let found: S | undefined;
  for (const session of sessions) {
    if (keep.has(session) || !mayEvict(session) || now - session.usedAt < JUST_USED_MS) continue;
    if (!found || session.usedAt < found.usedAt) found = session;
  }
  return found;
}
