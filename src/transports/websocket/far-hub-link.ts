import {
  type Clock,
  type FarHubRef,
  type HostConnection,
  IrisError,
  type MirrorWord,
  type PeopleEvent,
  plainText,
  type SessionHost,
  type SessionInfo,
} from '../../core/index.ts';

/** Of one hub: what it said of its connection, newest last. */
const LOG_LINES = 200;

type Lost = Extract<MirrorWord, { type: 'lost' }>;

/** One that waits for news of a link. */
export interface LinkUser {
  /** Hears of all sessions, or of the one with this id. */
  readonly session?: () => string | undefined;
  online?(): void;
  lost?(word: Lost): void;
  /** There will be no connection unless somebody does something. */
  failed?(error: IrisError): void;
  told?(info: SessionInfo): void;
  /** What was typed into its session waits for the connection, or no longer. */
  held?(): void;
  gone?(session: string): void;
}

/** The connection to another hub, shared by all who mirror sessions of it. */
export class FarHubLink {
  readonly host: SessionHost;
  readonly #clock: Clock;
  readonly #users = new Set<LinkUser>();
  readonly #bySession = new Map<string, Set<LinkUser>>();
  readonly #log: string[] = [];
  #state: HostConnection['state'] | undefined;
  /** A runner that parted for good, as it said: why, until it is here again. */
  #parted: HostConnection | undefined;

  #ref: FarHubRef;
  readonly #why: () => IrisError | undefined;

  /** `why`: the last attempt did not even find a way there. `people` hears who asks for keyboards there. */
  constructor(
    ref: FarHubRef,
    host: SessionHost,
    clock: Clock,
    why: () => IrisError | undefined,
    people: ((link: FarHubLink, event: PeopleEvent) => void) | undefined,
  ) {
    this.#ref = ref;
    this.#why = why;
    this.host = host;
    this.#clock = clock;
    host.on((event) => {
      if (event.type === 'connection') this.#changed(event.connection);
      else if (event.type === 'sessions') this.#sessions(event.changed, event.removed);
      else if (event.type === 'held') for (const user of this.#bySession.get(event.sessionId) ?? []) user.held?.();
      else if (event.type === 'asked' || event.type === 'answered' || event.type === 'keyboard') people?.(this, event);
    });
    this.#changed(host.connection);
  }

  get ref(): FarHubRef {
    return this.#ref;
  }

  /** The same hub, by the name it has now. */
  called(ref: FarHubRef): void {
    this.#ref = ref;
  }

  get online(): boolean {
    return this.host.connection.state === 'online';
  }

  /** How long the way there and back takes; while an answer is owed at least for as long as that. */
  get roundTripMs(): number | undefined {
    const { roundTripMs, quietSince } = this.host.connection;
    return quietSince === undefined ? roundTripMs : Math.max(roundTripMs ?? 0, this.#clock.wall() - quietSince);
  }

  /** What happened to the connection, for people. */
  get log(): readonly string[] {
    return this.#log;
  }

  join(user: LinkUser): void {
    this.#users.add(user);
    this.follow(user);
    // Whoever comes anew has changed something, mostly.
    if (this.host.connection.state === 'error') this.host.retryNow();

    const { connection } = this.host;
    if (connection.state === 'online') user.online?.();
    else if (connection.state === 'error' && this.ref.kind !== 'runner') user.failed?.(this.#error(connection));
    else if (connection.state !== 'connecting' || connection.attempt > 1) user.lost?.(this.#lost(connection));
  }

  /** The session that it asks for is known by now. */
  follow(user: LinkUser): void {
    const id = user.session?.();
    if (id === undefined) return;
    this.#bySession.set(id, (this.#bySession.get(id) ?? new Set()).add(user));
    const info = this.host.sessions.find((one) => one.id === id);
    if (info && this.online) user.told?.(info);
  }

  leave(user: LinkUser): void {
    this.#users.delete(user);
    const id = user.session?.();
    const users = id === undefined ? undefined : this.#bySession.get(id);
    users?.delete(user);
    if (users?.size === 0) this.#bySession.delete(id!);
  }

  /** Closes it, and says why to those who use it. */
  end(error: IrisError): void {
    for (const user of [...this.#users]) user.failed?.(error);
    this.close();
  }

  close(): void {
    this.host.close();
    this.#users.clear();
    this.#bySession.clear();
  }

  #changed(connection: HostConnection): void {
    const { state } = connection;
    if (state === 'online') {
      // A measured round trip is a change of it, too.
      if (this.#state === 'online') return;
      this.#state = state;
      this.#parted = undefined;
      this.#say('connected');
      for (const user of [...this.#users]) user.online?.();
      return;
    }
    this.#state = state;
    // A runner comes when it comes, whatever became of its last connection.
    if (state === 'error' && this.ref.kind !== 'runner') {
      const error = this.#error(connection);
      this.#say(error.line);
      for (const user of [...this.#users]) user.failed?.(error);
      return;
    }
    if (state === 'error') this.#parted = connection;
    if (connection.reason !== undefined) this.#say(connection.reason);
    const word = this.#lost(connection);
    for (const user of [...this.#users]) user.lost?.(word);
  }

  #lost({ state, attempt, nextRetryAt, reason, remedy }: HostConnection): Lost {
    const { ref } = this;
    const options = { retriable: true, ...(remedy === undefined ? {} : { remedy }) };
    if (ref.kind === 'runner') {
      const parted = this.#parted;
      const why = parted?.reason === undefined ? '' : `: ${parted.reason}`;
      const error = new IrisError('unreachable', `${ref.name} is not connected${why}`, {
        retriable: true,
        remedy: parted
          ? (parted.remedy ?? 'it comes back once somebody there links it again: iris-tui link add')
          : 'it comes back by itself once it runs and has a network',
      });
      return { type: 'lost', error, attempt: 0 };
    }
    const error = new IrisError('unreachable', reason ?? 'the connection is being made', options);
    if (state === 'connecting') return { type: 'lost', error, attempt, trying: true };
    const inMs = nextRetryAt === undefined ? undefined : Math.max(0, nextRetryAt - this.#clock.wall());
    return { type: 'lost', error, attempt, ...(inMs === undefined ? {} : { retryAt: this.#clock.now() + inMs }) };
  }

  #error({ reason, remedy }: HostConnection): IrisError {
    const why = this.#why();
    if (why) return why;
    const options = remedy === undefined ? {} : { remedy };
    return new IrisError('unreachable', reason ?? 'the hub cannot be reached', options);
  }

  /** Hundreds of sessions: each piece of news goes only to those whom it is about. */
  #sessions(changed: readonly SessionInfo[] | undefined, removed: readonly string[] | undefined): void {
    const all = changed ?? this.host.sessions;
    for (const info of all) {
      for (const user of this.#bySession.get(info.id) ?? []) user.told?.(info);
      for (const user of this.#users) if (!user.session) user.told?.(info);
    }
    const gone = changed ? (removed ?? []) : this.#missing(new Set(all.map(({ id }) => id)));
    for (const id of gone) {
      for (const user of [...this.#users]) if (!user.session || user.session() === id) user.gone?.(id);
    }
  }

  /** After a pause the list comes whole: what is not in it any more is gone. */
  #missing(there: ReadonlySet<string>): string[] {
    return [...this.#bySession.keys()].filter((id) => !there.has(id));
  }

  #say(line: string): void {
    this.#log.push(plainText(line, 400));
    if (this.#log.length > LOG_LINES) this.#log.shift();
  }
}
