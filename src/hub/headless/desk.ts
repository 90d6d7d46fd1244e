import {
  type AgentPrompt,
  type Clock,
  HeadlessMemory,
  HeadlessTransport,
  headlessAgent,
  IrisError,
  type LaunchSpec,
  type MessageRecord,
  type Session,
  type SessionIdentity,
  type SessionRegistry,
  type Talk,
  type TalkState,
  type Transport,
} from '../../core/index.ts';

export interface HeadlessDeskOptions {
  readonly clock: Clock;
  /** Of this software. */
  readonly version: string;
  /** Asked later than it is given: it makes transports through this. */
  readonly registry: () => SessionRegistry;
  readonly onError: (error: unknown) => void;
}

interface Held {
  readonly memory: HeadlessMemory;
  /** Of the newest run. */
  transport: HeadlessTransport;
}

/** The headless sessions of a hub: what was said in them, and how they are spoken to. */
export class HeadlessDesk {
  readonly #o: HeadlessDeskOptions;
  readonly #held = new Map<string, Held>();

  constructor(options: HeadlessDeskOptions) {
    this.#o = options;
  }

  /**
   * A transport that speaks to the agent, over the one that `make` gives.
   * @throws IrisError `usage` for an agent that can't be spoken to
   */
  transport(launch: LaunchSpec, { id }: SessionIdentity, make: (launch: LaunchSpec) => Transport): Transport {
    const agent = headlessAgent(launch.headless ?? '');
    const { clock, version, onError } = this.#o;
    const memory = this.#held.get(id)?.memory ?? new HeadlessMemory(this.#session(id)?.agentSession);
    const transport: HeadlessTransport = new HeadlessTransport({
      agent,
      launch,
      clock,
      version,
      memory,
      onError,
      transport: make,
      changed: (state, question) => {
        if (this.#held.get(id)?.transport === transport) this.#changed(id, state, question);
      },
    });
    this.#held.set(id, { memory, transport });
    return transport;
  }

  /** A session was added: what its agent said before that was not heard. */
  added(session: Session): void {
    const talk = this.#held.get(session.id)?.transport.talk;
    if (talk) this.#changed(session.id, talk.state, talk.question);
  }

  removed(session: Session): void {
    this.#held.delete(session.id);
  }

  /** Undefined: it is not headless. @throws IrisError `failed` when it has not run under this hub, `unreachable` when it is not clear yet where it runs */
  talk(session: Session): Talk | undefined {
    if (session.mode !== 'headless') return undefined;
    const held = this.#held.get(session.id);
    // Whether it lives in another hub, which speaks to the agent then, is not known yet.
    if (!held && session.live) {
      throw new IrisError('unreachable', `${session.name} is being connected`, { retriable: true });
    }
    if (!held || !session.live) {
      throw new IrisError('failed', `${session.name} is not running`, { remedy: 'restart it first' });
    }
    return held.transport.talk;
  }

  record(session: Session): MessageRecord | undefined {
    return this.#held.get(session.id)?.memory.record;
  }

  #session(id: string): Session | undefined {
    return this.#o.registry().get(id);
  }

  #changed(id: string, state: TalkState, question: AgentPrompt | undefined): void {
    const session = this.#session(id);
    const held = this.#held.get(id);
    if (!session || !held) return;
    session.agentSession = held.memory.agentSession;
    session.queued = held.transport.talk.queued.length;
    // Its end is told by the session itself.
    if (state === 'over') return;
    if (state === 'blocked' && question) session.setAgent('blocked', question.text, 'protocol', question);
    else
      session.setAgent(state === 'starting' ? 'unknown' : state === 'idle' ? 'idle' : 'working', undefined, 'protocol');
  }
}
