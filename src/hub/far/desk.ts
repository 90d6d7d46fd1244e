import { randomUUID } from 'node:crypto';
import {
  type FarHubRef,
  freeName,
  type HubCommandName,
  hubKey,
  IrisError,
  type PeopleEvent,
  type Position,
  type Session,
  transportOf,
} from '../../core/index.ts';
import type { Socket } from '../../protocol/index.ts';
import { type ConnectOptions, createTransport, type FarHubLink, FarHubs, unknownHub } from '../../transports/index.ts';
import type { HubContext } from '../context.ts';
import type { Principal } from '../principal.ts';
import type { Viewer } from '../viewer.ts';
import { Follower } from './follower.ts';
import { doneAt, forward } from './forward.ts';
import { KeptLinks, MAX_LINKS, type OpenedHub, type Shown, type ShownRunner } from './kept.ts';
import { Links } from './links.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { Runners } from './runners.ts';

export interface FarDeskOptions {
  readonly hub: HubContext;
  readonly stateFolder: string;
  /** How a hub that this user was paired with is reached; undefined: there is no such hub. */
  readonly addressOf: (ref: Extract<FarHubRef, { kind: 'known' }>) => ConnectOptions['address'] | undefined;
  /** How much is kept for hubs that have not taken it; absent: `RETENTION_LIMITS`. */
  readonly retention?: RetentionLimits | undefined;
  readonly joined: (viewer: Viewer) => void;
  readonly left: (viewer: Viewer) => void;
  readonly newViewerId: () => string;
}

/** Other hubs: those whose sessions are mirrored here, be it that we dial them or they us, and those that ours are offered to. */
export class FarDesk {
  readonly links: Links;
  readonly hubs: FarHubs;
  readonly #o: FarDeskOptions;
  readonly #runners = new Runners();
  readonly #kept: KeptLinks;
  readonly #retention: Retention;
  readonly #followers = new Map<string, Follower>();

  constructor(options: FarDeskOptions) {
    this.#o = options;
    const { hub } = options;
    this.hubs = new FarHubs({
      clock: hub.clock,
      version: hub.version,
      // Of this process alone: the numbers of its input begin anew with it.
      clientId: randomUUID(),
      addressOf: (ref) => this.#address(ref),
      resolve: (ref) => this.#resolve(ref),
      open: (launch) =>
        createTransport(transportOf(launch.remote), launch, { hub: hub.socket, env: hub.desk.reachingEnv }),
      people: (link, event) => this.#heard(link, event),
      onError: (error) => hub.log.error('far hub', { error: String(error) }),
    });
    const { joined, left, newViewerId, addressOf } = options;
    this.#kept = new KeptLinks(options.stateFolder, hub.log);
    this.#retention = new Retention(options.stateFolder, hub.log, options.retention);
    this.links = new Links({
      retention: this.#retention,
      hub,
      kept: this.#kept,
      joined,
      left,
      newViewerId,
      addressOf: (name) => async () => {
        const ref = { kind: 'known', name } as const;
        const address = addressOf(ref);
        if (!address) throw unknownHub(ref);
        return typeof address === 'function' ? address() : address;
      },
    });
  }

  /** A session has come: whoever it is offered to shall miss nothing of it. */
  added(session: Session): void {
    this.links.added(session);
  }

