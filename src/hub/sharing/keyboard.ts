import { IrisError, includes, type Role, roleOf, type Session } from '../../core/index.ts';
import type { WireEvent } from '../../protocol/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { ownsAll, type Principal } from '../principal.ts';
import { ViewerActs } from '../viewer-acts.ts';
import type { Ask, Asks } from './asks.ts';
import { PerMinute } from './per-minute.ts';
import { endOf, isStored, lower, raise } from './stored.ts';
import { roleIn, watching } from './there.ts';
import { shownName } from './typist.ts';

/** Whoever is not at this machine gives and takes so often in a minute: each is written down, and nobody shall fill the audit. */
const MAX_CHANGES = 20;

/** Somebody's keyboard that was handed over, on the link where that was done. */
interface HandedOver {
  readonly to: Principal;
  /** When their own right would have ended. */
  readonly end: number | undefined;
}

/** Who may type into a session, given from one to another while they are there. */
export class Keyboards {
  readonly #hub: HubContext;
  readonly #asks: Asks;
  /** Giving and taking. */
  readonly #changes: PerMinute;
  readonly #handedOver = new WeakMap<HubViewer, Map<string, HandedOver>>();

  constructor(hub: HubContext, asks: Asks) {
    this.#hub = hub;
    this.#asks = asks;
    this.#changes = new PerMinute(hub.clock, MAX_CHANGES);
  }

  /** May this viewer take back what it handed over? */
  handedOver(viewer: HubViewer, session: string): boolean {
    return this.#handedOver.get(viewer)?.has(session) ?? false;
  }

  /** @throws IrisError */
  give(session: Session, caller: HubViewer, target: HubViewer): Role {
    const name = shownName(target.identity.principal.name);
    const theirs = target.roleOn(session.id);
    if (target.onlyReads(session.id)) throw new IrisError('conflict', `${name} looks only, by their own wish`);
    if (theirs && includes(theirs, 'typer')) return theirs;
    if (!theirs) throw notThere(name, session);
    this.#hand(session, caller, target);
    this.#tell(session.id, target, 'given', shownName(caller.identity.principal.name), caller);
    this.#asksNoMore(session, target);
    new ViewerActs(this.#hub, caller).shared('session.grant', session.id, `typer: ${name}`);
    return target.roleOn(session.id) ?? 'viewer';
  }

  /** An owner gives what there is; whoever only types hands over what is theirs. `tell` is called before it counts. @throws IrisError */
  #hand(session: Session, caller: HubViewer, target: HubViewer, tell?: () => void): void {
    this.#mustBeRaisable(target, session.id);
    this.#mayChange(caller);
    tell?.();
    if (caller.roleOn(session.id) === 'owner') {
      this.#raise(target, session.id);
      return;
    }
    // Nobody makes two of one: what was theirs is the other's now, and ends when theirs would have.
    const end = endOf(this.#hub, caller.identity.principal, session.id);
    this.#raise(target, session.id, end);
    this.#lower(caller, session.id);
    const mine = this.#handedOver.get(caller) ?? new Map<string, HandedOver>();
    mine.set(session.id, { to: target.identity.principal, end });
    this.#handedOver.set(caller, mine);
  }

  /** Answers somebody at another hub that shows the session: that one lets them type, or not. @throws IrisError */
  answer(ask: Ask, link: HubViewer, caller: HubViewer, role: 'viewer' | 'typer') {
    const { session, viewer, name } = ask;
    const may = roleIn(link, session);
    const by = shownName(caller.identity.principal.name);
    const settle = (): void => this.#settle(ask, link, role === 'typer' ? 'given' : 'declined', by, caller);
    // Said before that hub may type: there the question is over as soon as it may, and nobody would hear whose answer that was.
    if (role === 'typer' && (!may || !includes(may, 'typer'))) this.#hand(session, caller, link, settle);
    else if (role === 'typer' && caller.roleOn(session.id) !== 'owner') {
      throw new IrisError('not-allowed', `giving it to ${name} needs the role owner on it`);
    } else {
      this.#mayChange(caller);
      settle();
    }
    const what = role === 'typer' ? 'typer' : 'declined';
    new ViewerActs(this.#hub, caller).shared('session.grant', session.id, `${what}: ${name}`);
    return { viewer, name, role };
  }

  /** The hub where the session lives has an answer for somebody here, or beyond: it says whom it lets type. @throws IrisError */
  answered(ask: Ask, link: HubViewer, change: 'given' | 'declined', by: string): void {
    const { session, name } = ask;
    if (change === 'given') this.#raise(link, session.id);
    this.#settle(ask, link, change, by);
    const { hub } = session.info();
    this.#hub.audit.record({
      who: { kind: 'hub', id: hub, name: hub },
      action: 'session.grant',
      session: session.id,
      outcome: 'ok',
      detail: `${change === 'given' ? 'typer' : 'declined'}: ${name}, by ${by} there`,
    });
  }

