import type { Clock } from '../core/index.ts';
import type { SessionView } from './panes/session-view.ts';

/** The old picture stays this long at most. */
const HOLD_MS = 80;

/** Going to a tab whose panes are not here yet keeps the old picture for a moment, so that no empty pane flashes. Keys go to the new tab at once. */
export class Hold {
  readonly #clock: Clock;
  readonly #again: () => void;
  #tabId: string | undefined;
  #until = 0;

  constructor(clock: Clock, again: () => void) {
    this.#clock = clock;
    this.#again = again;
  }

  begin(tabId: string): void {
    this.#tabId = tabId;
    this.#until = this.#clock.now() + HOLD_MS;
  }

  /** Is it too early to draw? Asks to be asked again when something has come. */
  holds(tabId: string | undefined, views: readonly (SessionView | undefined)[]): boolean {
    if (this.#tabId === undefined) return false;
    const missing = views.filter((view) => view !== undefined && !view.isReady && !view.ended);
    const leftMs = this.#until - this.#clock.now();
    if (missing.length === 0 || leftMs <= 0 || this.#tabId !== tabId) {
      this.#tabId = undefined;
      return false;
    }
    for (const view of missing) void view?.ready.then(this.#again);
    this.#clock.after(leftMs + 1, this.#again);
    return true;
  }
}
