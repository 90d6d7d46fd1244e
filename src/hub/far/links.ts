import {
  EVERYTHING,
  type Grant,
  IrisError,
  type Role,
  roleOf,
  type Session,
  type SessionInfo,
} from '../../core/index.ts';
import { type ConnectOptions, type RunnerConnection, RunnerDialer } from '../../transports/index.ts';
import { accept } from '../accept.ts';
import type { HubContext } from '../context.ts';
import type { Principal } from '../principal.ts';
import { type KeptLinks, type LinkOffer, MAX_LINKS } from './kept.ts';
import type { Retention } from './retention.ts';

const ROLE_OF: Readonly<Record<LinkOffer['allow'], Role>> = { view: 'viewer', type: 'typer', start: 'owner' };

export interface LinksOptions {
  readonly hub: HubContext;
  readonly kept: KeptLinks;
  readonly retention: Retention;
  readonly addressOf: (name: string) => ConnectOptions['address'];
}

interface OpenLink {
  readonly offer: LinkOffer;
  readonly principal: Principal;
  readonly dialer: RunnerDialer;
  readonly revoked: AbortController;
}

/** Hubs that this one dials, to offer them sessions: kept in a file of the state folder, dialled from the start of the hub on. */
export class Links {
  readonly #o: LinksOptions;
  readonly #links = new Map<string, OpenLink>();

  constructor(options: LinksOptions) {
    this.#o = options;
  }

  begin(): void {
    for (const offer of this.#o.kept.offers) this.#open(offer);
  }

  /** Replaces what was offered to that hub before. @throws IrisError */
  add(offer: LinkOffer): void {
    if (!this.#links.has(offer.hub) && this.#links.size >= MAX_LINKS) {
      throw new IrisError('failed', `there are ${MAX_LINKS} links already`, { remedy: 'remove one first' });
    }
    this.#close(offer.hub, new IrisError('cancelled', 'what is offered was changed', { retriable: true }));
    this.#open(offer);
    this.#keep();
  }

  /** @throws IrisError `not-found` */
  remove(hub: string): void {
    if (!this.#links.has(hub)) throw new IrisError('not-found', `there is no link to ${hub}`);
    this.#close(hub, new IrisError('not-allowed', 'the link was removed there'));
    this.#keep();
  }

  list(): (LinkOffer & { connection: RunnerConnection })[] {
    return [...this.#links.values()].map(({ offer, dialer }) => ({ ...offer, connection: dialer.connection }));
  }

  close(): void {
    const why = new IrisError('cancelled', 'the hub was stopped', { retriable: true });
    for (const hub of [...this.#links.keys()]) this.#close(hub, why);
  }

  /** Nothing of what is offered is thrown away before it was taken, from its first byte on. */
  added(session: Session): void {
    for (const { principal } of this.#links.values()) {
      if (principal.roleOn(session.id)) this.#o.retention.begin(session, principal.id);
    }
  }

  #open(offer: LinkOffer): void {
    const { hub } = this.#o;
    const revoked = new AbortController();
    const principal = this.#principal(offer, revoked.signal);
    const dialer = new RunnerDialer({
      clock: hub.clock,
      version: hub.version,
      address: this.#o.addressOf(offer.hub),
      onListenerError: (error) => hub.log.error('link', { error: String(error) }),
      turned: (socket, raw) => {
        accept(socket, raw, { hub, authenticate: () => principal, from: offer.hub, dialled: true });
      },
    });
    dialer.on(({ state, reason }) => hub.log.info('link', { hub: offer.hub, state, ...(reason ? { reason } : {}) }));
    this.#links.set(offer.hub, { offer, principal, dialer, revoked });
    for (const session of hub.registry.list()) this.added(session);
  }

  /** `why`: for the other hub; retriable: we come back. */
  #close(name: string, why: IrisError): void {
    const link = this.#links.get(name);
    if (!link) return;
    this.#links.delete(name);
    this.#o.retention.end(link.principal.id);
    link.revoked.abort(why);
    link.dialer.close();
  }

  /** What is offered, looked at anew each time: a session may get another name, a team another session. */
  #principal(offer: LinkOffer, revoked: AbortSignal): Principal {
    const { hub } = this.#o;
    const role = ROLE_OF[offer.allow];
    const all = offer.sessions === undefined && offer.teams === undefined;
    const everything: readonly Grant[] = all ? [{ session: EVERYTHING, role }] : [];
    return {
      kind: 'hub',
      id: `link ${offer.hub}`,
      name: offer.hub,
      revoked,
      roleOn: (id) => {
        if (all || id === EVERYTHING) return roleOf(everything, id, hub.clock.wall());
        const session = hub.registry.get(id);
        return session && isOffered(session.info(), offer) ? role : undefined;
      },
    };
  }

  #keep(): void {
    this.#o.kept.change({ offers: [...this.#links.values()].map(({ offer }) => offer) });
  }
}

function isOffered({ id, name, team }: SessionInfo, { sessions = [], teams = [] }: LinkOffer): boolean {
  return sessions.includes(id) || sessions.includes(name) || (team !== undefined && teams.includes(team));
}
