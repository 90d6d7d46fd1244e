import type { Clock, SessionRegistry, Timer } from '../core/index.ts';
import { encode, type Frame } from '../protocol/index.ts';
import type { HubViewer } from './context.ts';

/** Changes within this time are one message: a burst of titles or a start of ten sessions. The first after quiet goes out at once. */
const GATHER_MS = 20;

/** Tells all viewers which sessions changed; encoded once for all of them. */
export class SessionChangeFeed {
  readonly #clock: Clock;
  readonly #registry: SessionRegistry;
  readonly #viewers: ReadonlyMap<string, HubViewer>;
  readonly #changed = new Set<string>();
  readonly #removed = new Set<string>();
  #timer: Timer | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, registry: SessionRegistry, viewers: ReadonlyMap<string, HubViewer>) {
    this.#clock = clock;
    this.#registry = registry;
    this.#viewers = viewers;
  }

  changed(id: string): void {
    this.#changed.add(id);
    this.#schedule();
  }

  removed(id: string): void {
    this.#changed.delete(id);
    this.#removed.add(id);
    this.#schedule();
  }

  dispose(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #schedule(): void {
    const delayMs = Math.max(0, this.#toldAt + GATHER_MS - this.#clock.now());
    this.#timer ??= this.#clock.after(delayMs, () => this.#tell());
  }

  #tell(): void {
    this.#timer = undefined;
    this.#toldAt = this.#clock.now();
    const changed = [...this.#changed].flatMap((id) => this.#registry.get(id)?.info() ?? []);
    const removed = [...this.#removed];
    this.#changed.clear();
    this.#removed.clear();
    const payload = { kind: 'sessions', changed, removed } as const;
    const frames = new Map<boolean, Frame[]>();
    for (const viewer of this.#viewers.values()) {
      const { link, identity } = viewer;
      if (identity.managing) continue;
      if (identity.principal.kind !== 'local') {
        viewer.tellSessions(changed, removed);
        continue;
      }
      let encoded = frames.get(link.binary);
      if (!encoded) {
        encoded = encode({ type: 'status', ts: this.#clock.wall(), payload }, link.binary);
        frames.set(link.binary, encoded);
      }
      link.sendFrames(encoded);
    }
  }
}
