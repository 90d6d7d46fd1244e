import { randomUUID } from 'node:crypto';
import {
  type AskedFrom,
  asFar,
  farViewer,
  IrisError,
  includes,
  type PeopleEvent,
  type Role,
  type Session,
} from '../../core/index.ts';
import type { HubContext, HubViewer, SharingPort } from '../context.ts';
import { LOCAL_OWNER } from '../principal.ts';
import { ViewerActs } from '../viewer-acts.ts';
import { Askers } from './askers.ts';
import { type Ask, Asks } from './asks.ts';
import { type Focus, Follows } from './follow.ts';
import { Keyboards } from './keyboard.ts';
import { PerMinute } from './per-minute.ts';
import { shownName } from './typist.ts';

/** What is heard of people at the hub where a mirrored session lives, in a minute, from each such hub: it may say what it likes. */
const MAX_HEARD = 60;
/** More than that nobody believes. */
const MAX_TOLD = 10_000;

/** People on sessions: who may type, and who looks where another looks. */
export class SharingDesk implements SharingPort {
  readonly #asks: Asks;
  readonly #askers: Askers;
  readonly #keyboards: Keyboards;
  readonly #follows: Follows;
  readonly #heard: PerMinute;
  readonly #hub: HubContext;
  /** Of which the hub where the session lives was told as well. */
  readonly #passedUp = new WeakSet<Ask>();

  constructor(hub: HubContext) {
    this.#hub = hub;
    this.#asks = new Asks(hub, (ask) => this.#over(ask));
    this.#askers = new Askers(hub);
    this.#keyboards = new Keyboards(hub, this.#asks);
    this.#follows = new Follows(hub);
    this.#heard = new PerMinute(hub.clock, MAX_HEARD);
  }

