import type { Clock } from '../core/index.ts';
import { spreadOf } from '../protocol/index.ts';
import type { HubViewer } from './context.ts';

/**
 * Tells viewers over how long to spread their return, should they lose this hub: beforehand, as one that is killed, or whose network fails, says
 * nothing then. Told anew when it doubled, or is a quarter: whoever joins hears the newest with its welcome.
 */
export class Crowd {
  readonly #viewers: ReadonlyMap<string, HubViewer>;
  readonly #clock: Clock;
  #toldMs = 0;

  constructor(viewers: ReadonlyMap<string, HubViewer>, clock: Clock) {
    this.#viewers = viewers;
    this.#clock = clock;
  }

  /** A viewer joined, or left. */
  changed(): void {
    const spreadMs = spreadOf(this.#viewers.size);
    const told = this.#toldMs;
    if (spreadMs === told || (spreadMs < told * 2 && spreadMs > told / 4)) return;
    this.#toldMs = spreadMs;
    const ts = this.#clock.wall();
    for (const { link } of this.#viewers.values())
      link.send({ type: 'status', ts, payload: { kind: 'crowd', spreadMs } });
  }
}
