import type { Dispose, Session, SessionRegistry } from '../../core/index.ts';
import type { Store } from './store.ts';

/**
 * Lines of scrollback in a checkpoint that is made in the middle of a flood. Making one stops the hub for a moment (measured: 2 µs a
 * line, so 4 ms); a session that has become quiet gets one with all its history (17 ms for 10,000 lines).
 */
const FLOOD_HISTORY_LINES = 2000;

/** Keeps the sessions of a registry in a store, and brings back those of an earlier hub. */
export class SessionKeeper {
  readonly #registry: SessionRegistry;
  readonly #store: Store;
  readonly #written = new Map<string, string>();
  readonly #disposals = new Map<string, Dispose>();
  readonly #dispose: Dispose;
  /** What it adds is on the disk already. */
  #restoring = false;

  constructor(registry: SessionRegistry, store: Store) {
    this.#registry = registry;
    this.#store = store;
    this.#dispose = registry.on(({ type, session }) => {
      if (type === 'added') this.#added(session);
      else this.#removed(session);
    });
  }

  /** Lists what an earlier hub left: what ran then as died, all with the screen and scrollback they had. */
  async restore(): Promise<Session[]> {
    const restored: Session[] = [];
    for (const saved of this.#store.load().sessions) {
      const output = await this.#store.loadOutput(saved.id).catch(() => ({ entries: [] }));
      this.#restoring = true;
      const session = this.#registry.restore(saved, output);
      this.#restoring = false;
      // It lives elsewhere, and goes on with the same numbers.
      if (session.mirrored) this.#store.resume(session.id, session.epoch, session.log.last);
      restored.push(session);
    }
    return restored;
  }

  /** The store asks for the picture of a session. */
  checkpoint(sessionId: string, quiet: boolean): void {
    const session = this.#registry.get(sessionId);
    if (!session) return;
    const { epoch, cols, rows, screen, log } = session;
    const bytes = screen.snapshot({ history: quiet ? Number.MAX_SAFE_INTEGER : FLOOD_HISTORY_LINES });
    this.#store.checkpoint(sessionId, epoch, log.last, { cols, rows, bytes });
  }

  /** Everything as it stands, for a hub that is about to end. */
  saveAll(): void {
    for (const session of this.#registry.list()) this.#save(session);
  }

  dispose(): void {
    this.#dispose();
    for (const dispose of this.#disposals.values()) dispose();
    this.#disposals.clear();
  }

  #added(session: Session): void {
    this.#save(session);
    // What it said before anyone could listen.
    if (!session.mirrored && !this.#restoring) {
      for (const entry of session.log.from(0) ?? []) this.#store.append(session.id, session.epoch, entry);
    }
    const dispose = session.events.on((event) => {
      if (event.type === 'entry') this.#store.append(session.id, session.epoch, event.entry);
      else if (event.type === 'info' || event.type === 'ended' || event.type === 'restarted') {
        this.#save(session);
        // The picture of a session that lives elsewhere begins with all that came before.
        if (event.type === 'restarted' && session.log.last > 0) this.checkpoint(session.id, true);
      }
    });
    this.#disposals.set(session.id, dispose);
  }

  /** Most of what changes about a session (its title, its viewers) is not kept: then there is nothing to write. */
  #save(session: Session): void {
    const saved = session.saved();
    const json = JSON.stringify(saved);
    if (this.#written.get(session.id) === json) return;
    this.#written.set(session.id, json);
    this.#store.saveSession(saved);
  }

  #removed(session: Session): void {
    this.#written.delete(session.id);
    this.#disposals.get(session.id)?.();
    this.#disposals.delete(session.id);
    this.#store.deleteSession(session.id);
  }
}
