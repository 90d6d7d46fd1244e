import { IrisError, includes, type Role, roleOf, type Session } from '../../core/index.ts';
import type { WireEvent } from '../../protocol/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { ownsAll, type Principal } from '../principal.ts';
import { ViewerActs } from '../viewer-acts.ts';
import { PerMinute } from './per-minute.ts';
import { endOf, isStored, lower, raise } from './stored.ts';
import { shownName } from './typist.ts';

/** Somebody may ask for the keyboard of one session this often. */
const ASK_EVERY_MS = 10_000;
/** Whoever is not at this machine gives and takes so often in a minute: each is written down, and nobody shall fill the audit. */
const MAX_CHANGES = 20;
/** Asks that are remembered; of more, the oldest may be repeated sooner. */
const MAX_ASKS = 1_024;

/** Somebody's keyboard that was handed over, on the link where that was done. */
interface HandedOver {
  readonly to: Principal;
  /** When their own right would have ended. */
  readonly end: number | undefined;
}

/** Who may type into a session, given from one to another while they are there. */
export class Keyboards {
  readonly #hub: HubContext;
  /** When somebody asked last, by who and session. */
  readonly #asks = new Map<string, number>();
  /** Giving and taking. */
  readonly #changes: PerMinute;
  readonly #handedOver = new WeakMap<HubViewer, Map<string, HandedOver>>();

  constructor(hub: HubContext) {
    this.#hub = hub;
    this.#changes = new PerMinute(() => hub.clock, MAX_CHANGES);
  }

  /** May this viewer take back what it handed over? */
  handedOver(viewer: HubViewer, session: string): boolean {
    return this.#handedOver.get(viewer)?.has(session) ?? false;
  }

