import type { SessionInfo } from '../core/index.ts';

/** The news that an attempt has begun may come this much later than what it prints. */
const NEWS_MS = 250;

/** When attempts to connect began, as far as this viewer has seen it: what is printed from then on is a question of ssh, or its banner. */
export class Attempts {
  readonly #wall: () => number;
  /** By session: which attempt, and since when. */
  readonly #begun = new Map<string, { readonly attempt: number; readonly at: number }>();

  constructor(wall: () => number) {
    this.#wall = wall;
  }

  follow(sessions: readonly SessionInfo[]): void {
    const known = new Set<string>();
    for (const { id, connection } of sessions) {
      if (connection.state !== 'connecting') continue;
      known.add(id);
      if (this.#begun.get(id)?.attempt !== connection.attempt)
        this.#begun.set(id, { attempt: connection.attempt, at: this.#wall() - NEWS_MS });
    }
    for (const id of this.#begun.keys()) if (!known.has(id)) this.#begun.delete(id);
  }

  /** Milliseconds since 1970; undefined: none is under way. */
  begunAt(sessionId: string): number | undefined {
    return this.#begun.get(sessionId)?.at;
  }
}
