import { includes, type Role, type Session, type Timer } from '../../core/index.ts';
import type { HubContext, HubViewer } from '../context.ts';
import { roleIn } from './there.ts';

/** Nobody waits for an answer longer; they may ask again. */
const LIFE_MS = 120_000;
/** Asks without an answer; of more the oldest are over. */
const MAX_OPEN = 1_024;
/** A hub that has not said by then how many heard of it there is not waited for; where another hub waits for us, we wait for less. */
const HEARD_WITHIN_MS = 2_000;
const HEARD_BEYOND_MS = 1_000;

/** Somebody wants the keyboard of a session and has no answer yet: here, or at another hub that shows it. */
export interface Ask {
  /** The same at all hubs that hear of it. */
  readonly id: string;
  readonly session: Session;
  /** As they are called here. */
  readonly viewer: string;
  readonly name: string;
  /** The link of who asks, or of the hub that they are at; absent: we were told by the hub where the session lives. */
  readonly link?: HubViewer;
  /** What the hub of that link calls them; absent: it is who asks. */
  readonly beyond?: string;
  /** Who may answer: what this hub lets them do, at least. */
  readonly needs: Role;
}

interface Open {
  readonly ask: Ask;
  readonly told: Set<HubViewer>;
  readonly timer: Timer;
}

/**
 * Who asks for a keyboard. Each hub tells those who sit before its own links, and the hubs behind the others; those say how many heard. A session has
 * one hub where it lives, and its mirrors form a tree from there, so that nothing comes round; who watches it in two ways is told once.
 */
export class Asks {
  readonly #hub: HubContext;
  readonly #over: (ask: Ask) => void;
  readonly #open = new Map<string, Open>();
  /** Hubs that were told and have not said how many heard. */
  readonly #counting = new Map<string, (told: number) => void>();

  /** `over` hears of each that has its answer, or waits for none any more. */
  constructor(hub: HubContext, over: (ask: Ask) => void) {
    this.#hub = hub;
    this.#over = over;
  }

  /** By what they are called here. */
  of(session: Session, viewer: string): Ask | undefined {
    return this.#open.get(keyOf({ session, viewer }))?.ask;
  }

  /** So, or by name: who asked last. */
  find(session: Session, wanted: string): Ask | undefined {
    const named = (one: Ask): boolean => one.session === session && one.name === wanted;
    return this.of(session, wanted) ?? [...this.#open.values()].map(({ ask }) => ask).findLast(named);
  }

  /** Tells whoever could give it; how many people that were. */
  async open(ask: Ask): Promise<number> {
    const { id, session, viewer, name, link } = ask;
    const known = this.#toldOf(id);
    const before = this.of(session, viewer);
    if (before) this.end(before);
    const told = new Set<HubViewer>();
    const timer = this.#hub.clock.after(LIFE_MS, () => this.end(ask));
    this.#open.set(keyOf(ask), { ask, told, timer });
    const [oldest] = this.#open.values();
    if (this.#open.size > MAX_OPEN && oldest) this.end(oldest.ask);
    const event = { type: 'asked', sessionId: session.id, viewer, name } as const;
    const hubs: Promise<number>[] = [];
    let people = 0;
    for (const one of this.#hub.viewers.values()) {
      if (one === link || known.has(one) || !hears(one, ask)) continue;
      told.add(one);
      if (!one.mirrors.has(session.id)) {
        people += 1;
        one.event(event);
      } else {
        hubs.push(this.#heardAt(one, ask));
        one.event({ ...event, ask: id });
      }
    }
    for (const count of await Promise.all(hubs)) people += count;
    return people;
  }

  /** How many heard of it at the hub behind this link. */
  heard(link: HubViewer, session: Session, id: string, told: number): void {
    this.#counting.get(`${link.id} ${session.id} ${id}`)?.(told);
  }

  /** It has its answer, or nobody waits for one any more. */
  end(ask: Ask): void {
    const open = this.#open.get(keyOf(ask));
    if (open?.ask !== ask) return;
    this.#open.delete(keyOf(ask));
    open.timer.cancel();
    for (const viewer of open.told) viewer.answered(ask.session.id, ask.viewer);
    this.#over(ask);
  }

  /** By the hub behind this link. */
  endOf(link: HubViewer, session: Session, id: string): void {
    for (const { ask } of this.#open.values()) {
      if (ask.link === link && ask.session === session && ask.id === id) return this.end(ask);
    }
  }

  /** Who asked may have left, or got it in another way. */
  look(session: Session): void {
    for (const { ask } of this.#open.values()) {
      const { link, beyond } = ask;
      if (ask.session !== session || !link) continue;
      const role = beyond === undefined ? roleIn(link, session) : undefined;
      if (link.gone.aborted || !link.watched.has(session.id) || (role && includes(role, 'typer'))) this.end(ask);
    }
  }

  /** Whoever asked it, or was told of it, of this session or another mirror of the same. */
  #toldOf(id: string): Set<HubViewer> {
    const same = [...this.#open.values()].filter(({ ask }) => ask.id === id);
    return new Set(same.flatMap(({ ask, told }) => [...told, ...(ask.link ? [ask.link] : [])]));
  }

  #heardAt(at: HubViewer, { session, id, link }: Ask): Promise<number> {
    const key = `${at.id} ${session.id} ${id}`;
    return new Promise((resolve) => {
      const settle = (told: number): void => {
        timer.cancel();
        this.#counting.delete(key);
        resolve(told);
      };
      const timer = this.#hub.clock.after(link ? HEARD_WITHIN_MS : HEARD_BEYOND_MS, () => settle(0));
      this.#counting.set(key, settle);
    });
  }
}

const keyOf = ({ session, viewer }: Pick<Ask, 'session' | 'viewer'>): string => `${session.id} ${viewer}`;

/**
 * Who may give the keyboard and is there; whoever owns the session also while they look at others. A link that watches nothing is a command. Of the
 * link of another hub it knows itself who is there.
 */
function hears(viewer: HubViewer, { session, needs }: Ask): boolean {
  const { id } = session;
  const own = viewer.roleOn(id);
  const role = roleIn(viewer, session);
  if (!own || !role || !includes(own, needs) || !includes(role, 'typer') || viewer.onlyReads(id)) return false;
  if (viewer.mirrors.size > 0) return viewer.mirrors.has(id);
  return viewer.watched.has(id) || (own === 'owner' && viewer.watched.size > 0);
}
