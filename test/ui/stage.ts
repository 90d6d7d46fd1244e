import {
  type AttachOptions,
  DEFAULT_MODES,
  Emitter,
  encodeKey,
  type HostConnection,
  type HostEvent,
  type IrisError,
  parseCommand,
  parseKeyName,
  type SessionHost,
  type SessionInfo,
  type TeamInfo,
  type Workspace,
} from '../../src/core/index.ts';
import { type ActionContext, run } from '../../src/ui/actions/index.ts';
import { Chrome } from '../../src/ui/chrome.tsx';
import { type Capabilities, Compositor, FULL_CAPABILITIES } from '../../src/ui/compositor/index.ts';
import { Keyboard, makeKeyTables } from '../../src/ui/control/index.ts';
import type { InputEvent } from '../../src/ui/input/index.ts';
import { addTab, EMPTY_WORKSPACE } from '../../src/ui/model/workspace-ops.ts';
import { DEFAULT_SETTINGS, type TuiSettings } from '../../src/ui/settings.ts';
import { Workbench } from '../../src/ui/workbench.ts';
import { HandClock, MemorySink } from './compositor/fakes.ts';
import { Terminal } from './compositor/picture.ts';

/** A session that runs here, unless told otherwise. */
export function sessionInfo(over: Partial<SessionInfo> = {}): SessionInfo {
  return {
    id: 's1',
    name: 'api',
    hub: 'local',
    transport: 'local',
    agent: { kind: 'shell', state: 'unknown', since: 0 },
    connection: { state: 'online', since: 0, attempt: 0, maxAttempts: 0, transport: 'ready' },
    process: { pid: 1, status: 'running' },
    epoch: 'e',
    seq: 1,
    cols: 58,
    rows: 8,
    title: '',
    cwd: '/',
    command: ['bash'],
    mode: 'pty',
    viewers: 1,
    createdAt: 0,
    ...over,
  };
}

export const teamInfo = (over: Partial<TeamInfo> = {}): TeamInfo => ({
  name: 'train',
  transport: 'openssh',
  remote: 'me@gpu-01',
  agent: 'claude',
  mode: 'interactive',
  autostart: false,
  restart: 'never',
  needsRestart: false,
  removed: false,
  ...over,
});

/** A hub of made-up sessions: what a real one tells of states that take minutes to come about. */
export class MadeUpHub implements SessionHost {
  connection: HostConnection = { state: 'online', since: 0, attempt: 0 };
  readonly hub = undefined;
  sessions: SessionInfo[];
  teams: TeamInfo[] = [];
  problems: string[] = [];
  /** What was asked, without what is asked at the start by itself. */
  readonly asked: { readonly name: string; readonly args: unknown }[] = [];
  answers: Readonly<Record<string, unknown>> = {};
  readonly typed: string[] = [];
  readonly #events = new Emitter<HostEvent>();
  readonly #attached = new Map<string, AttachOptions>();
  readonly #screens: Readonly<Record<string, string>>;
  #workspace: Workspace;
  #revision = 1;

  constructor(sessions: SessionInfo[], screens: Readonly<Record<string, string>> = {}, workspace?: Workspace) {
    this.sessions = sessions;
    this.#screens = screens;
    this.#workspace =
      workspace ??
      sessions.reduce((w, { id }) => addTab({ id: `t-${id}`, paneId: `p-${id}`, sessionId: id })(w), EMPTY_WORKSPACE);
  }

  on(listener: (event: HostEvent) => void): () => void {
    return this.#events.on(listener);
  }

  emit(event: HostEvent): void {
    this.#events.emit(event);
  }

  /** A session is as told from now on. */
  change(id: string, over: Partial<SessionInfo>): void {
    this.sessions = this.sessions.map((s) => (s.id === id ? { ...s, ...over } : s));
    this.emit({ type: 'sessions' });
  }

  /** The hub gives no more of it. */
  end(sessionId: string, reason: IrisError): void {
    this.#attached.get(sessionId)?.onEnd?.(reason);
    this.sessions = this.sessions.filter(({ id }) => id !== sessionId);
    this.emit({ type: 'sessions' });
  }

  connect(connection: HostConnection): void {
    this.connection = connection;
    this.emit({ type: 'connection', connection });
  }

