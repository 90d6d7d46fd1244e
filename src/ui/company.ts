import type { Clock, Emitter, HostEvent, SessionHost, SessionInfo } from '../core/index.ts';
import { boundKey } from './model/bound-key.ts';
import type { TuiSettings } from './settings.ts';

/** Somebody who asks is remembered so long; then they may ask again. */
const ASK_LIFE_MS = 120_000;
/** Asks that are open at once; of more, the oldest are in the messages only. */
const MAX_ASKS = 16;

/** Somebody wants the keyboard of a session. */
export interface Ask {
  readonly sessionId: string;
  readonly viewer: string;
  readonly name: string;
  /** Monotonic. */
  readonly at: number;
  /** What was said of it. */
  readonly line: string;
}

/** What of the user interface is moved, and told. */
export interface CompanyBench {
  readonly host: SessionHost;
  readonly clock: Clock;
  readonly settings: TuiSettings;
  readonly changed: Emitter<void>;
  readonly tab: { readonly id: string } | undefined;
  readonly focusedPaneId: string | undefined;
  readonly focusedSession: SessionInfo | undefined;
  readonly view: { readonly zoomed: ReadonlySet<string> };
  session(id: string): SessionInfo | undefined;
  goToSession(id: string): boolean;
  setZoom(tabId: string, zoomed: boolean): void;
  say(text: string, kind?: 'info' | 'error'): void;
  unsay(text: string): void;
  complain(error: unknown): void;
  update(): void;
}

type Focus = Extract<HostEvent, { type: 'focus' }>;

/** The others: who asks for the keyboard, whom we follow, who follows us. */
export class Company {
  readonly #bench: CompanyBench;
  readonly #undo: (() => void)[];
  #asks: Ask[] = [];
  #following: { readonly viewer: string; readonly name: string } | undefined;
  #followers: readonly string[] = [];
  /** Where we were taken last, and to whom; and where to, as soon as there is a pane for it. */
  #place = '';
  #goal: Focus | undefined;
  #pending: Focus | undefined;
  #going = false;
  /** What followers were told last. */
  #told = '';
  #online: boolean;

  constructor(bench: CompanyBench) {
    this.#bench = bench;
    this.#online = bench.host.connection.state === 'online';
    this.#undo = [bench.host.on((event) => this.#heard(event)), bench.changed.on(() => this.#look())];
  }

  /** Who asks and has no answer yet, oldest first. */
  get asks(): readonly Ask[] {
    const { clock } = this.#bench;
    this.#asks = this.#asks.filter((ask) => clock.now() - ask.at < ASK_LIFE_MS && this.#stillAsks(ask));
    return this.#asks;
  }

  get following(): string | undefined {
    return this.#following?.name;
  }

