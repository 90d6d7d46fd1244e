import type { Surface } from '../../core/index.ts';

/** A synchronized update that does not end is drawn as it stands after this, and again each time it has passed. */
export const HOLD_MS = 150;

interface Hold {
  /** When it was first kept back, or last drawn unfinished. */
  readonly since: number;
  /** It was drawn unfinished at least once: the program is dead inside its update, or begins the next before we look. */
  readonly isOverdue: boolean;
}

/** Surfaces inside a synchronized update (mode 2026), whose last frame stays on the terminal. */
export class Holds {
  #holds = new Map<Surface, Hold>();

  /** Must its last frame stay? `isEcho`: a key was typed into it, which does not wait for a program that left its update open. */
  isHeld(surface: Surface, now: number, isEcho: boolean): boolean {
    if (!surface.synchronizing) {
      this.#holds.delete(surface);
      return false;
    }
    const hold = this.#holds.get(surface);
    if (!hold) {
      this.#holds.set(surface, { since: now, isOverdue: false });
      return true;
    }
    return now < hold.since + HOLD_MS && !(isEcho && hold.isOverdue);
  }

  /** When a held surface is drawn whatever it does. */
  endsAt(surface: Surface): number {
    return (this.#holds.get(surface)?.since ?? Number.NEGATIVE_INFINITY) + HOLD_MS;
  }

  /** The surface was drawn, finished or not. */
  drawn(surface: Surface, now: number): void {
    if (surface.synchronizing && this.#holds.has(surface)) this.#holds.set(surface, { since: now, isOverdue: true });
  }

  /** Sees updates that ended, so that the next one of the same surface has its own time. */
  watch(): void {
    for (const surface of this.#holds.keys()) if (!surface.synchronizing) this.#holds.delete(surface);
  }

  /** Forgets all others. */
  keep(surfaces: ReadonlySet<Surface>): void {
    for (const surface of this.#holds.keys()) if (!surfaces.has(surface)) this.#holds.delete(surface);
  }
}
