import { farViewer, IrisError, type Role, type Session } from '../../core/index.ts';
import type { HubContext, HubViewer, SharingPort } from '../context.ts';
import { type Focus, Follows } from './follow.ts';
import { Keyboards } from './keyboard.ts';

/** People on sessions: who may type, and who looks where another looks. */
export class SharingDesk implements SharingPort {
  readonly #keyboards: Keyboards;
  readonly #follows: Follows;
  readonly #hub: HubContext;

  constructor(hub: HubContext) {
    this.#hub = hub;
    this.#keyboards = new Keyboards(hub);
    this.#follows = new Follows(hub);
  }

  /** Of a mirrored session where we may look only, the hub where it lives is asked, unless the caller may not even type here. @throws IrisError */
  async ask(session: Session, caller: HubViewer): Promise<number> {
    const own = caller.roleOn(session.id);
    if (own !== 'viewer' && session.far?.info?.role === 'viewer') {
      const answer = await this.#hub.far.forwarded(session, 'session.ask', { session: session.id });
      return (answer as { told?: number } | undefined)?.told ?? 0;
    }
    return this.#keyboards.ask(session, caller);
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
    const far = farViewer(wanted);
    if (far !== undefined) return this.#far(session, 'session.grant', { viewer: far, role });
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
    const far = wanted === undefined ? undefined : farViewer(wanted);
    if (far !== undefined) {
      await this.#far(session, 'session.take', { viewer: far });
      return [far];
    }
    if (wanted !== undefined) return [this.#takeFromOne(session, caller, wanted)];
    // What was taken from this link comes back first: it owns the session.
    caller.limit(session.id, false);
    return keyboards.takeFromAll(session, caller);
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

  /** Of somebody who is at the hub where a mirrored session lives, that hub decides. */
  async #far(session: Session, name: 'session.grant' | 'session.take', args: { viewer: string; role?: Role }) {
    const answer = await this.#hub.far.forwarded(session, name, { session: session.id, ...args });
    if (answer === undefined) throw new IrisError('not-found', `${session.name} is not of another hub`);
    return { name: args.viewer, role: 'viewer' as Role, ...args, ...(answer as object) };
  }
}
