import { MAX_PEOPLE, type Person, plainText, type Session, Throttle } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { ViewerActs } from '../viewer-acts.ts';

/** Who typed last is told this often while it is the same one. */
const TELL_EVERY_MS = 5_000;
/** Whoever types so soon after somebody else takes over from them; that is told to the audit once in this time. */
const TAKEOVER_MS = 10_000;
/** Those whose takeovers are remembered; of more, the oldest are told again. */
const REMEMBERED = 64;
const NAME_CHARS = 128;

/** Who types into one session. */
export class Typist {
  readonly #session: Session;
  readonly #hub: HubContext;
  readonly #takeovers: Throttle;
  #last: { readonly principal: string; readonly name: string; readonly at: number } | undefined;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(session: Session, hub: HubContext) {
    this.#session = session;
    this.#hub = hub;
    this.#takeovers = new Throttle(hub.clock, TAKEOVER_MS, REMEMBERED);
  }

  typed(viewer: HubViewer): void {
    const { clock } = this.#hub;
    const { id: principal, name } = viewer.identity.principal;
    const now = clock.now();
    const before = this.#last;
    this.#last = { principal, name, at: now };
    if (before && before.principal !== principal && now - before.at < TAKEOVER_MS) {
      this.#takeover(viewer, before.name);
    }
    if (this.#session.typedBy?.viewer === viewer.id && now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#session.typedBy = { viewer: viewer.id, name: shownName(name), at: clock.wall() };
  }

  #takeover(viewer: HubViewer, from: string): void {
    if (!this.#takeovers.passes(viewer.identity.principal.id)) return;
    new ViewerActs(this.#hub, viewer).shared('takeover', this.#session.id, `from ${shownName(from)}`);
  }
}

/** Viewers of a session as others are told of them. */
export function peopleOf(viewers: Iterable<HubViewer>, session: string): Person[] {
  const people: Person[] = [];
  for (const viewer of viewers) {
    if (people.length >= MAX_PEOPLE) break;
    const role = viewer.roleOn(session);
    if (!role) continue;
    people.push({
      viewer: viewer.id,
      name: shownName(viewer.identity.principal.name),
      ...(role === 'owner' ? {} : { role }),
      ...(viewer.onlyReads(session) ? { readOnly: true } : {}),
    });
  }
  return people;
}

export function shownName(name: string): string {
  return plainText(name, NAME_CHARS);
}

/** What a terminal says by itself (mouse, focus: xterm's ctlseqs), and nobody typed. */
export function isReport(bytes: Uint8Array): boolean {
  if (bytes.length < 3 || bytes[0] !== 0x1b || bytes[1] !== 0x5b) return false;
  const third = bytes[2]!;
  const focus = bytes.length === 3 && (third === 0x49 || third === 0x4f);
  return focus || third === 0x3c || (third === 0x4d && bytes.length === 6);
}
