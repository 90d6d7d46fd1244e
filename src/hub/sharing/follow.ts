import { EVERYTHING, IrisError, type Timer } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { layoutOwner } from '../principal.ts';
import { PerMinute } from './per-minute.ts';
import { shownName } from './typist.ts';

/** Where somebody looks is told this often; of what changed meanwhile only the newest. */
const GATHER_MS = 30;
/** Those who are named to whoever is followed. */
const MAX_NAMED = 16;
/** Followers of one viewer; more are refused. */
const MAX_FOLLOWERS = 256;
/** Whoever is followed is told each time: a guest begins so often in a minute. */
const MAX_BEGINNINGS = 20;

export interface Focus {
  readonly session?: string | undefined;
  readonly tab?: string | undefined;
  readonly zoomed?: boolean | undefined;
}

interface Leader {
  readonly followers: Set<HubViewer>;
  focus: Focus | undefined;
  timer: Timer | undefined;
}

/** Viewers that look where another one looks. Ends with either link. */
export class Follows {
  readonly #hub: HubContext;
  readonly #beginnings: PerMinute;
  readonly #leaders = new Map<HubViewer, Leader>();
  readonly #followed = new Map<HubViewer, HubViewer>();
  /** Whose going is heard of already. */
  readonly #known = new WeakSet<HubViewer>();

  constructor(hub: HubContext) {
    this.#hub = hub;
    this.#beginnings = new PerMinute(hub.clock, MAX_BEGINNINGS);
  }

  /** @throws IrisError */
  follow(caller: HubViewer, wanted: string): HubViewer {
    const leader = this.#find(caller, wanted);
    for (let one: HubViewer | undefined = leader; one; one = this.#followed.get(one)) {
      if (one === caller) throw new IrisError('conflict', `${wanted} looks where you look`);
    }
    if (this.#followed.get(caller) === leader) return leader;
    const { kind, id } = caller.identity.principal;
    if (kind !== 'local' && !this.#beginnings.passes(id)) {
      throw new IrisError('failed', 'you followed too many in the last minute', { retriable: true });
    }
    this.unfollow(caller);
    const led = this.#leaders.get(leader) ?? this.#lead(leader);
    if (led.followers.size >= MAX_FOLLOWERS) throw new IrisError('failed', `${wanted} is followed by too many`);
    if (!this.#known.has(caller)) caller.gone.addEventListener('abort', () => this.unfollow(caller), { once: true });
    this.#known.add(caller);
    led.followers.add(caller);
    this.#followed.set(caller, leader);
    this.#announce(leader, led);
    if (led.focus) this.#tell(leader, led.focus, caller);
    return leader;
  }

  unfollow(caller: HubViewer): void {
    const leader = this.#followed.get(caller);
    if (!leader) return;
    this.#followed.delete(caller);
    const led = this.#leaders.get(leader);
    if (!led?.followers.delete(caller)) return;
    this.#announce(leader, led);
    if (led.followers.size > 0) return;
    led.timer?.cancel();
    this.#leaders.delete(leader);
  }

  looks(caller: HubViewer, focus: Focus): void {
    const led = this.#leaders.get(caller);
    if (!led) return;
    led.focus = focus;
    led.timer ??= this.#hub.clock.after(GATHER_MS, () => {
      led.timer = undefined;
      for (const follower of led.followers) if (led.focus) this.#tell(caller, led.focus, follower);
    });
  }

  #lead(leader: HubViewer): Leader {
    const led: Leader = { followers: new Set(), focus: undefined, timer: undefined };
    this.#leaders.set(leader, led);
    leader.gone.addEventListener(
      'abort',
      () => {
        led.timer?.cancel();
        if (this.#leaders.get(leader) === led) this.#leaders.delete(leader);
        for (const follower of led.followers) {
          this.#followed.delete(follower);
          follower.event({ type: 'focus', viewer: leader.id, left: true });
        }
        led.followers.clear();
      },
      { once: true },
    );
    return led;
  }

  /** What the follower may not see, it is not taken to; tabs are those of its own layout, or of one that both have. */
  #tell(leader: HubViewer, { session, tab, zoomed }: Focus, follower: HubViewer): void {
    if (session === undefined || !follower.sees(session)) return;
    const same = tab !== undefined && layoutOwner(leader) === layoutOwner(follower);
    follower.event({
      type: 'focus',
      viewer: leader.id,
      sessionId: session,
      ...(same ? { tab } : {}),
      ...(zoomed === undefined ? {} : { zoomed }),
    });
  }

  #announce(leader: HubViewer, { followers }: Leader): void {
    const by = [...followers].slice(0, MAX_NAMED).map(({ identity }) => shownName(identity.principal.name));
    leader.event({ type: 'followed', by });
  }

  /** @throws IrisError `not-found` or `ambiguous` */
  #find(caller: HubViewer, wanted: string): HubViewer {
    const all = caller.sees(EVERYTHING);
    const known = [...this.#hub.viewers.values()].filter(
      (one) =>
        one !== caller &&
        !one.identity.managing &&
        one.watched.size > 0 &&
        (all || [...one.watched].some((id) => caller.sees(id))),
    );
    const exact = known.find(({ id }) => id === wanted);
    if (exact) return exact;
    const named = known.filter(({ identity }) => identity.principal.name === wanted);
    const [first] = named;
    if (first && named.length === 1) return first;
    if (first) {
      throw new IrisError('ambiguous', `${named.length} viewers are called ${wanted}`, {
        remedy: `give one of: ${named.map(({ id }) => id).join(', ')}`,
      });
    }
    throw new IrisError('not-found', `nobody called ${wanted} is here`);
  }
}
