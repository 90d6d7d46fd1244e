import {
  type HeadlessAgentName,
  HeadlessMemory,
  HeadlessTransport,
  type IrisError,
  type LaunchSpec,
  type ProcessEnd,
  Screen,
  type Transport,
  type TransportSink,
} from '../../../../src/core/index.ts';
import { FakeClock } from '../../reconnect/fake-clock.ts';

/** The pipes of a process that a test plays. */
export class Pipes implements Transport {
  readonly kind = 'local';
  status: Transport['status'] = 'stopped';
  pid = 1;
  metrics = { bytesIn: 0, bytesOut: 0 };
  readonly launchCommand: readonly string[];
  readonly sent: Record<string, unknown>[] = [];
  readonly signals: string[] = [];
  sink: TransportSink | undefined;

  constructor(launch: LaunchSpec) {
    this.launchCommand = launch.command;
  }

  start(sink: TransportSink): void {
    this.sink = sink;
    sink.status('ready');
  }

  write(bytes: Uint8Array): void {
    for (const line of new TextDecoder().decode(bytes).trim().split('\n')) this.sent.push(JSON.parse(line));
  }

  resize(): void {}
  pause(): void {}
  resume(): void {}

  signal(signal: string): void {
    this.signals.push(signal);
  }

  async stop(): Promise<void> {
    this.sink?.ended({ signal: 'SIGHUP' });
  }
}

/** A headless agent on a screen, with the agent's side in the hands of the test. */
export class Desk {
  readonly clock = new FakeClock();
  readonly screen: Screen;
  readonly memory: HeadlessMemory;
  readonly states: string[] = [];
  transport!: HeadlessTransport;
  pipes!: Pipes;
  end: ProcessEnd | IrisError | undefined;
  bytes = 0;

  constructor(agent: HeadlessAgentName = 'claude', { cols = 60, rows = 24, memory = new HeadlessMemory() } = {}) {
    this.screen = new Screen({ cols, rows, scrollback: 2000 });
    this.memory = memory;
    this.start(agent);
  }

  start(agent: HeadlessAgentName = 'claude'): void {
    this.end = undefined;
    this.transport = new HeadlessTransport({
      agent,
      launch: {
        command: [agent],
        cwd: '/home/user/work',
        env: {},
        mode: 'pipes',
        cols: this.screen.cols,
        rows: this.screen.rows,
      },
      transport: (launch) => {
        this.pipes = new Pipes(launch);
        return this.pipes;
      },
      clock: this.clock,
      version: '0.1.0',
      memory: this.memory,
      changed: (state, question) => {
        const word = question ? `${state} ${question.id}` : state;
        if (this.states.at(-1) !== word) this.states.push(word);
      },
      onError: (error) => {
        throw error;
      },
    });
    this.transport.start({
      status: () => {},
      output: (bytes) => {
        this.bytes += bytes.length;
        this.screen.write(bytes);
      },
      ended: (end) => {
        this.end = end;
      },
      failed: (error) => {
        this.end = error;
      },
    });
  }

  get talk() {
    return this.transport.talk;
  }

  get sent(): Record<string, unknown>[] {
    return this.pipes.sent;
  }

  /** The agent says something. */
  says(...messages: readonly object[]): void {
    for (const message of messages) this.raw(`${JSON.stringify(message)}\n`);
  }

  raw(text: string): void {
    this.pipes.sink?.output(new TextEncoder().encode(text), 'output');
    this.clock.advance(50);
  }

  types(text: string): void {
    this.transport.write(new TextEncoder().encode(text));
  }

  /** The rows of the screen, without trailing blanks. */
  rows(): string[] {
    const rows = this.screen.capture({ ansi: false, history: 2000 }).split('\n');
    while (rows.at(-1) === '') rows.pop();
    return rows;
  }

  // What claude says.

  ready(): void {
    this.says({
      type: 'control_response',
      response: { subtype: 'success', request_id: 'iris-initialize-1', response: {} },
    });
  }

  init(): void {
    this.says({ type: 'system', subtype: 'init', session_id: 'e5b2', model: 'sonnet', claude_code_version: '2.1.329' });
  }

  piece(text: string): void {
    this.says({ type: 'stream_event', event: { type: 'content_block_delta', delta: { type: 'text_delta', text } } });
  }

  message(...content: readonly object[]): void {
    this.says({ type: 'assistant', message: { id: `msg_${this.sent.length}`, content } });
  }

  asks(id: string, input: object, extra: object = {}): void {
    this.says({
      type: 'control_request',
      request_id: id,
      request: { subtype: 'can_use_tool', tool_name: 'Bash', input, ...extra },
    });
  }

  result(extra: object = {}): void {
    this.says({ type: 'result', subtype: 'success', is_error: false, duration_ms: 1200, ...extra });
  }
}