  /** They have their answer. */
  answered(viewer: string, sessionId: string): void {
    const theirs = (ask: Ask): boolean => ask.viewer === viewer && ask.sessionId === sessionId;
    // The keys that it names would be for somebody else.
    for (const ask of this.#asks) if (theirs(ask)) this.#bench.unsay(ask.line);
    this.#asks = this.#asks.filter((ask) => !theirs(ask));
    this.#bench.update();
  }

  /** By the id of their viewer, or their name. @throws IrisError */
  async follow(wanted: string): Promise<void> {
    const { viewer, name } = await this.#bench.host.command('viewer.follow', { viewer: wanted });
    if (viewer === undefined || name === undefined) return;
    this.#following = { viewer, name };
    this.#place = this.#here();
    this.#goal = undefined;
    this.#pending = undefined;
    this.#bench.update();
  }

  unfollow(): void {
    if (!this.#following) return;
    this.#following = undefined;
    this.#pending = undefined;
    this.#bench.host.command('viewer.follow', {}).catch(() => {});
    this.#bench.update();
  }

  /** Tab, focus or zoom may be others now: by ourselves, unless we are being taken there. */
  moved(): void {
    if (this.#going || !this.#following || this.#here() === this.#place) return;
    this.#bench.say(`no longer following ${this.#following.name}`);
    this.unfollow();
  }

  close(): void {
    for (const undo of this.#undo) undo();
  }

  #heard(event: HostEvent): void {
    switch (event.type) {
      case 'asked':
        this.#asked(event);
        break;
      case 'answered':
        this.answered(event.viewer, event.sessionId);
        break;
      case 'keyboard':
        this.#changed(event);
        break;
      case 'focus':
        if (event.viewer === this.#following?.viewer) this.#follows(event);
        break;
      case 'followed': {
        const fresh = event.by.filter((name) => !this.#followers.includes(name));
        this.#followers = event.by;
        if (fresh.length > 0) this.#bench.say(`${fresh.join(', ')} follows you`);
        if (event.by.length === 0) this.#told = '';
        this.#tell();
        break;
      }
      case 'connection':
        this.#connection(event.connection.state === 'online');
        break;
      default:
        break;
    }
  }

  #asked({ sessionId, viewer, name }: Extract<HostEvent, { type: 'asked' }>): void {
    const { clock, settings } = this.#bench;
    this.answered(viewer, sessionId);
    const key = (command: string, does: string): string => {
      const bound = boundKey(settings, command);
      return bound === undefined ? `:${command} ${does}` : `${settings.prefix} ${bound} ${does}`;
    };
    const what = `${name} asks for the keyboard of ${this.#name(sessionId)}`;
    const line = `${what}: ${key('give-keyboard', 'gives it')}, ${key('decline-keyboard', 'declines')}`;
    this.#asks = [...this.#asks, { sessionId, viewer, name, at: clock.now(), line }].slice(-MAX_ASKS);
    this.#bench.say(line);
  }

  #changed({ sessionId, change, by }: Extract<HostEvent, { type: 'keyboard' }>): void {
    const name = this.#name(sessionId);
    if (change === 'given') this.#bench.say(`${by} gave you the keyboard of ${name}`);
    else if (change === 'taken') this.#bench.say(`${by} took the keyboard of ${name}`);
    else this.#bench.say(`${by} does not give you the keyboard of ${name}`);
  }

  #follows(focus: Focus): void {
    if (focus.left) {
      this.#bench.say(`${this.#following?.name} has left`);
      this.#following = undefined;
      this.#pending = undefined;
      this.#bench.update();
      return;
    }
    this.#goal = focus;
    this.#pending = focus;
    this.#go();
  }

  /** To where the one is that we follow; their session may not have a pane here yet. */
  #go(): void {
    const focus = this.#pending;
    const { sessionId, zoomed } = focus ?? {};
    if (sessionId === undefined || this.#going) return;
    const bench = this.#bench;
    this.#going = true;
    try {
      if (!bench.goToSession(sessionId)) return;
      this.#pending = undefined;
      const { tab } = bench;
      if (tab && zoomed !== undefined && bench.view.zoomed.has(tab.id) !== zoomed) bench.setZoom(tab.id, zoomed);
    } finally {
      this.#going = false;
      this.#place = this.#here();
    }
  }

  #look(): void {
    // Not by ourselves: a pane that we were taken to has gone, and its session may have another place.
    if (this.#following && !this.#going && this.#here() !== this.#place) this.#pending ??= this.#goal;
    this.#go();
    this.#tell();
  }

  #tell(): void {
    const { host, tab, focusedSession } = this.#bench;
    if (this.#followers.length === 0 || !this.#online) return;
    const here = `${this.#here()} ${focusedSession?.id}`;
    if (here === this.#told) return;
    this.#told = here;
    const zoomed = tab && this.#bench.view.zoomed.has(tab.id);
    const focus = {
      ...(focusedSession ? { session: focusedSession.id } : {}),
      ...(tab ? { tab: tab.id } : {}),
      ...(zoomed === undefined ? {} : { zoomed }),
    };
    host.command('viewer.focus', focus).catch(() => {});
  }

  /** The hub forgets with the link who follows whom. */
  #connection(online: boolean): void {
    if (online === this.#online) return;
    this.#online = online;
    this.#followers = [];
    this.#told = '';
    const { name } = this.#following ?? {};
    if (!online || name === undefined) return;
    this.follow(name).catch(() => {
      this.#following = undefined;
      this.#bench.say(`no longer following ${name}: they are not here`);
    });
  }

  #here(): string {
    const { tab, focusedPaneId, view } = this.#bench;
    return `${tab?.id} ${focusedPaneId} ${tab && view.zoomed.has(tab.id)}`;
  }

  #stillAsks({ sessionId, viewer }: Ask): boolean {
    const people = this.#bench.session(sessionId)?.people ?? [];
    const person = people.find((one) => one.viewer === viewer);
    // Of whoever is at another hub only that hub is there.
    return person ? person.role === 'viewer' : people.some((one) => viewer.startsWith(`${one.viewer}/`));
  }

  #name(sessionId: string): string {
    return this.#bench.session(sessionId)?.name ?? 'a session';
  }
}
