import type { Clock, Session, TeamConfig, Timer } from '../../core/index.ts';
import { endedThere, mayEvict } from './eviction.ts';

/** Looked at again this often at most, and at least: what is due may be busy, or a config may have changed. */
const LOOK_MIN_MS = 1_000;
const LOOK_MAX_MS = 60_000;

export interface IdleWatchOptions {
  readonly clock: Clock;
  readonly sessions: () => readonly Session[];
  readonly config: () => TeamConfig;
  readonly end: (session: Session, why: string) => void;
}

/** Ends sessions of teams that nobody used for the time their team or the settings give. */
export class IdleWatch {
  readonly #o: IdleWatchOptions;
  #timer: Timer | undefined;

  constructor(options: IdleWatchOptions) {
    this.#o = options;
  }

  /** Something began that may be due some time. */
  look(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const { clock, sessions, end } = this.#o;
    const now = clock.now();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const session of sessions()) {
      const limitMs = this.#limitOf(session);
      if (limitMs <= 0 || !session.live || endedThere(session)) continue;
      const restMs = session.usedAt + limitMs - now;
      if (restMs <= 0 && mayEvict(session)) end(session, `ended: unused for ${duration(limitMs)}`);
      else nextMs = Math.min(nextMs, Math.max(LOOK_MIN_MS, restMs));
    }
    if (nextMs < Number.POSITIVE_INFINITY) {
      this.#timer = clock.after(Math.min(nextMs, LOOK_MAX_MS), () => this.look());
    }
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #limitOf({ team }: Session): number {
    if (team === undefined) return 0;
    const { teams, idleTimeoutMs } = this.#o.config();
    return teams.find(({ name }) => name === team)?.idleTimeoutMs ?? idleTimeoutMs;
  }
}

function duration(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
