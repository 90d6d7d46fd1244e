import { type FarHubRef, freeName, hubKey, IrisError, type Session } from '../../core/index.ts';
import type { Socket } from '../../protocol/index.ts';
import type { ConnectOptions, FarHubs } from '../../transports/index.ts';
import type { HubContext } from '../context.ts';
import type { Principal } from '../principal.ts';
import type { FollowedHubs } from './followed.ts';
import type { KeptLinks } from './kept.ts';
import { Runners } from './runners.ts';

type RunnerRef = Extract<FarHubRef, { kind: 'runner' }>;

export interface RunnerDeskOptions {
  readonly hub: HubContext;
  readonly hubs: FarHubs;
  readonly kept: KeptLinks;
  readonly followed: FollowedHubs;
}

/** Devices that dial this hub and offer their sessions: they come, are given other names, and lose their right. */
export class RunnerDesk {
  readonly #o: RunnerDeskOptions;
  readonly #sockets = new Runners();

  constructor(options: RunnerDeskOptions) {
    this.#o = options;
  }

  /** For a hub that has just started: what an earlier one mirrored of them, and what was chosen. */
  begin(): void {
    const { hub, kept } = this.#o;
    const devices = new Set(kept.runners.map(({ device }) => device));
    for (const session of hub.registry.list()) {
      const device = runnerOf(session)?.device;
      if (device !== undefined) devices.add(device);
    }
    for (const device of devices) {
      // What else it offers is seen when it comes. One that was revoked meanwhile is forgotten.
      if (hub.access.offers(device)) this.#follow(device);
      else this.#forget(device);
    }
  }

  /** A device dialled us as a runner: the socket is its hub from now on. */
  joined(principal: Principal, socket: Socket): void {
    const { id, name } = principal;
    this.#sockets.joined(principal, socket);
    const known = this.#o.followed.get(runner(id));
    if (known) known.link.host.retryNow();
    else this.#follow(id);
    this.#name(id, name);
  }

  /** What a device may do is something else now: one that may not offer sessions any more is cut, and they are gone from here. */
  changed(device: string): void {
    const { hub, followed } = this.#o;
    if (!hub.access.offers(device)) this.#forget(device);
    else if (followed.get(runner(device))) this.#name(device, hub.access.device(device)!.name);
  }

  /** Is there a link to it? */
  isHere(device: string): boolean {
    return this.#sockets.isHere(device);
  }

  /** How a link reaches it: by the socket on which it came last. */
  address({ device, name }: RunnerRef): ConnectOptions['address'] {
    return this.#sockets.address(device, name);
  }

  #follow(device: string): void {
    const { name = device } = this.#o.hub.access.device(device) ?? {};
    this.#o.followed.followRunner({ kind: 'runner', device, name });
    this.#name(device, name);
  }

  /** A device may be given another name at any time: what is of it here is called by that. */
  #name(device: string, name: string): void {
    const { hub, hubs } = this.#o;
    this.#sockets.called(device, name);
    hubs.called({ kind: 'runner', device, name });
    const taken = (wanted: string): boolean => hub.registry.list().some((one) => one.name === wanted);
    for (const session of this.#sessions(device)) {
      const before = `${runnerOf(session)!.name}/`;
      if (before === `${name}/`) continue;
      session.hubCalled(name);
      if (session.name.startsWith(before))
        session.name = freeName(`${name}/${session.name.slice(before.length)}`, taken);
    }
  }

  /** With all that is of it here, also of an earlier hub, and what was started there. */
  #forget(device: string): void {
    const { hub, hubs, followed } = this.#o;
    this.#sockets.cut(device);
    followed.forget(runner(device));
    for (const session of this.#sessions(device)) hub.registry.forget(session);
    hubs.end(hubKey(runner(device)), new IrisError('not-allowed', 'it may not offer sessions here any more'));
  }

  #sessions(device: string): Session[] {
    return this.#o.hub.registry.list().filter((session) => runnerOf(session)?.device === device);
  }
}

/** Whose name is of no matter. */
function runner(device: string): RunnerRef {
  return { kind: 'runner', device, name: '' };
}

/** The runner that this session is of. */
function runnerOf({ remote }: Session): RunnerRef | undefined {
  return remote?.kind === 'websocket' && remote.hub.kind === 'runner' ? remote.hub : undefined;
}
