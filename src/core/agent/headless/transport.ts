import type { Clock } from '../../clock.ts';
import type { IrisError } from '../../errors.ts';
import type {
  LaunchSpec,
  ProcessEnd,
  Transport,
  TransportKind,
  TransportMetrics,
  TransportSink,
  TransportStatus,
} from '../../transport.ts';
import type { AgentPrompt } from '../prompt/types.ts';
import { type HeadlessAgentName, headlessCommand } from './agents.ts';
import { MessageRecord } from './record.ts';
import { Talk, type TalkState } from './talk.ts';
import { TalkView } from './view.ts';

/** What outlives the process: the messages, and by which id the agent goes on. */
export class HeadlessMemory {
  readonly record = new MessageRecord();
  agentSession: string | undefined;
  /** When that was begun, or gone on with, in milliseconds since 1970; not known after a restart of the hub. */
  begunAt: number | undefined;

  constructor(agentSession?: string) {
    this.agentSession = agentSession;
  }
}

export interface HeadlessOptions {
  readonly agent: HeadlessAgentName;
  /** Of the agent's own program; what makes it speak is added here. Size: of the screen. */
  readonly launch: LaunchSpec;
  /** Runs it with pipes, here or elsewhere. */
  readonly transport: (launch: LaunchSpec) => Transport;
  readonly clock: Clock;
  /** Of this software. */
  readonly version: string;
  readonly memory: HeadlessMemory;
  /** Its state or its question changed, or the memory. */
  readonly changed: (state: TalkState, question: AgentPrompt | undefined) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * An agent without a terminal, as a process with one. Inside is a transport with pipes, over which the agent is spoken to in its own language;
 * outside is what a session knows: output is a rendered transcript with an input line, input is what is typed into that line. So it works over
 * every transport, and everything that watches or types into sessions works with it.
 */
export class HeadlessTransport implements Transport {
  readonly talk: Talk;
  #inner: Transport;
  #sink: TransportSink | undefined;
  #view: TalkView | undefined;
  #resume: string | undefined;
  #size: { cols: number; rows: number };
  #stopping = false;
  readonly #options: HeadlessOptions;

  constructor(options: HeadlessOptions) {
    this.#options = options;
    const { agent, clock, launch, memory, version, onError } = options;
    this.#size = launch;
    this.#resume = memory.agentSession;
    this.#inner = this.#newInner();
    this.talk = new Talk({
      agent,
      clock,
      cwd: launch.cwd,
      resume: this.#resume,
      begunAt: memory.begunAt,
      version,
      record: memory.record,
      onError,
      write: (bytes) => this.#inner.write(bytes),
    });
    this.talk.events.on((event) => {
      if (event.type === 'changed') options.changed(this.talk.state, this.talk.question);
      if (event.type !== 'agent') return;
      if (event.event.type === 'session') {
        memory.agentSession = event.event.id;
        memory.begunAt = clock.wall();
      }
      if (event.event.type !== 'failed') return;
      // The next start begins a new one.
      if (event.event.gone) memory.agentSession = undefined;
      // It would wait for ever: what can't go on is ended, once everybody has heard why.
      void Promise.resolve()
        .then(() => this.#inner.stop())
        .catch(onError);
    });
  }

  get kind(): TransportKind {
    return this.#inner.kind;
  }

  get status(): TransportStatus {
    return this.#inner.status;
  }

  get pid(): number | undefined {
    return this.#inner.pid;
  }

  get metrics(): TransportMetrics {
    return this.#inner.metrics;
  }

  get launchCommand(): readonly string[] {
    return this.#inner.launchCommand;
  }

  get diagnostics(): readonly string[] {
    return this.#inner.diagnostics ?? [];
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#inner.start({
      status: (status) => {
        if (status === 'ready') this.#ready();
        sink.status(status);
      },
      output: (bytes, stream) => {
        if (stream === 'output') this.talk.output(bytes);
        else this.talk.errorOutput(bytes);
      },
      ended: (end) => {
        this.#over(this.#stopping ? 'the session was stopped' : endWords(end));
        sink.ended(end);
      },
      failed: (error: IrisError) => {
        this.#over(error.line);
        sink.failed(error);
      },
    });
  }

  /** What was typed: a key, a paste, a piece of either. */
  write(bytes: Uint8Array): void {
    this.#view?.typed(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#size = { cols, rows };
    this.#view?.resize(cols, rows);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  /** SIGINT is how a session is cancelled: here it stops the turn, not the process. */
  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (signal === 'SIGINT') this.talk.cancel().catch(() => {});
    else this.#inner.signal(signal);
  }

  stop(): Promise<void> {
    this.#stopping = true;
    return this.#inner.stop();
  }

  #newInner(): Transport {
    const { agent, launch, transport } = this.#options;
    const command = headlessCommand(agent, launch.command, this.#resume);
    return transport({ ...launch, mode: 'pipes', command });
  }

  /** The process runs: only now is something shown, so that attempts to connect leave the screen as it was. */
  #ready(): void {
    if (this.#view) return;
    const { clock, memory } = this.#options;
    this.#view = new TalkView(this.talk, clock, this.#size, (bytes) => this.#sink?.output(bytes, 'output'));
    const messages = memory.record.all();
    this.#view.again(messages, this.#resume === undefined || messages.length === 0 ? undefined : 'goes on');
    this.#options.changed(this.talk.state, this.talk.question);
    this.talk.start();
  }

  #over(why: string): void {
    this.talk.ended(why);
    this.talk.dispose();
    this.#view?.close();
  }
}

function endWords({ exitCode, signal }: ProcessEnd): string {
  if (signal !== undefined) return `the agent was ended by ${signal}`;
  return exitCode === 0 || exitCode === undefined ? 'the agent has ended' : `the agent has ended with code ${exitCode}`;
}