  /** As after a resize, or when a viewer fell behind: the same screen as a whole. */
  snapshot(sessionId: string, epoch = 'e'): void {
    const bytes = new TextEncoder().encode(this.#screens[sessionId] ?? '');
    void this.#attached.get(sessionId)?.onEntry({ kind: 'snapshot', seq: 3, epoch, cols: 58, rows: 8, bytes });
  }

  print(sessionId: string, text: string): void {
    void this.#attached.get(sessionId)?.onEntry({ kind: 'output', seq: 2, bytes: new TextEncoder().encode(text) });
  }

  attach(sessionId: string, options: AttachOptions) {
    this.#attached.set(sessionId, options);
    const { cols = 80, rows = 24 } = options;
    const bytes = new TextEncoder().encode(this.#screens[sessionId] ?? '');
    void options.onEntry({ kind: 'snapshot', seq: 1, epoch: 'e', cols, rows, bytes });
    return {
      sessionId,
      position: undefined,
      heldBytes: 0,
      write: (data: Uint8Array) => void this.typed.push(new TextDecoder().decode(data)),
      kept: () => {},
      resize: () => {},
      detach: () => {},
    };
  }

  readonly command = (async (name: string, args: unknown): Promise<unknown> => {
    switch (name) {
      case 'workspace.get':
        return { name: 'main', revision: this.#revision, workspace: this.#workspace };
      case 'workspace.put':
        this.#workspace = (args as { workspace: Workspace }).workspace;
        this.#revision += 1;
        return { revision: this.#revision };
      case 'team.list':
        return { teams: this.teams, problems: this.problems };
      case 'session.seen':
        return {};
      default: {
        this.asked.push({ name, args });
        const answer = this.answers[name];
        if (answer instanceof Error) throw answer;
        return answer ?? {};
      }
    }
  }) as SessionHost['command'];

  retries = 0;
  retryNow(): void {
    this.retries += 1;
  }
  close(): void {}
}

export interface StageOptions {
  readonly cols?: number;
  readonly rows?: number;
  readonly hub: MadeUpHub;
  readonly settings?: Partial<TuiSettings>;
  readonly capabilities?: Partial<Capabilities>;
  readonly ascii?: boolean;
  readonly readOnly?: boolean;
}

/** Everything between a hub and the terminal, with time that is moved by hand. */
export class Stage {
  readonly clock = new HandClock();
  readonly sink = new MemorySink();
  /** All that the terminal got. */
  written = '';
  readonly terminal: Terminal;
  readonly bench: Workbench;
  readonly ctx: ActionContext;
  readonly #keyboard: Keyboard;
  readonly #chrome: Chrome;
  readonly #compositor: Compositor;

  constructor(options: StageOptions) {
    const { cols = 60, rows = 12, hub } = options;
    const settings = { ...DEFAULT_SETTINGS, ...options.settings };
    this.terminal = new Terminal(cols, rows);
    this.bench = new Workbench({
      host: hub,
      clock: this.clock,
      settings,
      cols,
      rows,
      ascii: options.ascii ?? false,
      readOnly: options.readOnly ?? false,
      hubName: 'local',
    });
    const { bench } = this;
    this.ctx = {
      bench,
      outside: { exit() {}, suspend() {}, redraw() {}, copyOut() {}, bell() {}, notify() {} },
      start: { env: {}, cwd: '/', programs: async () => [], history: { lines: [], add() {} } },
      buffer: '',
      typedLines: [],
      lastPreset: new Map(),
      runLine: (line) => void run(this.ctx, parseCommand(line)),
      typeKey: () => {},
    };
    const tables = makeKeyTables(settings);
    this.#keyboard = new Keyboard({ ctx: this.ctx, tables, outerModes: () => ({ kittyFlags: 0 }), typed: () => {} });
    const capabilities = { ...FULL_CAPABILITIES, ...options.capabilities };
    this.#compositor = new Compositor({ sink: this.sink, clock: this.clock, capabilities });
    this.#compositor.setSize(cols, rows);
    const store = { subscribe: (l: () => void) => bench.changed.on(l), get: () => bench.snapshot };
    this.#chrome = new Chrome(store, cols, rows, () => this.#compositor.invalidate());
    bench.changed.on(() => this.#show());
    bench.dirty.on(() => this.#compositor.invalidate());
    bench.update();
  }

  #show(): void {
    const { layers, cursor } = this.bench.makePicture(this.#chrome.surface);
    this.#compositor.setLayers(layers);
    this.#compositor.setCursor(cursor);
  }

  /** Lets time go by and draws what came of it. Returns what was written to the terminal. */
  async pass(ms = 20): Promise<string> {
    // React renders on the machine's own clock.
    await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    await this.clock.advance(20);
    const written = this.sink.take();
    this.written += written.join('');
    for (const frame of written) this.terminal.write(frame);
    return written.join('');
  }

  async press(...names: string[]): Promise<void> {
    for (const name of names) {
      const key = parseKeyName(name);
      const raw = key.text === undefined ? encodeKey(key, DEFAULT_MODES) : new TextEncoder().encode(key.text);
      this.#keyboard.handle({ type: 'key', key, raw });
      await this.pass();
    }
  }

  /** Something of the terminal that is no key. */
  async handle(...events: InputEvent[]): Promise<void> {
    for (const event of events) this.#keyboard.handle(event);
    await this.pass();
  }

  text(): string {
    return this.terminal
      .text()
      .map((row) => row.trimEnd())
      .join('\n');
  }

  dispose(): void {
    this.bench.close();
    this.#chrome.dispose();
    this.#compositor.dispose();
    this.terminal.dispose();
  }
}
