import {
  cleanName,
  type FarHubRef,
  freeName,
  hubKey,
  type IrisError,
  type Session,
  type SessionInfo,
} from '../../core/index.ts';
import type { FarHubLink, FarHubs, LinkUser } from '../../transports/index.ts';
import type { HubContext } from '../context.ts';
import { MAX_NAMES, type Shown } from './kept.ts';

/** Sessions of one hub that are mirrored here; of more, the rest is left out, and the log says so. */
const MAX_MIRRORS = 1_000;
/** Hubs that a session may have passed through. More can only be a ring. */
const MAX_VIA = 8;
const SIZE = { cols: 80, rows: 24 };

export interface FollowerOptions {
  readonly hub: HubContext;
  readonly hubs: FarHubs;
  readonly ref: FarHubRef;
  readonly shown: Shown;
  /** What is shown of it is something else now, by what was done elsewhere. */
  readonly changed: () => void;
}

/** Keeps a mirror of each session of another hub, from when it appears there until it goes. */
export class Follower implements LinkUser {
  readonly #o: FollowerOptions;
  readonly #link: FarHubLink;
  readonly #mirrors = new Map<string, Session>();
  /** What they are called there. */
  readonly #names = new Map<string, string>();
  /** Names or ids there; undefined: all, also those to come. */
  #only: readonly string[] | undefined;
  /** Ids there of those that were taken away here: they do not come again by themselves. Of more than `MAX_NAMES` the oldest do. */
  readonly #without: Set<string>;
  #closed = false;
  #full = false;

  constructor(options: FollowerOptions) {
    this.#o = options;
    this.#only = options.shown.only;
    this.#without = new Set(options.shown.without);
    // Those that an earlier hub mirrored.
    for (const session of options.hub.registry.list()) {
      const { remote } = session;
      if (remote?.kind === 'websocket' && remote.session !== undefined && hubKey(remote.hub) === hubKey(options.ref)) {
        this.#mirrors.set(remote.session, session);
      }
    }
    this.#link = options.hubs.use(options.ref);
    this.#link.join(this);
  }

  get ref(): FarHubRef {
    return this.#link.ref;
  }

  /** As its sessions are called here: `NAME/session`. */
  get name(): string {
    const { ref } = this;
    return ref.kind === 'carried' ? 'hub' : ref.name;
  }

  get link(): FarHubLink {
    return this.#link;
  }

  get shown(): Shown {
    return {
      ...(this.#only ? { only: [...this.#only] } : {}),
      ...(this.#without.size > 0 ? { without: [...this.#without] } : {}),
    };
  }

  get sessions(): Session[] {
    return [...this.#mirrors.values()];
  }

  /** These of the sessions that are there, beside those that are open; absent: all, also those that were closed and those to come. */
  open(only: readonly string[] | undefined): void {
    if (!only) this.#without.clear();
    for (const { id, name } of this.#link.host.sessions) {
      if (only?.includes(id) || only?.includes(name)) this.#without.delete(id);
    }
    this.#only = only && this.#only && [...new Set([...this.#only, ...only])].slice(-MAX_NAMES);
    this.online();
  }

  /** None of them, until they are opened again. */
  hide(): void {
    this.#only = [];
    this.#without.clear();
    this.#forgetAll();
  }

  /** All that is there now; those that are mirrored here and are not there any more have gone meanwhile. */
  online(): void {
    const there = new Map(this.#link.host.sessions.map((info) => [info.id, info]));
    for (const id of [...this.#mirrors.keys()]) if (!there.has(id)) this.gone(id);
    for (const id of [...this.#without]) if (!there.has(id)) this.gone(id);
    for (const info of there.values()) this.told(info);
  }

  told(info: SessionInfo): void {
    if (this.#closed) return;
    const known = this.#mirrors.get(info.id);
    if (known) this.#rename(known, info);
    else if (this.#wants(info)) this.#mirror(info);
  }

  gone(id: string): void {
    if (this.#without.delete(id)) this.#o.changed();
    const session = this.#mirrors.get(id);
    if (!session) return;
    this.#mirrors.delete(id);
    this.#names.delete(id);
    this.#o.hub.registry.forget(session, takenAway(session));
  }

  /** A mirror was taken away here: it does not come again by itself. */
  removed(session: Session): void {
    for (const [id, one] of this.#mirrors) {
      if (one !== session) continue;
      const name = this.#names.get(id) ?? session.far?.info?.name;
      this.#mirrors.delete(id);
      this.#names.delete(id);
      if (this.#only) this.#only = this.#only.filter((wanted) => wanted !== id && wanted !== name);
      else this.#without.add(id);
      for (const oldest of this.#without) {
        if (this.#without.size <= MAX_NAMES) break;
        this.#without.delete(oldest);
      }
      this.#o.changed();
    }
  }

  /** Lets go of all of them; they go on there. */
  close(forget: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#link.leave(this);
    if (forget) this.#forgetAll();
    this.#mirrors.clear();
    this.#o.hubs.release(this.#link);
  }

  #forgetAll(): void {
    const all = this.sessions;
    this.#mirrors.clear();
    this.#names.clear();
    for (const session of all) this.#o.hub.registry.forget(session);
  }

  #wants({ id, name, via = [] }: SessionInfo): boolean {
    const { hub } = this.#o;
    const only = this.#only;
    if (this.#without.has(id)) return false;
    // What comes from here would come back again and again.
    if (via.includes(hub.id) || via.length > MAX_VIA) return false;
    // Started there for a session of ours.
    if (hub.registry.list().some(({ far, remote }) => far?.session === id && remote?.kind === 'websocket'))
      return false;
    return only === undefined || only.includes(name) || only.includes(id);
  }

  #mirror(info: SessionInfo): void {
    const { hub } = this.#o;
    if (this.#mirrors.size >= MAX_MIRRORS) {
      if (!this.#full) hub.log.warn('not all sessions are mirrored', { hub: this.name, limit: MAX_MIRRORS });
      this.#full = true;
      return;
    }
    try {
      const session = hub.registry.create({
        command: info.command.length > 0 ? info.command : ['session'],
        cwd: info.cwd,
        env: {},
        mode: 'pty',
        ...SIZE,
        name: this.#nameFor(info),
        agent: info.agent.kind,
        unattended: true,
        remote: {
          kind: 'websocket',
          hub: this.ref,
          session: info.id,
          words: ['hub', `${this.name}/${info.name}`],
          options: {},
        },
      });
      this.#mirrors.set(info.id, session);
      this.#names.set(info.id, info.name);
    } catch (error) {
      hub.log.warn('not mirrored', { hub: this.name, session: info.id, error: String(error) });
    }
  }

  #nameFor(info: SessionInfo, self?: Session): string {
    const taken = (name: string): boolean =>
      this.#o.hub.registry.list().some((session) => session !== self && session.name === name);
    return freeName(cleanName(`${this.name}/${info.name}`), taken);
  }

  #rename(session: Session, info: SessionInfo): void {
    const before = this.#names.get(info.id) ?? session.far?.info?.name;
    this.#names.set(info.id, info.name);
    if (before === undefined || before === info.name) return;
    session.name = this.#nameFor(info, session);
  }
}

/** Our hub may not see it any more: that was said of the stream before the session went. Whoever watches it here is told the same. */
function takenAway({ state }: Session): IrisError | undefined {
  return state.kind === 'failed' && state.error.code === 'not-allowed' ? state.error : undefined;
}