  /** For a hub that has just started: what an earlier one mirrored and offered. */
  begin(): void {
    for (const session of this.#o.hub.registry.list()) {
      const { remote } = session;
      if (!session.mirrored || !remote) continue;
      if (remote.kind === 'websocket' && remote.hub.kind === 'runner') {
        // It was revoked, and that did not get here.
        if (!this.#o.hub.access.offers(remote.hub.device)) {
          this.#forgetRunner(remote.hub.device);
          continue;
        }
        // What else it offers is seen when it comes.
        this.#followRunner(remote.hub.device);
      }
      session.networkChanged();
    }
    for (const { device } of this.#kept.runners) if (this.#o.hub.access.offers(device)) this.#followRunner(device);
    for (const { hub, ...shown } of this.#kept.opened) {
      try {
        this.#follow({ kind: 'known', name: hub }, shown);
      } catch (error) {
        this.#o.hub.log.warn('not opened again', { hub, reason: IrisError.from(error).line });
      }
    }
    this.links.begin();
  }

  /**
   * Mirrors sessions of a hub that this user was paired with, or of a runner, also those that were closed; `only`: names or ids there,
   * absent: all, also those to come.
   */
  async open(name: string, only: readonly string[] | undefined): Promise<Session[]> {
    const ref = this.called(name);
    if (ref.kind === 'known' && !this.#o.addressOf(ref)) throw unknownHub(ref);
    if (!this.#followers.has(hubKey(ref)) && this.#kept.opened.length >= MAX_LINKS) {
      throw new IrisError('failed', `sessions of ${MAX_LINKS} hubs are open already`, { remedy: 'close one first' });
    }
    const link = this.hubs.use(ref);
    try {
      await online(link, this.#o.hub);
      const there = link.host.sessions;
      const missing = (only ?? []).find((one) => !there.some(({ id, name: called }) => one === id || one === called));
      if (missing !== undefined) throw new IrisError('not-found', `${name} has no session "${missing}"`);
      const follower = this.#follow(ref, { only: [] });
      follower.open(only);
      this.#keep();
      return follower.sessions;
    } finally {
      this.hubs.release(link);
    }
  }

  /** Lets go of a hub's sessions, until they are opened again; they go on there. @throws IrisError `not-found` */
  close(name: string): void {
    const key = hubKey(this.called(name));
    const found = this.#followers.get(key) ?? this.#followers.get(`known ${name}`);
    if (!found || (found.sessions.length === 0 && found.shown.only?.length === 0)) {
      throw new IrisError('not-found', `no sessions of ${name} are open here`);
    }
    if (found.ref.kind === 'runner') found.hide();
    else {
      found.close(true);
      this.#followers.delete(`known ${name}`);
    }
    this.#keep();
  }

  #keep(): void {
    const opened: OpenedHub[] = [];
    const runners: ShownRunner[] = [];
    for (const { ref, shown } of this.#followers.values()) {
      if (ref.kind === 'known') opened.push({ hub: ref.name, ...shown });
      // All that a runner offers is shown, unless somebody said otherwise.
      else if (ref.kind === 'runner' && Object.keys(shown).length > 0) runners.push({ device: ref.device, ...shown });
    }
    this.#kept.change({ opened, runners });
  }

  /** Nobody asked for that who could be told that it can't be kept. */
  #keepQuietly(): void {
    try {
      this.#keep();
    } catch (error) {
      this.#o.hub.log.error('links.json', { error: IrisError.from(error).line });
    }
  }

  /** A device dialled us as a runner: the socket is its hub from now on. */
  runnerJoined(principal: Principal, socket: Socket): void {
    const { id, name } = principal;
    this.#runners.joined(principal, socket);
    const known = this.#followers.get(`runner ${id}`);
    if (known) known.link.host.retryNow();
    else this.#followRunner(id);
    this.#nameRunner(id, name);
  }

  /** What a device may do is something else now: one that may not offer sessions any more is cut, and they are gone from here. */
  deviceChanged(device: string): void {
    const { access } = this.#o.hub;
    if (!access.offers(device)) this.#forgetRunner(device);
    else if (this.#followers.has(`runner ${device}`)) this.#nameRunner(device, access.device(device)!.name);
  }

  /** Is this device here as a runner now? */
  hasRunner(device: string): boolean {
    return this.#runners.isHere(device);
  }

  retain(session: Session, { kind, id }: Principal, after: Position | undefined): void {
    // Room on the disk, and a process that is stopped when there is none: only who was offered the session may ask for that.
    if (kind !== 'hub') return;
    this.#retention.begin(session, id);
    if (after) this.#retention.kept(session, id, after.epoch, after.seq);
  }

  kept(session: Session, { id }: Principal, epoch: string, seq: number): void {
    this.#retention.kept(session, id, epoch, seq);
  }

  /** What of a mirrored session only its own hub can do. Undefined: it is done here. */
  forwarded(session: Session, name: HubCommandName, args: object): Promise<unknown> | undefined {
    const hub = doneAt(session, name);
    if (!hub) return undefined;
    const link = this.hubs.get(hub);
    if (!link) return Promise.reject(new IrisError('unreachable', `${session.name} is not connected`));
    const done = forward(link, session, name, args);
    if (name !== 'session.kill') return done;
    return done.then((result) => {
      this.#o.hub.registry.forget(session);
      return result;
    });
  }

  /** A mirror was taken away here. */
  removed(session: Session): void {
    this.#retention.forget(session);
    for (const follower of this.#followers.values()) follower.removed(session);
  }

  stop(): void {
    this.links.close();
    this.#retention.dispose();
    for (const follower of this.#followers.values()) follower.close(false);
    this.#followers.clear();
    this.hubs.close();
  }

  /** About a session of that hub: of one that is mirrored here those are told who are here. */
  #heard(link: FarHubLink, event: PeopleEvent): void {
    const { hub } = this.#o;
    const session = hub.registry
      .list()
      .find(
        ({ far, remote }) =>
          far?.session === event.sessionId && remote?.kind === 'websocket' && this.hubs.get(remote.hub) === link,
      );
    const done = session
      ? hub.sharing.above(session, hubKey(link.ref), event)
      : event.type === 'asked' && event.ask !== undefined
        ? link.host.command('session.heard', { session: event.sessionId, ask: event.ask, told: 0 })
        : undefined;
    done?.catch((error: unknown) => hub.log.warn('people of another hub', { error: String(error) }));
  }

  #followRunner(device: string): void {
    const { device: _, ...shown } = this.#kept.runners.find((one) => one.device === device) ?? { device };
    const { name = device } = this.#o.hub.access.device(device) ?? {};
    this.#follow({ kind: 'runner', device, name }, shown);
    this.#nameRunner(device, name);
  }

  /** A device may be given another name at any time: what is of it here is called by that. */
  #nameRunner(device: string, name: string): void {
    this.#runners.called(device, name);
    this.hubs.called({ kind: 'runner', device, name });
    const { registry } = this.#o.hub;
    for (const session of registry.list()) {
      const { remote } = session;
      if (remote?.kind !== 'websocket' || remote.hub.kind !== 'runner' || remote.hub.device !== device) continue;
      const before = `${remote.hub.name}/`;
      if (before === `${name}/`) continue;
      session.hubCalled(name);
      if (!session.name.startsWith(before)) continue;
      const taken = (wanted: string): boolean => registry.list().some((one) => one.name === wanted);
      session.name = freeName(`${name}/${session.name.slice(before.length)}`, taken);
    }
  }

  #follow(ref: FarHubRef, shown: Shown): Follower {
    const key = hubKey(ref);
    const known = this.#followers.get(key);
    if (known) return known;
    const changed = (): void => this.#keepQuietly();
    const follower = new Follower({ hub: this.#o.hub, hubs: this.hubs, ref, shown, changed });
    this.#followers.set(key, follower);
    return follower;
  }

  /** With all that is of it here, also of an earlier hub, and what was started there. */
  #forgetRunner(device: string): void {
    this.#runners.cut(device);
    this.#followers.get(`runner ${device}`)?.close(false);
    if (this.#followers.delete(`runner ${device}`)) this.#keepQuietly();
    const { registry } = this.#o.hub;
    for (const session of registry.list()) {
      const { remote } = session;
      if (remote?.kind !== 'websocket' || remote.hub.kind !== 'runner' || remote.hub.device !== device) continue;
      registry.forget(session);
    }
    this.hubs.end(`runner ${device}`, new IrisError('not-allowed', 'it may not offer sessions here any more'));
  }

  called(name: string): FarHubRef {
    return this.#resolve({ kind: 'known', name });
  }

  /** A hub that this user was paired with goes before a runner of the same name. */
  #resolve(ref: FarHubRef): FarHubRef {
    if (ref.kind !== 'known' || this.#o.addressOf(ref)) return ref;
    for (const follower of this.#followers.values()) {
      if (follower.ref.kind === 'runner' && follower.name === ref.name) return follower.ref;
    }
    return ref;
  }

  #address(ref: Exclude<FarHubRef, { kind: 'carried' }>): ConnectOptions['address'] {
    if (ref.kind === 'runner') return this.#runners.address(ref.device, ref.name);
    const address = this.#o.addressOf(ref);
    if (!address) throw unknownHub(ref);
    return address;
  }
}

/** How long somebody who opens a hub's sessions waits for it. */
const OPEN_WITHIN_MS = 10_000;

function online(link: Follower['link'], { clock }: HubContext): Promise<void> {
  return new Promise((resolve, reject) => {
    const user = {
      online: () => settle(),
      failed: (error: IrisError) => settle(error),
      // Nobody can dial a runner.
      lost: ({ error }: { readonly error: IrisError }) => link.ref.kind === 'runner' && settle(error),
    };
    const timer = clock.after(OPEN_WITHIN_MS, () =>
      settle(new IrisError('hub-unreachable', 'the hub does not answer')),
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
