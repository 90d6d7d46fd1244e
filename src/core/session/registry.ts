import { type Dispose, Emitter } from '../emitter.ts';
import { IrisError } from '../errors.ts';
import { cleanName, defaultName, findSession } from './naming.ts';
import type { SavedOutput, SavedSession, SessionDeps, SessionSpec } from './ports.ts';
import { Session } from './session.ts';

/** More than anyone looks at; each costs a screen with its history, so there is an end to it. */
const SESSIONS_LIMIT = 2_000;

export type RegistryEvent =
  | { readonly type: 'added'; readonly session: Session }
  /** `why`: it goes on elsewhere, and what took it away from here. */
  | { readonly type: 'removed'; readonly session: Session; readonly why?: IrisError };

/** All sessions of a hub, in the order they were created, each with a name of its own. Sessions stay after their process ended, until removed. */
export class SessionRegistry {
  readonly events: Emitter<RegistryEvent>;
  readonly #sessions = new Map<string, Session>();
  readonly #deps: SessionDeps;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    this.events = new Emitter(deps.onError);
  }

  /**
   * Starts a session. What is known to fail before the process starts throws, and leaves no session behind.
   * @throws IrisError `program-missing`, `folder-missing`, `conflict` (the name is taken), `usage`.
   */
  create(spec: SessionSpec): Session {
    if (spec.command.length === 0) throw new IrisError('usage', 'a session needs a command');
    if (this.#sessions.size >= SESSIONS_LIMIT) {
      throw new IrisError('failed', `there are ${SESSIONS_LIMIT} sessions already`, { remedy: 'end one first' });
    }
    const name = spec.name === undefined ? defaultName(spec.command, (n) => this.#taken(n)) : this.#freeName(spec.name);
    const session = Session.create(this.#deps, { id: this.#freeId(), name }, spec);
    session.start();
    // Of another machine something can be learned, and tried again: there the session stays, and says why.
    if (session.state.kind === 'failed' && !session.remote) {
      session.dispose();
      throw session.state.error;
    }
    this.#add(session);
    return session;
  }

  /** A session of an earlier hub; its id and name are kept, the name with a number if it is taken by now. */
  restore(saved: SavedSession, output: SavedOutput): Session {
    const name = this.#taken(saved.name) ? defaultName([saved.name], (n) => this.#taken(n)) : saved.name;
    const session = Session.restore(this.#deps, { ...saved, name }, output);
    this.#add(session);
    return session;
  }

  /** By name, id, or a prefix that only one has. @throws IrisError `not-found` or `ambiguous`. */
  find(wanted: string): Session {
    return findSession(this.#sessions.values(), wanted);
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  list(): Session[] {
    return [...this.#sessions.values()];
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @throws IrisError `conflict` when another session has that name. */
  rename(session: Session, name: string): void {
    const clean = cleanName(name);
    if (clean !== session.name) session.name = this.#freeName(clean);
  }

  /** Ends a session's process, if it still runs, and forgets the session. Rejects when something of it would not end; it is forgotten all the same. */
  async kill(session: Session): Promise<void> {
    try {
      await session.stop();
    } finally {
      this.#remove(session);
    }
  }

  /** Forgets a session that lives in another hub, where it goes on. `why`: for those who watch it, where it was nobody's wish here. */
  forget(session: Session, why?: IrisError): void {
    void session.stop({ keep: true });
    this.#remove(session, why);
  }

  /** Ends all processes, at once; the sessions stay listed. For a hub that stops. */
  async stopAll(): Promise<PromiseSettledResult<void>[]> {
    return Promise.allSettled(this.list().map((session) => session.stop({ keep: true })));
  }

  on(listener: (event: RegistryEvent) => void): Dispose {
    return this.events.on(listener);
  }

  #add(session: Session): void {
    this.#sessions.set(session.id, session);
    this.events.emit({ type: 'added', session });
  }

  #remove(session: Session, why?: IrisError): void {
    if (!this.#sessions.delete(session.id)) return;
    session.dispose();
    this.events.emit({ type: 'removed', session, ...(why ? { why } : {}) });
  }

  #taken(name: string): boolean {
    return this.list().some((session) => session.name === name);
  }

  #freeName(name: string): string {
    const clean = cleanName(name);
    const other = this.list().find((session) => session.name === clean);
    if (other) {
      throw new IrisError('conflict', `a session is named "${clean}" already (${other.id})`, {
        remedy: 'choose another name',
      });
    }
    return clean;
  }

  #freeId(): string {
    for (;;) {
      const id = this.#deps.ids.session();
      if (!this.#sessions.has(id)) return id;
    }
  }
}
