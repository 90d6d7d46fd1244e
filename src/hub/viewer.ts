import {
  EVERYTHING,
  type InputOrigin,
  IrisError,
  includes,
  lesserRole,
  type Role,
  type SessionInfo,
} from '../core/index.ts';
import {
  type ClientMessage,
  type Failure,
  type HubMessage,
  type InputMessage,
  type Link,
  type SessionPatch,
  toFailure,
  type WireEvent,
} from '../protocol/index.ts';
import type { Attached, HubContext, HubViewer, SessionChanges, ViewerIdentity } from './context.ts';
import type { SettledInput } from './input-ledger.ts';
import { PassedOn } from './passed-on.ts';
import { withRole } from './principal.ts';
import { ViewerActs } from './viewer-acts.ts';

/** Attachments of one link. */
const MAX_FEEDS = 1_024;
/** Commands of one link that have not been answered; most of them are waits. */
const MAX_RUNNING_COMMANDS = 1_024;
/** Sessions that may only be looked at on one link, of those that its owner may do more with; of more, the oldest is let go. */
const MAX_LIMITS = 1_024;
/** Input is acknowledged this late, so that the answer does not stand in the way of the echo. What is not acknowledged is only kept by the viewer. */
const INPUT_ACK_DELAY_MS = 20;

type SessionsPayload = Extract<HubMessage, { payload: { kind: 'sessions' } }>['payload'];
type Control<Op extends string> = Extract<ClientMessage, { type: 'control'; payload: { op: Op } }>;

/** One authenticated link that watches and types. Nothing here waits: what a viewer does not read is its own loss. */
export class Viewer implements HubViewer {
  readonly identity: ViewerIdentity;
  readonly since: number;
  readonly link: Link<'hub'>;
  readonly #hub: HubContext;
  readonly #feeds = new Map<number, Attached>();
  /** Aborted when the link is gone: waits end with it. */
  readonly #gone = new AbortController();
  #running = 0;
  readonly #acks = new Map<string, number>();
  readonly #passedOn = new PassedOn();
  readonly #acted: ViewerActs;
  /** Sessions it was told of. */
  #told = new Set<string>();
  readonly #limits = new Set<string>();
  #ackTimer = false;

  constructor(identity: ViewerIdentity, link: Link<'hub'>, hub: HubContext) {
    this.identity = identity;
    this.link = link;
    this.#hub = hub;
    this.since = hub.clock.wall();
    this.#acted = new ViewerActs(hub, this);
  }

  get id(): string {
    return this.identity.id;
  }

