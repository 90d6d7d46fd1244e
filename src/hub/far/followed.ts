import { type FarHubRef, hubKey, IrisError, type Session } from '../../core/index.ts';
import { type FarHubLink, type FarHubs, type LinkUser, unknownHub } from '../../transports/index.ts';
import type { HubContext } from '../context.ts';
import { Follower } from './follower.ts';
import { type KeptLinks, MAX_LINKS, type OpenedHub, type Shown, type ShownRunner } from './kept.ts';

/** How long somebody who opens a hub's sessions waits for it. */
const OPEN_WITHIN_MS = 10_000;

export interface FollowedHubsOptions {
  readonly hub: HubContext;
  readonly hubs: FarHubs;
  readonly kept: KeptLinks;
  /** Was this user paired with it? */
  readonly isKnown: (ref: Extract<FarHubRef, { kind: 'known' }>) => boolean;
}

/** Hubs whose sessions are mirrored here, because somebody opened them or because they dialled us and offer them; remembered on the disk. */
export class FollowedHubs {
  readonly #o: FollowedHubsOptions;
  readonly #followers = new Map<string, Follower>();

  constructor(options: FollowedHubsOptions) {
    this.#o = options;
  }

  /** Those that were open in an earlier hub. */
  begin(): void {
    for (const { hub: name, ...shown } of this.#o.kept.opened) {
      try {
        this.#follow({ kind: 'known', name }, shown);
      } catch (error) {
        this.#o.hub.log.warn('not opened again', { hub: name, reason: IrisError.from(error).line });
      }
    }
  }

  /** All that a runner offers is shown, unless somebody said otherwise. */
  followRunner(ref: Extract<FarHubRef, { kind: 'runner' }>): void {
    this.#follow(ref, this.#o.kept.runners.find(({ device }) => device === ref.device) ?? {});
  }

  get(ref: FarHubRef): Follower | undefined {
    return this.#followers.get(hubKey(ref));
  }

  /** A hub that this user was paired with goes before a runner of the same name. */
  resolve(ref: FarHubRef): FarHubRef {
    if (ref.kind !== 'known' || this.#o.isKnown(ref)) return ref;
    for (const follower of this.#followers.values()) {
      if (follower.ref.kind === 'runner' && follower.name === ref.name) return follower.ref;
    }
    return ref;
  }

  /**
   * Mirrors sessions of a hub that this user was paired with, or of a runner, also those that were closed; `only`: names or ids there,
   * absent: all, also those to come.
   * @throws IrisError
   */
  async open(name: string, only: readonly string[] | undefined): Promise<Session[]> {
    const ref = this.resolve({ kind: 'known', name });
    if (ref.kind === 'known' && !this.#o.isKnown(ref)) throw unknownHub(ref);
    const { hub, hubs, kept } = this.#o;
    if (!this.get(ref) && kept.opened.length >= MAX_LINKS) {
      throw new IrisError('failed', `sessions of ${MAX_LINKS} hubs are open already`, { remedy: 'close one first' });
    }
    const link = hubs.use(ref);
    try {
      await online(link, name, hub);
      const there = link.host.sessions;
      const missing = (only ?? []).find((one) => !there.some(({ id, name: called }) => one === id || one === called));
      if (missing !== undefined) throw new IrisError('not-found', `${name} has no session "${missing}"`);
      const follower = this.#follow(ref, { only: [] });
      follower.open(only);
      this.#keep();
      return follower.sessions;
    } finally {
      hubs.release(link);
    }
  }

  /** Lets go of a hub's sessions, until they are opened again; they go on there. @throws IrisError `not-found` */
  close(name: string): void {
    const known: FarHubRef = { kind: 'known', name };
    const found = this.get(this.resolve(known)) ?? this.get(known);
    if (!found || (found.sessions.length === 0 && found.shown.only?.length === 0)) {
      throw new IrisError('not-found', `no sessions of ${name} are open here`);
    }
    if (found.ref.kind === 'runner') found.hide();
    else {
      found.close(true);
      this.#followers.delete(hubKey(found.ref));
    }
    this.#keep();
  }

  /** It is followed no more, and what was chosen of it is forgotten. */
  forget(ref: FarHubRef): void {
    this.get(ref)?.close(false);
    if (this.#followers.delete(hubKey(ref))) this.#keepQuietly();
  }

  /** A mirror was taken away here. */
  removed(session: Session): void {
    for (const follower of this.#followers.values()) follower.removed(session);
  }

  stop(): void {
    for (const follower of this.#followers.values()) follower.close(false);
    this.#followers.clear();
  }

  #follow(ref: FarHubRef, shown: Shown): Follower {
    const known = this.get(ref);
    if (known) return known;
    const { hub, hubs } = this.#o;
    const follower = new Follower({ hub, hubs, ref, shown, changed: () => this.#keepQuietly() });
    this.#followers.set(hubKey(ref), follower);
    return follower;
  }

  #keep(): void {
    const opened: OpenedHub[] = [];
    const runners: ShownRunner[] = [];
    for (const { ref, shown } of this.#followers.values()) {
      if (ref.kind === 'known') opened.push({ hub: ref.name, ...shown });
      else if (ref.kind === 'runner' && Object.keys(shown).length > 0) runners.push({ device: ref.device, ...shown });
    }
    this.#o.kept.change({ opened, runners });
  }

  /** Nobody asked for that who could be told that it can't be kept. */
  #keepQuietly(): void {
    try {
      this.#keep();
    } catch (error) {
      this.#o.hub.log.error('links.json', { error: IrisError.from(error).line });
    }
  }
}

/** Somebody waits for it: it is tried at once, and they hear why that failed. */
function online(link: FarHubLink, name: string, { clock }: HubContext): Promise<void> {
  link.host.retryNow();
  return new Promise((resolve, reject) => {
    const user: LinkUser = {
      online: () => settle(),
      failed: (error) => settle(error),
      lost: ({ error, trying }) => trying !== true && settle(error),
    };
    const timer = clock.after(OPEN_WITHIN_MS, () =>
      settle(new IrisError('unreachable', `${name} does not answer`, { retriable: true })),
    );
    const settle = (error?: IrisError): void => {
      timer.cancel();
      link.leave(user);
      if (error) reject(error);
      else resolve();
    };
    link.join(user);
  });
}