  /** The hub where the session lives lets ours do something else with it: so that counts for all here who may type into it. */
  changed(session: Session, change: 'given' | 'taken' | 'declined', by: string): void {
    for (const viewer of watching(this.#hub, session)) {
      const own = viewer.roleOn(session.id);
      if (!own || !includes(own, 'typer') || viewer.onlyReads(session.id)) continue;
      if (change === 'declined' && !this.#asks.of(session, viewer.id)) continue;
      viewer.event({ type: 'keyboard', sessionId: session.id, change, by });
      this.#asksNoMore(session, viewer);
    }
  }

  /** Somebody who asked does not get it. */
  decline(session: Session, caller: HubViewer, target: HubViewer): void {
    this.#mayChange(caller);
    this.#tell(session.id, target, 'declined', shownName(caller.identity.principal.name), caller);
    this.#asksNoMore(session, target);
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
    this.#tell(session.id, target, 'taken', shownName(caller.identity.principal.name), caller);
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
    const typing = watching(this.#hub, session).filter((one) => one !== caller && one.roleOn(session.id) === 'typer');
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
    const now = watching(this.#hub, session).filter((one) => one.identity.principal.id === given.to.id);
    const [first] = now;
    if (first) this.#lower(first, session.id);
    else lower(this.#hub, given.to, session.id);
    this.#raise(caller, session.id, given.end);
    if (first) this.#tell(session.id, first, 'taken', shownName(caller.identity.principal.name), caller);
    new ViewerActs(this.#hub, caller).shared('session.take', session.id, `back from ${shownName(given.to.name)}`);
  }

  /** Is anybody but the caller there by the id of their viewer or this name? */
  isHere(session: Session, wanted: string, caller: HubViewer): boolean {
    return watching(this.#hub, session).some(
      (one) => one.id === wanted || (one !== caller && one.identity.principal.name === wanted),
    );
  }

  /** Somebody who is there, by the id of their viewer or a name. @throws IrisError `not-found` or `ambiguous` */
  find(session: Session, wanted: string, caller: HubViewer): HubViewer {
    const there = watching(this.#hub, session);
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

  /** @throws IrisError when it gave and took too often */
  #mayChange({ identity: { principal } }: HubViewer): void {
    if (principal.kind === 'local' || this.#changes.passes(principal.id)) return;
    throw new IrisError('failed', 'the keyboard was given and taken too often', {
      retriable: true,
      remedy: 'wait a minute',
    });
  }

  #raise(target: HubViewer, session: string, notAfter?: number): void {
    const { principal } = target.identity;
    target.limit(session, false);
    this.#handedOver.get(target)?.delete(session);
    const role = target.roleOn(session);
    if (role && includes(role, 'typer')) return;
    this.#mustBeRaisable(target, session);
    raise(this.#hub, principal, session, notAfter);
  }

  /** @throws IrisError `not-allowed` */
  #mustBeRaisable({ identity: { principal } }: HubViewer, session: string): void {
    const role = principal.roleOn(session);
    if (isStored(principal) || (role && includes(role, 'typer'))) return;
    throw new IrisError('not-allowed', `${shownName(principal.name)} was offered to look only`, {
      remedy: 'link add --allow type',
    });
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

  #settle(ask: Ask, link: HubViewer, change: 'given' | 'declined', by: string, except?: HubViewer): void {
    const { session, beyond } = ask;
    if (beyond === undefined) this.#tell(session.id, link, change, by, except);
    else link.event({ type: 'keyboard', sessionId: session.id, change, by, viewer: beyond });
    this.#asks.end(ask);
  }

  #asksNoMore(session: Session, { id }: HubViewer): void {
    const ask = this.#asks.of(session, id);
    if (ask) this.#asks.end(ask);
  }

  /** Whoever has it on a device has it on all of its links. */
  #tell(
    sessionId: string,
    target: HubViewer,
    change: 'given' | 'taken' | 'declined',
    by: string,
    except?: HubViewer,
  ): void {
    const { principal } = target.identity;
    const event: WireEvent = { type: 'keyboard', sessionId, change, by };
    for (const viewer of this.#hub.viewers.values()) {
      const same = viewer === target || (isStored(principal) && viewer.identity.principal.id === principal.id);
      if (same && viewer !== except && viewer.watched.has(sessionId)) viewer.event(event);
    }
  }
}

function notThere(name: string, { name: session }: Session): IrisError {
  return new IrisError('not-found', `nobody called ${name} watches ${session}`, {
    remedy: 'iris-tui ls --json has who is there',
  });
}