  /** Sessions this viewer watches. */
  get watched(): ReadonlySet<string> {
    return new Set([...this.#feeds.values()].map((feed) => feed.session.id));
  }

  get mirrors(): ReadonlySet<string> {
    return new Set([...this.#feeds.values()].filter(({ mirror }) => mirror).map(({ session }) => session.id));
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  receive(message: ClientMessage): void {
    switch (message.type) {
      case 'ack': {
        const feed = this.#feeds.get(message.payload.stream);
        if (message.payload.of === 'output') feed?.acknowledged(message.epoch, message.seq);
        else if (feed) this.#hub.far.kept(feed.session, this.identity.principal, message.epoch, message.seq);
        return;
      }
      case 'control':
        this.#control(message);
        return;
      default:
        return;
    }
  }

  sees(sessionId: string): boolean {
    return this.identity.principal.roleOn(sessionId) !== undefined;
  }

  roleOn(sessionId: string): Role | undefined {
    const role = this.identity.principal.roleOn(sessionId);
    return role && this.#limits.has(sessionId) ? lesserRole(role, 'viewer') : role;
  }

  get limited(): boolean {
    return this.#limits.size > 0;
  }

  limit(sessionId: string, limited: boolean): void {
    if (this.#limits.has(sessionId) === limited) return;
    if (!limited) this.#limits.delete(sessionId);
    else this.#limits.add(sessionId);
    if (this.#limits.size > MAX_LIMITS) this.#limits.delete(this.#limits.keys().next().value!);
    this.accessChanged();
  }

  onlyReads(sessionId: string): boolean {
    const feeds = [...this.#feeds.values()].filter((feed) => feed.session.id === sessionId);
    return feeds.length > 0 && feeds.every((feed) => feed.readOnly);
  }

  /** Sessions as they are told to it, with what it may do. */
  visible(): SessionInfo[] {
    const infos = [...this.#hub.sessions.values()].flatMap(({ session }) => this.told(session.info()) ?? []);
    this.#told = new Set(infos.map(({ id }) => id));
    this.#hub.toldWhole();
    return infos;
  }

  told(info: SessionInfo): SessionInfo | undefined {
    const role = this.roleOn(info.id);
    if (!role) return undefined;
    this.#told.add(info.id);
    return withRole(info, role);
  }

  tellSessions(changes: SessionChanges): void {
    const removed = changes.removed.filter((id) => this.#told.delete(id));
    const changed: SessionInfo[] = [];
    const patched: SessionPatch[] = [];
    for (const info of changes.changed) {
      const patch = this.link.brief && this.#told.has(info.id) ? changes.patches.get(info.id) : undefined;
      const told = this.told(info);
      // What one may do with it is one's own.
      if (told && patch && patch.role === undefined) patched.push(patch);
      else if (told) changed.push(told);
    }
    if (changed.length + removed.length + patched.length > 0) {
      this.#sendSessions({ changed, removed, ...(patched.length > 0 ? { patched } : {}) });
    }
  }

  /** As whom it is known, and what it may do with whatever says nothing of its own. */
  get you(): { name: string; role?: Role } {
    const { principal } = this.identity;
    const role = principal.roleOn(EVERYTHING);
    return { name: principal.name, ...(role ? { role } : {}) };
  }

  accessChanged(): void {
    const before = this.#told;
    const changed = this.visible();
    const removed = [...before].filter((id) => !this.#told.has(id));
    for (const [stream, feed] of this.#feeds) {
      if (this.sees(feed.session.id)) continue;
      feed.close();
      this.ended(stream, new IrisError('not-allowed', 'it is not shared with you any more'));
    }
    this.#sendSessions({ changed, removed, you: this.you });
    for (const id of this.watched) this.#hub.sessions.get(id)?.peopleChanged();
  }

  #sendSessions(what: Omit<SessionsPayload, 'kind'>): void {
    const payload = { kind: 'sessions', ...what } as const;
    this.link.send({ type: 'status', ts: this.#hub.clock.wall(), payload });
  }

  event(event: WireEvent): void {
    if ('sessionId' in event ? !this.sees(event.sessionId) : event.type === 'teams' && !this.sees(EVERYTHING)) return;
    this.link.send({ type: 'status', ts: this.#hub.clock.wall(), payload: { kind: 'event', event } });
  }

  answered(sessionId: string, viewer: string): void {
    if (!this.sees(sessionId)) return;
    this.link.send({
      type: 'status',
      ts: this.#hub.clock.wall(),
      payload: { kind: 'answered', sessionId, viewer },
    });
  }

  ended(stream: number, why?: IrisError): void {
    this.#feeds.delete(stream);
    this.#sendEnded(stream, why && toFailure(why));
  }

  /** The link is gone. */
  dispose(): void {
    this.#gone.abort();
    for (const feed of [...this.#feeds.values()]) feed.close();
    this.#feeds.clear();
  }

  #control(message: Extract<ClientMessage, { type: 'control' }>): void {
    const { op } = message.payload;
    if (this.identity.managing && op !== 'command') return;
    if (op === 'input') this.#input(message as InputMessage);
    else if (op === 'attach') this.#attach(message as Control<'attach'>);
    else if (op === 'command') void this.#command(message as Control<'command'>);
    else if (op === 'resize') {
      const { stream, cols, rows } = (message as Control<'resize'>).payload;
      const feed = this.#feeds.get(stream);
      if (feed && this.#may('typer', feed.session.id, 'resize')) feed.wish({ cols, rows });
    } else if (op === 'detach') {
      const { stream } = (message as Control<'detach'>).payload;
      this.#feeds.get(stream)?.close();
      this.#feeds.delete(stream);
    }
  }

  #attach({ sessionId, payload }: Control<'attach'>): void {
    const { stream } = payload;
    try {
      const there = this.#hub.sessions.get(sessionId);
      const shared = this.sees(sessionId) ? there : undefined;
      if (there && !shared) this.#acted.denied('attach', sessionId);
      if (!shared) throw new IrisError('not-found', `there is no session ${sessionId}`);
      if (this.#feeds.has(stream)) throw new IrisError('usage', `stream ${stream} is in use`);
      if (this.#feeds.size >= MAX_FEEDS) throw new IrisError('failed', `more than ${MAX_FEEDS} attachments`);
      // A viewer has no say in the size, and may become a typer later.
      const { cols, rows, ...wanted } = payload;
      const size = this.#has('typer', sessionId) && cols !== undefined && rows !== undefined ? { cols, rows } : {};
      const feed = shared.attach(this, { ...wanted, ...size });
      this.#feeds.set(stream, feed);
      shared.peopleChanged();
      if (payload.retain) this.#hub.far.retain(feed.session, this.identity.principal, payload.after);
      this.#acted.did('attach', sessionId, payload.readOnly === true ? 'read-only' : undefined);
      feed.start(payload.after);
    } catch (error) {
      this.#sendEnded(stream, toFailure(error));
    }
  }

  #sendEnded(stream: number, failure: Failure | undefined): void {
    const payload = { op: 'ended', stream, ...(failure ? { failure } : {}) } as const;
    this.link.send({ type: 'control', ts: this.#hub.clock.wall(), payload });
  }

  #input({ sessionId, epoch, payload, bytes }: InputMessage): void {
    const { stream, inputSeq } = payload;
    const { inputs } = this.#hub;
    const origin = this.#originOf(sessionId, payload);
    const { client, seq } = origin.known;
    if (!this.#has('typer', sessionId)) {
      const error = new IrisError('not-allowed', 'you may only watch this session', { remedy: 'ask for the keyboard' });
      this.#acted.denied('type', sessionId);
      this.answerInput({ sessionId, from: inputSeq, to: inputSeq, refused: toFailure(error) });
      return;
    }
    // A number that was taken before is answered again, with what became of it.
    const fate = inputs.take(client, sessionId, seq);
    if (fate?.kind === 'held') {
      if (payload.from) this.#passedOn.set(origin.known, sessionId, inputSeq);
      return;
    }
    if (fate?.kind === 'refused') {
      this.answerInput({ sessionId, from: inputSeq, to: inputSeq, refused: fate.failure });
      return;
    }
    if (!fate) {
      this.#acted.did('type', sessionId);
      try {
        const feed = this.#feeds.get(stream);
        if (feed?.session.id !== sessionId) throw new IrisError('not-found', 'not attached to this session');
        const how = feed.type(epoch, bytes, (refusal) => inputs.settle(client, sessionId, seq, refusal), origin.told);
        if (how === 'held') {
          // Not acknowledged until it is settled: the viewer keeps it, should this hub die.
          inputs.hold(client, sessionId, seq);
          if (payload.from) this.#passedOn.set(origin.known, sessionId, inputSeq);
          return;
        }
      } catch (error) {
        const refused = inputs.refuse(client, sessionId, seq, error);
        this.answerInput({ sessionId, from: inputSeq, to: inputSeq, refused });
        return;
      }
    }
    this.#acks.set(sessionId, Math.max(inputSeq, this.#acks.get(sessionId) ?? 0));
    if (this.#ackTimer) return;
    this.#ackTimer = true;
    this.#hub.clock.after(INPUT_ACK_DELAY_MS, () => this.#flushAcks());
  }

  /**
   * By what input is known when it comes again: by the numbers of this link's program, or, passed on by a hub, by those of whoever typed it there,
   * kept apart from what others pass on. `told`: what the next hub is told.
   */
  #originOf(sessionId: string, { inputSeq, from }: InputMessage['payload']): { known: InputOrigin; told: InputOrigin } {
    const { clientId, principal } = this.identity;
    if (from) return { known: { client: `${principal.id} > ${from.client}`, seq: from.seq }, told: from };
    return {
      known: { client: clientId, seq: inputSeq },
      // With the session: one program counts for each, and two mirrors may be of the same session.
      told: { client: `${clientId} ${sessionId}`, seq: inputSeq },
    };
  }

  /** Input that was held is settled, whoever held it. */
  settled({ clientId, sessionId, from, to, refused }: SettledInput): void {
    const answer = (first: number, last: number): void =>
      this.answerInput({ sessionId, from: first, to: last, ...(refused ? { refused } : {}) });
    if (clientId === this.identity.clientId) return answer(from, to);
    for (let seq = from; seq <= to; seq++) {
      const inputSeq = this.#passedOn.take({ client: clientId, seq }, sessionId);
      if (inputSeq !== undefined) answer(inputSeq, inputSeq);
    }
  }

  /** Held input is settled, or some was refused. What was written before is acknowledged before. */
  answerInput({ sessionId, from, to, refused }: Omit<SettledInput, 'clientId'>): void {
    this.#flushAcks();
    const payload = { of: 'input', inputSeq: to, ...(refused ? { from, refused } : {}) } as const;
    this.link.send({ type: 'ack', sessionId, ts: this.#hub.clock.wall(), payload });
  }

  #flushAcks(): void {
    this.#ackTimer = false;
    const acks = [...this.#acks];
    this.#acks.clear();
    for (const [sessionId, to] of acks) this.answerInput({ sessionId, from: to, to });
  }

  #has(role: 'typer', sessionId: string): boolean {
    const own = this.roleOn(sessionId);
    return own !== undefined && includes(own, role);
  }

  /** Says so, and to the audit, when it may not. */
  #may(role: 'typer', sessionId: string, what: string): boolean {
    if (this.#has(role, sessionId)) return true;
    this.#acted.denied(what, sessionId);
    const failure = toFailure(new IrisError('not-allowed', `${what} needs the role ${role}`));
    this.link.send({ type: 'error', ts: this.#hub.clock.wall(), payload: failure });
    return false;
  }

  async #command({ payload }: Control<'command'>): Promise<void> {
    const { id, name, args } = payload;
    const answer = (result: unknown, failure?: Failure): void =>
      this.link.send({
        type: 'control',
        ts: this.#hub.clock.wall(),
        payload: { op: 'result', id, result, ...(failure ? { failure } : {}) },
      });
    if (this.#running >= MAX_RUNNING_COMMANDS) {
      answer(undefined, toFailure(new IrisError('failed', 'too many commands at once', { retriable: true })));
      return;
    }
    this.#running += 1;
    try {
      answer(await this.#hub.run(name, args, this));
    } catch (error) {
      if (!(error instanceof IrisError)) this.#hub.log.error('command failed', { command: name, error: String(error) });
      answer(undefined, toFailure(error));
    } finally {
      this.#running -= 1;
    }
  }
}