  /** @throws IrisError */
  ask(session: Session, caller: HubViewer): number {
    const role = caller.roleOn(session.id);
    const { principal } = caller.identity;
    if (role && includes(role, 'typer')) throw new IrisError('conflict', `you may type into ${session.name} already`);
    const there = this.#watching(session);
    const asker = there.includes(caller) ? caller : there.find((one) => one.identity.principal.id === principal.id);
    if (!asker) {
      throw new IrisError('conflict', `you are not there: attach to ${session.name} first`);
    }
    if (asker.onlyReads(session.id)) throw new IrisError('conflict', 'this viewer is read-only by its own wish');
    this.#mayAsk(`${principal.id} ${asker === caller && !isStored(principal) ? caller.id : ''} ${session.id}`);
    const event: WireEvent = {
      type: 'asked',
      sessionId: session.id,
      viewer: asker.id,
      name: shownName(principal.name),
    };
    const givers = [...this.#hub.viewers.values()].filter((one) => one !== asker && hears(one, session.id));
    for (const giver of givers) giver.event(event);
    new ViewerActs(this.#hub, caller).shared('session.ask', session.id);
    return givers.length;
  }

  /** @throws IrisError */
  give(session: Session, caller: HubViewer, target: HubViewer): Role {
    const name = shownName(target.identity.principal.name);
    const own = caller.roleOn(session.id);
    const theirs = target.roleOn(session.id);
    if (target.onlyReads(session.id)) throw new IrisError('conflict', `${name} looks only, by their own wish`);
    if (theirs && includes(theirs, 'typer')) return theirs;
    if (!theirs) throw notThere(name, session);
    this.#mayChange(caller);
    const { principal } = caller.identity;
    if (own === 'owner') this.#raise(target, session.id);
    else {
      // Nobody makes two of one: what was theirs is the other's now, and ends when theirs would have.
      const end = endOf(this.#hub, principal, session.id);
      this.#raise(target, session.id, end);
      this.#lower(caller, session.id);
      const mine = this.#handedOver.get(caller) ?? new Map<string, HandedOver>();
      mine.set(session.id, { to: target.identity.principal, end });
      this.#handedOver.set(caller, mine);
    }
    this.#tell(session.id, target, 'given', caller);
    new ViewerActs(this.#hub, caller).shared('session.grant', session.id, `typer: ${name}`);
    return target.roleOn(session.id) ?? 'viewer';
  }

  /** Somebody who asked does not get it. */
  decline(session: Session, caller: HubViewer, target: HubViewer): void {
    this.#mayChange(caller);
    this.#tell(session.id, target, 'declined', caller);
    const name = shownName(target.identity.principal.name);
    new ViewerActs(this.#hub, caller).shared('session.grant', session.id, `declined: ${name}`);
  }

  /** @throws IrisError */
  takeFrom(session: Session, caller: HubViewer, target: HubViewer): void {
    const { principal } = target.identity;
    const name = shownName(principal.name);
    if (principal.roleOn(session.id) === 'owner' && !ownsAll(caller.identity.principal)) {
      throw new IrisError('not-allowed', `${name} owns ${session.name} as you do`);
    }
    this.#mayChange(caller);
    this.#lower(target, session.id);
    this.#tell(session.id, target, 'taken', caller);
    new ViewerActs(this.#hub, caller).shared('session.take', session.id, name);
  }

  /** From a device or token that is not there now. Undefined: there is none of that name that may type. */
  takeFromAbsent(session: Session, caller: HubViewer, wanted: string): string | undefined {
    const { access, clock } = this.#hub;
    const found = [...access.devices, ...access.tokens].find(
      ({ id, name, grants }) =>
        (id === wanted || name === wanted) && roleOf(grants, session.id, clock.wall()) === 'typer',
    );
    if (!found) return undefined;
    this.#mayChange(caller);
    lower(this.#hub, found, session.id);
    new ViewerActs(this.#hub, caller).shared('session.take', session.id, shownName(found.name));
    return shownName(found.name);
  }

  /** From all who type without owning it. */
  takeFromAll(session: Session, caller: HubViewer): string[] {
    const typing = this.#watching(session).filter((one) => one !== caller && one.roleOn(session.id) === 'typer');
    for (const one of typing) if (one.roleOn(session.id) === 'typer') this.takeFrom(session, caller, one);
    return [...new Set(typing.map(({ identity }) => shownName(identity.principal.name)))];
  }

  /** What the caller handed over on this link comes back to it. @throws IrisError */
  takeBack(session: Session, caller: HubViewer): void {
    const mine = this.#handedOver.get(caller);
    const given = mine?.get(session.id);
    mine?.delete(session.id);
    const holds = given?.to.roleOn(session.id) === 'typer';
    if (!given || !holds) {
      throw new IrisError('conflict', 'what you handed over is not theirs any more', {
        remedy: 'ask for the keyboard',
      });
    }
    const now = this.#watching(session).filter((one) => one.identity.principal.id === given.to.id);
    const [first] = now;
    if (first) this.#lower(first, session.id);
    else lower(this.#hub, given.to, session.id);
    this.#raise(caller, session.id, given.end);
    if (first) this.#tell(session.id, first, 'taken', caller);
    new ViewerActs(this.#hub, caller).shared('session.take', session.id, `back from ${shownName(given.to.name)}`);
  }

  /** Somebody who is there, by the id of their viewer or a name. @throws IrisError `not-found` or `ambiguous` */
  find(session: Session, wanted: string, caller: HubViewer): HubViewer {
    const there = this.#watching(session);
    const exact = there.find(({ id }) => id === wanted);
    if (exact) return exact;
    const named = there.filter((one) => one !== caller && one.identity.principal.name === wanted);
    const who = new Set(named.map(({ identity }) => identity.principal));
    // All links of one device are one, as far as the keyboard goes.
    const [first] = named;
    const same =
      first && isStored(first.identity.principal) && [...who].every(({ id }) => id === first.identity.principal.id);
    if (first && (named.length === 1 || same)) return first;
    if (first) {
      throw new IrisError('ambiguous', `${named.length} viewers of ${session.name} are called ${wanted}`, {
        remedy: `give one of: ${named.map(({ id }) => id).join(', ')}`,
      });
    }
    throw notThere(wanted, session);
  }

  #watching({ id }: Session): HubViewer[] {
    return [...this.#hub.viewers.values()].filter((viewer) => viewer.watched.has(id));
  }

  /** @throws IrisError when it gave and took too often */
  #mayChange({ identity: { principal } }: HubViewer): void {
    if (principal.kind === 'local' || this.#changes.passes(principal.id)) return;
    throw new IrisError('failed', 'the keyboard was given and taken too often', {
      retriable: true,
      remedy: 'wait a minute',
    });
  }

  /** @throws IrisError when it asked a moment ago */
  #mayAsk(key: string): void {
    const now = this.#hub.clock.now();
    const last = this.#asks.get(key);
    if (last !== undefined && now - last < ASK_EVERY_MS) {
      throw new IrisError('failed', 'you asked a moment ago', { retriable: true, remedy: 'wait for an answer' });
    }
    this.#asks.delete(key);
    this.#asks.set(key, now);
    if (this.#asks.size > MAX_ASKS) this.#asks.delete(this.#asks.keys().next().value!);
  }

  #raise(target: HubViewer, session: string, notAfter?: number): void {
    const { principal } = target.identity;
    target.limit(session, false);
    this.#handedOver.get(target)?.delete(session);
    const role = target.roleOn(session);
    if (role && includes(role, 'typer')) return;
    if (!isStored(principal)) {
      throw new IrisError('not-allowed', `${shownName(principal.name)} was offered to look only`, {
        remedy: 'link add --allow type',
      });
    }
    raise(this.#hub, principal, session, notAfter);
  }

  #lower(target: HubViewer, session: string): void {
    const { principal } = target.identity;
    if (isStored(principal)) lower(this.#hub, principal, session);
    else target.limit(session, true);
    // What this one may get again is not what somebody handed over before.
    for (const viewer of this.#hub.viewers.values()) {
      const given = this.#handedOver.get(viewer);
      if (given?.get(session)?.to.id === principal.id) given.delete(session);
    }
  }

  /** Whoever has it on a device has it on all of its links. */
  #tell(sessionId: string, target: HubViewer, change: 'given' | 'taken' | 'declined', by: HubViewer): void {
    const { principal } = target.identity;
    const event: WireEvent = { type: 'keyboard', sessionId, change, by: shownName(by.identity.principal.name) };
    for (const viewer of this.#hub.viewers.values()) {
      const same = viewer === target || (isStored(principal) && viewer.identity.principal.id === principal.id);
      if (same && viewer !== by && viewer.watched.has(sessionId)) viewer.event(event);
    }
  }
}

/**
 * Who may give the keyboard and is there; whoever owns the session also while they look at others. A link that watches nothing is a command, and
 * before that of another hub nobody sits.
 */
function hears(viewer: HubViewer, session: string): boolean {
  const role = viewer.roleOn(session);
  if (role === undefined || !includes(role, 'typer') || viewer.onlyReads(session) || viewer.mirrors.size > 0)
    return false;
  return viewer.watched.has(session) || (role === 'owner' && viewer.watched.size > 0);
}

function notThere(name: string, { name: session }: Session): IrisError {
  return new IrisError('not-found', `nobody called ${name} watches ${session}`, {
    remedy: 'iris-tui ls --json has who is there',
  });
}