  /** Those who are here are asked here; of a mirrored session, the hub where it lives asks everybody else. @throws IrisError */
  async ask(session: Session, caller: HubViewer, from: AskedFrom | undefined): Promise<number> {
    const ask = this.#askers.ask(session, caller, from);
    new ViewerActs(this.#hub, caller).shared('session.ask', session.id, from && ask.name);
    const here = this.#asks.open(ask);
    const [told, elsewhere] = await Promise.all([here, this.#passUp(ask)]);
    if (elsewhere instanceof IrisError && told > 0) return told;
    if (!(elsewhere instanceof IrisError)) return told + elsewhere;
    this.#asks.end(ask);
    throw elsewhere;
  }

  heard(caller: HubViewer, session: Session, ask: string, told: number): void {
    this.#asks.heard(caller, session, ask, told);
  }

  unask(caller: HubViewer, session: Session, ask: string): void {
    this.#asks.endOf(caller, session, ask);
  }

  look(session: Session): void {
    this.#asks.look(session);
  }

  /** From the hub where the session lives, called `hub`. Nothing that it says of somebody counts who did not ask. */
  async above(session: Session, hub: string, event: PeopleEvent): Promise<void> {
    if (event.type === 'answered') {
      const ask = this.#asks.of(session, asFar(event).viewer);
      if (ask && !ask.link) this.#asks.end(ask);
      return;
    }
    const counts = this.#heard.passes(hub);
    if (event.type === 'asked') {
      const told = counts ? await this.#asks.open(this.#askAbove(session, event)) : 0;
      // Of an older hub we are somebody who may give it, and nobody who is to count.
      if (event.ask === undefined) return;
      await this.#hub.far.forwarded(session, 'session.heard', { session: session.id, ask: event.ask, told });
    } else if (counts) this.#keyboardAbove(session, event);
    await this.#hub.access.saved();
  }

  #askAbove(session: Session, event: Extract<PeopleEvent, { type: 'asked' }>): Ask {
    const { viewer } = asFar(event);
    const { ask: id = randomUUID(), name } = event;
    // Who only types here does so in the name of this hub, which is not theirs to give.
    return { id, session, viewer, name: nameHere(session, name), needs: 'owner' };
  }

  #keyboardAbove(session: Session, { viewer, change, by }: Extract<PeopleEvent, { type: 'keyboard' }>): void {
    const who = nameHere(session, by);
    if (viewer === undefined) return this.#keyboards.changed(session, change, who);
    const ask = this.#asks.of(session, viewer);
    if (ask?.link && this.#passedUp.has(ask) && change !== 'taken')
      this.#keyboards.answered(ask, ask.link, change, who);
  }

  /** How many were told elsewhere; an error where that is not known. */
  async #passUp(ask: Ask): Promise<number | IrisError> {
    const { id, session, viewer, link, name } = ask;
    // What that hub would give could not be given on: this one says to who asks what they need.
    if (!link || (link.identity.principal.kind === 'hub' && !mayType(link.roleOn(session.id)))) return 0;
    const own = link.identity.principal.kind === 'local' && ask.beyond === undefined;
    const from = { ask: id, viewer, ...(own ? {} : { name }) };
    const passed = this.#hub.far.forwarded(session, 'session.ask', { session: session.id, from });
    if (!passed) return 0;
    this.#passedUp.add(ask);
    try {
      const { told } = (await passed) as { told?: unknown };
      return typeof told === 'number' && told > 0 ? Math.min(Math.floor(told), MAX_TOLD) : 0;
    } catch (error) {
      const failure = IrisError.from(error);
      // An older hub takes us for who asks, and we may type there.
      return failure.code === 'conflict' ? 0 : failure;
    }
  }

  #over(ask: Ask): void {
    if (!this.#passedUp.delete(ask)) return;
    const { session, id } = ask;
    this.#hub.far.forwarded(session, 'session.unask', { session: session.id, ask: id })?.catch(() => {});
  }

  handedOver(viewer: HubViewer, session: string): boolean {
    return this.#keyboards.handedOver(viewer, session);
  }

  follow(caller: HubViewer, wanted: string | undefined): HubViewer | undefined {
    if (wanted !== undefined) return this.#follows.follow(caller, wanted);
    this.#follows.unfollow(caller);
    return undefined;
  }

  looks(caller: HubViewer, focus: Focus): void {
    this.#follows.looks(caller, focus);
  }

  /** @throws IrisError */
  async grant(session: Session, caller: HubViewer, wanted: string, role: 'viewer' | 'typer') {
    const ask = this.#asks.find(session, wanted);
    const far = ask ? farViewer(ask.viewer) : this.#whomThere(session, caller, wanted);
    if (far !== undefined) {
      if (caller.roleOn(session.id) !== 'owner') throw notYours(session);
      const answer = await this.#grantThere(session, far, role);
      if (ask) this.#asks.end(ask);
      return answer;
    }
    if (ask?.link && ask.beyond !== undefined) return this.#keyboards.answer(ask, ask.link, caller, role);
    const target = this.#keyboards.find(session, wanted, caller);
    if (target === caller) throw new IrisError('usage', 'that is you');
    const name = target.identity.principal.name;
    const theirs = target.roleOn(session.id);
    if (role === 'typer') return { viewer: target.id, name, role: this.#keyboards.give(session, caller, target) };
    if (theirs === 'viewer') this.#keyboards.decline(session, caller, target);
    else if (caller.roleOn(session.id) === 'owner') this.#keyboards.takeFrom(session, caller, target);
    else throw new IrisError('not-allowed', 'taking the keyboard away needs the role owner on it');
    return { viewer: target.id, name, role };
  }

  /** @throws IrisError */
  async take(session: Session, caller: HubViewer, wanted: string | undefined): Promise<string[]> {
    const keyboards = this.#keyboards;
    if (caller.identity.principal.roleOn(session.id) !== 'owner') {
      keyboards.takeBack(session, caller);
      return [];
    }
    if (wanted !== undefined) {
      const far = this.#whomThere(session, caller, wanted);
      return far === undefined ? [this.#takeFromOne(session, caller, wanted)] : this.#takeThere(session, far);
    }
    // What was taken from this link comes back, and nobody else is meant: it owns the session.
    if (caller.roleOn(session.id) !== 'owner') {
      caller.limit(session.id, false);
      new ViewerActs(this.#hub, caller).shared('session.take', session.id, 'back, its own');
      return [];
    }
    return this.#takeFromAll(session, caller);
  }

  /** Here, and of a mirrored session also there, as far as this hub may. */
  async #takeFromAll(session: Session, caller: HubViewer): Promise<string[]> {
    const all = (): string[] => this.#keyboards.takeFromAll(session, caller);
    const mine = session.far?.info?.role;
    if (!session.mirrored || mine === 'typer') return all();
    // Where this hub only looks, it can have handed over what it had: that comes back, and nobody else is meant.
    const before = mine === 'viewer' ? [] : all();
    try {
      return [...before, ...(await this.#takeThere(session))];
    } catch (error) {
      const here = mine === 'viewer' ? all() : before;
      if (here.length === 0) throw error;
      return here;
    }
  }

  #takeFromOne(session: Session, caller: HubViewer, wanted: string): string {
    const keyboards = this.#keyboards;
    let target: HubViewer;
    try {
      target = keyboards.find(session, wanted, caller);
    } catch (error) {
      const absent = keyboards.takeFromAbsent(session, caller, wanted);
      if (absent === undefined) throw error;
      return absent;
    }
    const { name } = target.identity.principal;
    if (target === caller) throw new IrisError('usage', 'that is you');
    if (target.roleOn(session.id) === 'viewer') throw new IrisError('conflict', `${name} may not type into it`);
    keyboards.takeFrom(session, caller, target);
    return name;
  }

  /**
   * What somebody is called at the hub where a mirrored session lives; undefined: they are not there, or somebody here is called so.
   * @throws IrisError `ambiguous`
   */
  #whomThere(session: Session, caller: HubViewer, wanted: string): string | undefined {
    const far = farViewer(wanted);
    if (far !== undefined || !session.mirrored || this.#keyboards.isHere(session, wanted, caller)) return far;
    const { people = [] } = session.info();
    const there = people.flatMap(({ viewer, name }) => (name === wanted ? (farViewer(viewer) ?? []) : []));
    if (there.length < 2) return there[0];
    throw new IrisError('ambiguous', `${there.length} viewers of ${session.name} are called ${wanted}`, {
      remedy: `give one of: ${there.map((viewer) => asFar({ viewer }).viewer).join(', ')}`,
    });
  }

  /** Of somebody who is at the hub where a mirrored session lives, that hub decides. @throws IrisError */
  async #grantThere(session: Session, viewer: string, role: 'viewer' | 'typer') {
    const answer = await this.#hub.far.forwarded(session, 'session.grant', { session: session.id, viewer, role });
    if (answer === undefined) throw notThere(session);
    const { name } = answer as { name?: unknown };
    const called = asFar({ viewer }).viewer;
    return { viewer: called, name: typeof name === 'string' ? nameHere(session, name) : called, role: role as Role };
  }

  /** From one, or from all. Nobody: this hub has back what it had handed over there, or there is none. @throws IrisError */
  async #takeThere(session: Session, viewer?: string): Promise<string[]> {
    const whom = viewer === undefined ? {} : { viewer };
    const answer = await this.#hub.far.forwarded(session, 'session.take', { session: session.id, ...whom });
    if (answer === undefined && viewer !== undefined) throw notThere(session);
    const { from } = (answer ?? {}) as { from?: unknown };
    const names: unknown[] = Array.isArray(from) ? from : [];
    return names.flatMap((name) => (typeof name === 'string' ? nameHere(session, name) : []));
  }
}

/** Whoever sits at the machine of that hub is here by its name: `local` is who sits at ours. */
function nameHere(session: Session, name: string): string {
  return shownName(name === LOCAL_OWNER.name ? session.info().hub : name);
}

const mayType = (role: Role | undefined): boolean => role !== undefined && includes(role, 'typer');

function notYours({ name }: Session): IrisError {
  return new IrisError('not-allowed', `who may type into ${name} at the hub where it lives is for an owner to say`);
}

function notThere({ name }: Session): IrisError {
  return new IrisError('not-found', `${name} is not of another hub`);
}
