import { randomUUID } from 'node:crypto';
import { type AskedFrom, IrisError, includes, type Session, Throttle } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import type { Ask } from './asks.ts';
import { PerMinute } from './per-minute.ts';
import { isStored } from './stored.ts';
import { roleIn, watching } from './there.ts';
import { shownName } from './typist.ts';

/** Somebody may ask for the keyboard of one session this often. */
const ASK_EVERY_MS = 10_000;
/** What another hub passes on in a minute, be it true or not. */
const MAX_PASSED_ON = 30;
/** Longest name of a viewer on the wire. */
const VIEWER_CHARS = 64;

/** Who may ask for a keyboard, and how often. */
export class Askers {
  readonly #hub: HubContext;
  /** By who and session. */
  readonly #asks: Throttle;
  readonly #passedOn: PerMinute;

  constructor(hub: HubContext) {
    this.#hub = hub;
    this.#asks = new Throttle(hub.clock, ASK_EVERY_MS);
    this.#passedOn = new PerMinute(hub.clock, MAX_PASSED_ON);
  }

  /** `from`: who asks at the hub behind the caller's link. @throws IrisError */
  ask(session: Session, caller: HubViewer, from: AskedFrom | undefined): Ask {
    if (from && caller.mirrors.has(session.id)) return this.#beyond(session, caller, from);
    const { principal } = caller.identity;
    const role = roleIn(caller, session);
    if (role && includes(role, 'typer')) throw new IrisError('conflict', `you may type into ${session.name} already`);
    const there = watching(this.#hub, session);
    const asker = there.includes(caller) ? caller : there.find((one) => one.identity.principal.id === principal.id);
    if (!asker) {
      throw new IrisError('conflict', `you are not there: attach to ${session.name} first`);
    }
    if (asker.onlyReads(session.id)) throw new IrisError('conflict', 'this viewer is read-only by its own wish');
    this.#mayAsk(`${principal.id} ${asker === caller && !isStored(principal) ? caller.id : ''} ${session.id}`);
    const name = shownName(principal.name);
    return { id: randomUUID(), session, viewer: asker.id, name, link: asker, needs: 'typer' };
  }

  /** That hub may say what it likes: whoever it names is one of its own, by a name that says so. */
  #beyond(session: Session, link: HubViewer, { ask: id, viewer: beyond, name }: AskedFrom): Ask {
    const { principal } = link.identity;
    if (!this.#passedOn.passes(principal.id)) throw tooOften('that hub has passed on too many questions');
    this.#mayAsk(`${principal.id} ${beyond} ${session.id}`);
    const viewer = `${link.id}/${beyond}`;
    if (viewer.length > VIEWER_CHARS) throw new IrisError('usage', 'that comes through too many hubs');
    const at = principal.name;
    const role = roleIn(link, session);
    return {
      id,
      session,
      viewer,
      name: shownName(name === undefined ? at : `${at}/${name}`),
      link,
      beyond,
      // Where their hub may type, whoever only types here has nothing that they could hand over.
      needs: role && includes(role, 'typer') ? 'owner' : 'typer',
    };
  }

  /** @throws IrisError when it asked a moment ago */
  #mayAsk(key: string): void {
    if (!this.#asks.passes(key)) throw tooOften('you asked a moment ago');
  }
}

function tooOften(message: string): IrisError {
  return new IrisError('failed', message, { retriable: true, remedy: 'wait for an answer' });
}
