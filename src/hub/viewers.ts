import { spreadOf } from '../protocol/index.ts';
import type { HubContext, HubViewer, ViewersPort } from './context.ts';

/** Those who are connected to a hub, by id. */
export class Viewers extends Map<string, HubViewer> implements ViewersPort {
  readonly #hub: HubContext;
  #next = 1;
  #toldMs = 0;

  constructor(hub: HubContext) {
    super();
    this.#hub = hub;
  }

  newId(): string {
    return `v${this.#next++}`;
  }

  join(viewer: HubViewer): void {
    this.set(viewer.id, viewer);
    this.#hub.log.info('viewer joined', { viewer: viewer.id, software: viewer.identity.software });
    this.#tellCrowd();
  }

  leave(viewer: HubViewer): void {
    this.delete(viewer.id);
    this.#tellCrowd();
  }

  /**
   * Over how long to spread their return, should they lose this hub: told beforehand, as one that is killed, or whose network fails, says
   * nothing then. Told anew when it doubled, or is a quarter: whoever joins hears the newest with its welcome.
   */
  #tellCrowd(): void {
    const spreadMs = spreadOf(this.size);
    const told = this.#toldMs;
    if (spreadMs === told || (spreadMs < told * 2 && spreadMs > told / 4)) return;
    this.#toldMs = spreadMs;
    const ts = this.#hub.clock.wall();
    for (const { link } of this.values()) link.send({ type: 'status', ts, payload: { kind: 'crowd', spreadMs } });
  }
}
