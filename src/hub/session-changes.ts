import type { Clock, SessionInfo, SessionRegistry, Timer } from '../core/index.ts';
import { encode, type Frame, type SessionPatch } from '../protocol/index.ts';
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
  /** As last told: what a patch is measured against. */
  readonly #told = new Map<string, SessionInfo>();
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
    this.#told.delete(id);
    this.#removed.add(id);
    this.#schedule();
  }

  /** A viewer was told how all is now. Of what waits to be told, a patch would not be measured against what it knows. */
  toldWhole(): void {
    for (const id of this.#changed) this.#told.delete(id);
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
    const patches = new Map<string, SessionPatch>();
    for (const info of changed) {
      const before = this.#told.get(info.id);
      const patch = before && difference(before, info);
      if (patch) patches.set(info.id, patch);
      this.#told.set(info.id, info);
    }
    this.#changed.clear();
    this.#removed.clear();
    const whole = { kind: 'sessions', changed, removed } as const;
    // Told anew because of something that came back to what it was.
    const patched = [...patches.values()].filter((patch) => Object.keys(patch).length > 1);
    const short = { ...whole, changed: changed.filter(({ id }) => !patches.has(id)), patched } as const;
    const frames = new Map<string, Frame[]>();
    for (const viewer of this.#viewers.values()) {
      const { link, identity } = viewer;
      if (identity.managing) continue;
      if (identity.principal.kind !== 'local' || viewer.limited) {
        viewer.tellSessions({ changed, removed, patches });
        continue;
      }
      if (link.brief && short.changed.length + removed.length + patched.length === 0) continue;
      const form = link.brief ? 'brief' : link.binary ? 'binary' : 'text';
      let encoded = frames.get(form);
      if (!encoded) {
        const payload = link.brief ? short : whole;
        encoded = encode({ type: 'status', ts: this.#clock.wall(), payload }, link.binary);
        frames.set(form, encoded);
      }
      link.sendFrames(encoded);
    }
  }
}

/** Undefined: something that was there is not there any more, which a patch can't say. */
function difference(before: SessionInfo, now: SessionInfo): SessionPatch | undefined {
  const had = before as unknown as Readonly<Record<string, unknown>>;
  const has = now as unknown as Readonly<Record<string, unknown>>;
  if (Object.keys(had).some((key) => had[key] !== undefined && has[key] === undefined)) return undefined;
  const others = Object.entries(has).filter(([key, value]) => !equal(had[key], value));
  return { ...Object.fromEntries(others), id: now.id };
}

function equal(a: unknown, b: unknown): boolean {
  return a === b || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
