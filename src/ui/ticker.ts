import type { Clock, SessionInfo, Timer } from '../core/index.ts';
import type { ViewSnapshot } from './model/snapshot.ts';

/** Does the border or the box of its pane show seconds? */
const counts = ({ connection, agent, process }: SessionInfo): boolean =>
  process.restartAt !== undefined ||
  (connection.state === 'online'
    ? agent.state === 'working' || agent.state === 'blocked'
    : connection.state !== 'error');

/** Draws again when time alone changes what is shown: once a second while something on the screen counts seconds, else with the minute. */
export class Ticker {
  readonly #clock: Clock;
  readonly #tick: () => void;
  #timer: Timer | undefined;

  constructor(clock: Clock, tick: () => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** What is shown now. */
  follow({ hub, overlay, panes }: ViewSnapshot): void {
    this.#timer?.cancel();
    // A list tells of all sessions; otherwise only what is on the screen counts.
    const counting =
      hub.connection.state === 'offline' ||
      hub.connection.quietSince !== undefined ||
      overlay.kind === 'list' ||
      panes.some(({ session }) => session !== undefined && counts(session));
    const wall = this.#clock.wall();
    this.#timer = this.#clock.after(counting ? 1000 - (wall % 1000) : 60_000 - (wall % 60_000) + 5, this.#tick);
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
