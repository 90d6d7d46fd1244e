import {
  type Attachment,
  type AttachOptions,
  type Clock,
  type Dispose,
  Emitter,
  type HostConnection,
  type HostEvent,
  type HubCommandArgs,
  type HubCommandName,
  type HubCommandResult,
  IrisError,
  QUIET_MS,
  Reconnector,
  type ReconnectState,
  type SessionHost,
  type SessionInfo,
  withSelf,
} from '../core/index.ts';
import {
  fromFailure,
  type HubMessage,
  networkNow,
  type Outgoing,
  type SessionPatch,
  systemClock,
} from '../protocol/index.ts';
import { type AttachmentHost, ClientAttachment, type Unsent } from './attachment.ts';
import { describe } from './describe.ts';
import { abandon, type Dialed, dial, type HubVersion, type Welcome } from './dial.ts';
import { InputQueue } from './input-queue.ts';
import type { ConnectOptions, HubAddress, LinkFailure } from './options.ts';
import { PendingCommands } from './pending-commands.ts';

/** A hub seen from outside. Reconnects, resumes every attachment where it stood, and sends each keystroke once. */
export class HubClient implements SessionHost {
  readonly #o: ConnectOptions;
  readonly #clock: Clock;
  readonly #clientId: string;
  readonly #events: Emitter<HostEvent>;
  readonly #reconnector: Reconnector;
  readonly #commands: PendingCommands;
  readonly #attachments = new Map<number, ClientAttachment>();
  readonly #inputs = new Map<string, InputQueue>();
  readonly #sessions = new Map<string, SessionInfo>();
  #sorted: readonly SessionInfo[] | undefined;
  #connection: HostConnection;
  #hub: HubVersion | undefined;
  #you: Welcome['you'];
  /** Of our link, as the hub calls it. */
  #viewer: string | undefined;
  #dialed: Dialed | undefined;
  #online = false;
  #closed = false;
  #nextStream = 1;
  #roundTripMs: number | undefined;
  #quietSince: number | undefined;
  #smoothedMs: number | undefined;
  /** Asked for by the hub: viewers that lose it come back spread over so long. */
  #spreadMs = 0;
  /** Grows with each attempt: an address that comes late is for nobody. */
  #attempt = 0;
  /** The next attempt is one that somebody asked for. */
  #asked = true;
  /** So was the one that is under way. */
  #attemptAsked = true;

