import { randomUUID } from 'node:crypto';
import {
  type FarHubRef,
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
import { FollowedHubs } from './followed.ts';
import { doneAt, forward } from './forward.ts';
import { KeptLinks } from './kept.ts';
import { Links } from './links.ts';
import { Retention, type RetentionLimits } from './retention.ts';
import { RunnerDesk } from './runner-desk.ts';

export interface FarDeskOptions {
  readonly hub: HubContext;
  readonly stateFolder: string;
  /** How a hub that this user was paired with is reached; undefined: there is no such hub. */
  readonly addressOf: (ref: Extract<FarHubRef, { kind: 'known' }>) => ConnectOptions['address'] | undefined;
  /** How much is kept for hubs that have not taken it; absent: `RETENTION_LIMITS`. */
  readonly retention?: RetentionLimits | undefined;
}

/** Other hubs: those whose sessions are mirrored here, be it that we dial them or they us, and those that ours are offered to. */
export class FarDesk {
  readonly links: Links;
  readonly hubs: FarHubs;
  readonly #o: FarDeskOptions;
  readonly #followed: FollowedHubs;
  readonly #runners: RunnerDesk;
  readonly #retention: Retention;

  constructor(options: FarDeskOptions) {
    this.#o = options;
    const { hub } = options;
    this.hubs = new FarHubs({
      clock: hub.clock,
      version: hub.version,
      // Of this process alone: the numbers of its input begin anew with it.
      clientId: randomUUID(),
      addressOf: (ref) => this.#address(ref),
      resolve: (ref) => this.#followed.resolve(ref),
      open: (launch) =>
        createTransport(transportOf(launch.remote), launch, { hub: hub.socket, env: hub.desk.reachingEnv }),
      people: (link, event) => this.#heard(link, event),
      onError: (error) => hub.log.error('far hub', { error: String(error) }),
    });
    const { addressOf } = options;
    const kept = new KeptLinks(options.stateFolder, hub.log);
    const { hubs } = this;
    this.#followed = new FollowedHubs({ hub, hubs, kept, isKnown: (ref) => addressOf(ref) !== undefined });
    this.#runners = new RunnerDesk({ hub, hubs, kept, followed: this.#followed });
    this.#retention = new Retention(options.stateFolder, hub.log, options.retention);
    this.links = new Links({
      retention: this.#retention,
      hub,
      kept,
      addressOf: (name) => async (attempt) => {
        const ref = { kind: 'known', name } as const;
        const address = addressOf(ref);
        if (!address) throw unknownHub(ref);
        return typeof address === 'function' ? address(attempt) : address;
      },
    });
  }

  /** A session has come: whoever it is offered to shall miss nothing of it. */
  added(session: Session): void {
    this.links.added(session);
  }

  /** For a hub that has just started: what an earlier one mirrored and offered. */
  begin(): void {
    this.#runners.begin();
    for (const session of this.#o.hub.registry.list()) if (session.mirrored) session.networkChanged();
    this.#followed.begin();
    this.links.begin();
  }

  called(name: string): FarHubRef {
    return this.#followed.resolve({ kind: 'known', name });
  }

  open(name: string, only: readonly string[] | undefined): Promise<Session[]> {
    return this.#followed.open(name, only);
  }

  close(name: string): void {
    this.#followed.close(name);
  }

  runnerJoined(principal: Principal, socket: Socket): void {
    this.#runners.joined(principal, socket);
  }

  deviceChanged(device: string): void {
    this.#runners.changed(device);
  }

  hasRunner(device: string): boolean {
    return this.#runners.isHere(device);
  }

  isThere({ remote, far }: Session): boolean {
    if (remote?.kind !== 'websocket') return false;
    const link = this.hubs.get(remote.hub);
    return !link?.online || link.host.sessions.some(({ id }) => id === far?.session);
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
    this.#followed.removed(session);
  }

  stop(): void {
    this.links.close();
    this.#retention.dispose();
    this.#followed.stop();
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

  #address(ref: Exclude<FarHubRef, { kind: 'carried' }>): ConnectOptions['address'] {
    if (ref.kind === 'runner') return this.#runners.address(ref);
    const address = this.#o.addressOf(ref);
    if (!address) throw unknownHub(ref);
    return address;
  }
}