  constructor(options: ConnectOptions) {
    this.#o = options;
    this.#clock = options.clock ?? systemClock;
    this.#clientId = options.clientId ?? crypto.randomUUID();
    this.#events = new Emitter<HostEvent>(options.onListenerError);
    this.#connection = { state: 'connecting', since: this.#clock.wall(), attempt: 1 };
    this.#commands = new PendingCommands(
      this.#clock,
      (id, name, args) => this.#send({ type: 'control', payload: { op: 'command', id, name, args } }),
      () => this.reason,
    );
    this.#reconnector = new Reconnector({
      clock: this.#clock,
      random: options.random ?? Math.random,
      network: networkNow,
      ...(options.reconnect ? { policy: options.reconnect } : {}),
      connect: () => void this.#connect(),
      changed: (state) => this.#changed(state),
    });
    this.#asked = options.unattended !== true;
    this.#reconnector.start();
  }

  get connection(): HostConnection {
    return this.#connection;
  }

  /** Why there will be no connection, when it is so. */
  get failure(): IrisError | undefined {
    const { state } = this.#reconnector;
    return state.name === 'failed' ? state.reason : undefined;
  }

  /** Why there is no connection now, be it tried again or not. */
  get reason(): IrisError | undefined {
    const { state } = this.#reconnector;
    return state.name === 'waiting' || state.name === 'failed' ? state.reason : undefined;
  }

  get hub(): HubVersion | undefined {
    return this.#hub;
  }

  get you(): Welcome['you'] {
    return this.#you;
  }

  get sessions(): readonly SessionInfo[] {
    this.#sorted ??= [...this.#sessions.values()].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    return this.#sorted;
  }

  on(listener: (event: HostEvent) => void): Dispose {
    return this.#events.on(listener);
  }

  attach(sessionId: string, options: AttachOptions): Attachment {
    const attachment = new ClientAttachment(sessionId, this.#nextStream++, options, this.#attachmentHost);
    this.#attachments.set(attachment.stream, attachment);
    if (this.#online) attachment.open();
    return attachment;
  }

  command<N extends HubCommandName>(name: N, args: HubCommandArgs<N>): Promise<HubCommandResult<N>> {
    const { state } = this.#reconnector;
    if (this.#closed) return Promise.reject(new IrisError('cancelled', 'the connection was closed'));
    if (state.name === 'failed') return Promise.reject(state.reason);
    return this.#commands.run(name, args, this.#online);
  }

  retryNow(): void {
    this.#asked = true;
    // What is under way by itself may not do what somebody asks for: start a hub that was stopped.
    if (this.#reconnector.state.name === 'connecting' && !this.#attemptAsked) void this.#connect();
    else this.#reconnector.retryNow();
    // There was nothing to try.
    this.#asked = false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const dialed = this.#dialed;
    this.#dialed = undefined;
    this.#online = false;
    this.#attempt += 1;
    this.#reconnector.stop();
    dialed?.leave();
    this.#commands.fail(new IrisError('cancelled', 'the connection was closed'));
  }

  readonly #attachmentHost: AttachmentHost = {
    send: (message) => this.#send(message),
    write: (attachment, bytes, settled, origin) => {
      const { sessionId, stream } = attachment;
      const queue = this.#input(sessionId);
      const epoch = attachment.epoch ?? this.#sessions.get(sessionId)?.epoch;
      if (this.failure) queue.refuse(bytes, settled, this.failure.message);
      else queue.write(stream, epoch, bytes, settled, origin);
    },
    heldBytes: (sessionId) => this.#inputs.get(sessionId)?.heldBytes ?? 0,
    maySize: (sessionId) => this.#sessions.get(sessionId)?.role !== 'viewer',
    closed: (attachment) => {
      this.#attachments.delete(attachment.stream);
      this.#inputs.get(attachment.sessionId)?.drop(attachment.stream);
    },
    later: (delayMs, run) => void this.#clock.after(delayMs, run),
  };

  #input(sessionId: string): InputQueue {
    let queue = this.#inputs.get(sessionId);
    if (!queue) {
      queue = new InputQueue({
        sessionId,
        send: (message) => this.#send(message),
        held: (bytes) => this.#events.emit({ type: 'held', sessionId, bytes }),
        refused: (bytes, reason) =>
          this.#events.emit({
            type: 'refused',
            sessionId,
            bytes: bytes.length,
            reason,
            text: new TextDecoder().decode(bytes),
          }),
      });
      this.#inputs.set(sessionId, queue);
    }
    return queue;
  }

  #send(message: Unsent): void {
    if (this.#online) this.#dialed?.send({ ...message, ts: this.#clock.wall() } as Outgoing<'client'>);
  }

  async #connect(): Promise<void> {
    const attempt = ++this.#attempt;
    const asked = this.#asked;
    this.#asked = false;
    this.#attemptAsked = asked;
    this.#dialed?.drop();
    this.#dialed = undefined;
    let address: HubAddress;
    try {
      address = typeof this.#o.address === 'function' ? await this.#o.address({ asked }) : this.#o.address;
    } catch (error) {
      const failure = IrisError.from(error, 'hub-unreachable');
      if (attempt === this.#attempt) this.#reconnector.lost(failure, !failure.retriable, this.#spreadMs);
      return;
    }
    if (attempt !== this.#attempt || this.#closed) {
      abandon(address);
      return;
    }
    const current = (): boolean => attempt === this.#attempt;
    this.#dialed = dial(address, {
      clock: this.#clock,
      version: this.#o.version,
      clientId: this.#clientId,
      purpose: this.#o.purpose ?? 'use',
      ready: (welcome, hub, ts) => {
        if (current()) this.#ready(welcome, hub, ts);
      },
      message: (message) => {
        if (current()) this.#receive(message);
      },
      lost: (failure) => {
        if (current()) this.#lost(failure);
      },
      quiet: (isQuiet) => {
        if (!current() || !this.#online) return;
        this.#quietSince = isQuiet ? this.#clock.wall() - QUIET_MS : undefined;
        this.#changed(this.#reconnector.state);
      },
      roundTrip: (ms) => {
        if (current()) this.#measured(ms);
      },
    });
  }

  #ready(welcome: Welcome, hub: HubVersion, ts: number): void {
    this.#hub = hub;
    this.#you = welcome.you;
    this.#viewer = welcome.viewer;
    this.#spreadMs = welcome.spreadMs ?? 0;
    this.#online = true;
    this.#quietSince = undefined;
    this.#sessions.clear();
    for (const session of welcome.sessions) {
      this.#sessions.set(session.id, this.#timed(withSelf(session, welcome.viewer), ts));
    }
    this.#sorted = undefined;
    for (const attachment of this.#attachments.values()) attachment.open();
    this.#commands.online();
    this.#reconnector.connected();
    this.#events.emit({ type: 'sessions' });
  }

  #lost({ error, permanent }: LinkFailure): void {
    const wasOnline = this.#online;
    this.#online = false;
    this.#dialed = undefined;
    this.#roundTripMs = undefined;
    this.#smoothedMs = undefined;
    if (wasOnline) {
      for (const queue of this.#inputs.values()) queue.offline();
      this.#commands.offline(error);
    }
    this.#reconnector.lost(error, permanent, this.#spreadMs);
  }

  /** Told only when it differs so that a person would care: a number that flickers is worse than none, and each change is a frame. */
  #measured(ms: number): void {
    this.#smoothedMs = this.#smoothedMs === undefined ? ms : this.#smoothedMs + (ms - this.#smoothedMs) / 4;
    const told = this.#roundTripMs;
    if (told !== undefined && Math.abs(this.#smoothedMs - told) < Math.max(0.5, told * 0.3)) return;
    this.#roundTripMs = Math.round(this.#smoothedMs * 100) / 100;
    this.#changed(this.#reconnector.state);
  }

  #changed(state: ReconnectState): void {
    this.#connection = describe(state, this.#connection, this.#clock, this.#roundTripMs, this.#quietSince);
    if (state.name === 'failed') this.#commands.fail(state.reason);
    if (!this.#closed) this.#events.emit({ type: 'connection', connection: this.#connection });
    if (state.name === 'failed') for (const queue of this.#inputs.values()) queue.fail(state.reason);
  }

  #receive(message: HubMessage): void {
    switch (message.type) {
      case 'log': {
        const attachment = this.#attachments.get(message.payload.stream);
        if (!attachment || attachment.sessionId !== message.sessionId) return;
        const before = attachment.epoch;
        if (!attachment.receive(message)) {
          this.#dialed?.drop();
          this.#lost({
            error: new IrisError('failed', 'the hub left entries out', { retriable: true }),
            permanent: false,
          });
        } else if (before !== message.epoch) this.#inputs.get(message.sessionId)?.restarted(message.epoch);
        return;
      }
      case 'ack': {
        const { inputSeq, from, refused } = message.payload;
        const queue = this.#inputs.get(message.sessionId);
        if (refused) queue?.wasRefused(from ?? inputSeq, inputSeq, fromFailure(refused).message);
        else queue?.acknowledged(inputSeq);
        return;
      }
      case 'status':
        this.#status(message);
        return;
      case 'control':
        this.#control(message);
        return;
      default:
        // hello, error: nothing to do here; a refusal that matters comes with an answer or a close code.
        return;
    }
  }

  #status(message: Extract<HubMessage, { type: 'status' }>): void {
    const { payload } = message;
    if (payload.kind === 'event') {
      this.#events.emit(payload.event);
    } else if (payload.kind === 'answered') {
      const { sessionId, viewer } = payload;
      this.#events.emit({ type: 'answered', sessionId, viewer });
    } else if (payload.kind === 'crowd') {
      this.#spreadMs = payload.spreadMs;
    } else if (payload.kind === 'sessions') {
      if (payload.you) this.#you = payload.you;
      const timed = <T extends SessionPatch>(session: T): T => this.#timed(session, message.ts);
      const whole = this.#whole((payload.patched ?? []).map(timed));
      const changed = [...payload.changed.map(timed), ...whole].map((session) => withSelf(session, this.#viewer));
      for (const session of changed) this.#knows(session);
      for (const id of payload.removed) {
        this.#sessions.delete(id);
        if (![...this.#attachments.values()].some((a) => a.sessionId === id)) this.#inputs.delete(id);
      }
      this.#sorted = undefined;
      this.#events.emit({ type: 'sessions', changed, removed: payload.removed });
    }
  }

  /** Clocks of two machines differ: what is to happen there soon happens so much later by ours. `ts`: their time when they said so. */
  #timed<T extends SessionPatch>(session: T, ts: number): T {
    const { connection } = session;
    if (connection?.nextRetryAt === undefined) return session;
    const nextRetryAt = Math.max(0, Math.round(connection.nextRetryAt - ts + this.#clock.wall()));
    return { ...session, connection: { ...connection, nextRetryAt } };
  }

  #whole(patches: readonly SessionPatch[]): SessionInfo[] {
    return patches.flatMap((patch) => {
      const known = this.#sessions.get(patch.id);
      return known ? [{ ...known, ...patch }] : [];
    });
  }

  #knows(session: SessionInfo): void {
    const watched = this.#sessions.get(session.id)?.role === 'viewer';
    this.#sessions.set(session.id, session);
    if (!watched || session.role === 'viewer') return;
    for (const one of this.#attachments.values()) if (one.sessionId === session.id) one.tellSize();
  }

  #control(message: Extract<HubMessage, { type: 'control' }>): void {
    const { payload } = message;
    if (payload.op === 'attached') {
      const { sessionId, epoch } = message as Extract<HubMessage, { payload: { op: 'attached' } }>;
      const attachment = this.#attachments.get(payload.stream);
      if (!attachment) return;
      this.#input(sessionId).attached(epoch);
      attachment.opened();
    } else if (payload.op === 'ended') {
      this.#attachments.get(payload.stream)?.end(payload.failure && fromFailure(payload.failure));
    } else if (payload.op === 'result') {
      this.#commands.answered(payload.id, payload.result, payload.failure);
    }
  }
}
