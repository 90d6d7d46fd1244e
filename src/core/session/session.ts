import {
  AgentMonitor,
  type AgentPrompt,
  type AgentReport,
  type Authority,
  builtInRules,
  type CompiledAnswers,
  type Explanation,
} from '../agent/index.ts';
import { type Dispose, Emitter } from '../emitter.ts';
import { IrisError, plainText } from '../errors.ts';
import { type EntryBody, OutputLog, Screen, type ScreenEvent } from '../output/index.ts';
import type { Transport } from '../transport.ts';
import { agentKindOf } from './agents.ts';
import type { SessionInfo } from './info.ts';
import { Coalescer, Throttle } from './pacing.ts';
import type { SavedOutput, SavedSession, SessionDeps, SessionEvent, SessionSpec } from './ports.ts';
import { replayOutput } from './replay-output.ts';
import { savedSession, sessionInfo, stateOf } from './report.ts';
import { INITIAL_STATE, isLive, type SessionState, type StateEvent, transition } from './state.ts';

/** `info` events come at most this often: a title that spins ten times a second is not worth more. */
const INFO_INTERVAL_MS = 50;
/** Bells, clipboard requests and notices are told at most this often a kind; what comes faster is dropped, as a flood of them is noise. */
const NUISANCE_INTERVAL_MS = 100;
/** No terminal is larger; also keeps a wrong number from costing memory. */
const SIZE_LIMIT = 10_000;
/**
 * LNM (ECMA-48 7.2.16): a line feed also returns, as the terminal driver makes it for programs with a terminal. The screen of a process
 * with pipes begins with it, and its snapshots carry it to viewers; log and output stay as they were written.
 */
const NEW_LINE_MODE = new TextEncoder().encode('\x1b[20h');
const CR = 13;
const LF = 10;
/** The emulator has no narrower screen: a wide character needs two cells. */
const COLS_MIN = 2;

/**
 * One process with its screen and log, run after run. Output goes from the transport to screen, log and listeners at once, in one call:
 * while that lasts nothing more is read, so the kernel holds a process that writes faster than it is parsed.
 */
export class Session {
  readonly id: string;
  readonly createdAt: number;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly mode: 'pty' | 'pipes';
  readonly team: string | undefined;
  readonly agentKind: string;
  readonly events: Emitter<SessionEvent>;
  #name: string;
  #epoch: string;
  #env: Readonly<Record<string, string>>;
  #cols: number;
  #rows: number;
  #state: SessionState = INITIAL_STATE;
  #screen: Screen;
  #log: OutputLog;
  #transport: Transport | undefined;
  #screenEvents: Dispose = () => {};
  #agent: AgentMonitor;
  #looking = false;
  #viewers = 0;
  readonly #infoChange: Coalescer;
  readonly #nuisances: Throttle;
  readonly #waiting: ((error?: unknown) => void)[] = [];
  readonly #deps: SessionDeps;

  private constructor(deps: SessionDeps, id: string, name: string, spec: SessionSpec, saved?: SavedSession) {
    this.#deps = deps;
    this.id = id;
    this.#name = name;
    this.command = [...spec.command];
    this.cwd = spec.cwd;
    this.mode = spec.mode;
    this.team = spec.team;
    this.agentKind = saved?.agentKind ?? spec.agent ?? agentKindOf(spec.command);
    this.createdAt = saved?.createdAt ?? deps.clock.wall();
    this.events = new Emitter(deps.onError);
    this.#infoChange = new Coalescer(deps.clock, INFO_INTERVAL_MS, () => {
      this.events.emit({ type: 'info', info: this.info() });
    });
    this.#nuisances = new Throttle(deps.clock, NUISANCE_INTERVAL_MS);
    // Of a kept session only part of the environment was kept: the hub's own stands in for the rest.
    this.#env = saved ? { ...deps.env, ...spec.env } : spec.env;
    this.#cols = clampSize(spec.cols, COLS_MIN);
    this.#rows = clampSize(spec.rows, 1);
    this.#epoch = saved?.epoch ?? deps.ids.epoch();
    this.#screen = this.#newScreen(this.#cols, this.#rows);
    this.#agent = this.#newAgent();
    this.#log = new OutputLog(deps.logLimits);
  }

  /** A new session; `start` runs it. */
  static create(deps: SessionDeps, identity: { id: string; name: string }, spec: SessionSpec): Session {
    return new Session(deps, identity.id, identity.name, spec);
  }

  /** A session of an earlier hub: what lived then has died; its screen is as it was kept. */
  static restore(deps: SessionDeps, saved: SavedSession, output: SavedOutput): Session {
    const session = new Session(deps, saved.id, saved.name, saved, saved);
    session.#log = new OutputLog(deps.logLimits, replayOutput(session.#screen, output));
    session.#cols = session.#screen.cols;
    session.#rows = session.#screen.rows;
    session.#state = stateOf(saved);
    if (!isLive(session.#state)) session.#agent.ended();
    return session;
  }

  get name(): string {
    return this.#name;
  }

  /** Checked and made unique by the registry. */
  set name(name: string) {
    if (name === this.#name) return;
    this.#name = name;
    this.#infoChange.changed();
  }

  get epoch(): string {
    return this.#epoch;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Is there, or may there be, a process? */
  get live(): boolean {
    return isLive(this.#state);
  }

  get cols(): number {
    return this.#cols;
  }

  get rows(): number {
    return this.#rows;
  }

  /** Of the newest run: a restart replaces it. */
  get screen(): Screen {
    return this.#screen;
  }

  /** Of the newest run: a restart replaces it. */
  get log(): OutputLog {
    return this.#log;
  }

  get pid(): number | undefined {
    return this.#transport?.pid;
  }

  /** What its agent is doing. */
  get agent(): AgentReport {
    return this.#agent.report;
  }

  /** A protocol or a hook of the agent says what it is doing: from then on nothing is read from the screen. */
  setAgent(state: 'working' | 'blocked' | 'idle' | 'unknown', question?: string, authority: Authority = 'hook'): void {
    this.#agent.say(authority, state, question);
  }

  /** Somebody has it before their eyes from now on, or no longer: what it finishes meanwhile is seen. */
  look(looking: boolean): void {
    this.#looking = looking;
    this.#agent.look(looking);
  }

  /** Somebody saw it: `done` becomes `idle`. */
  seen(): void {
    this.#agent.seen();
  }

  /** What its agent asks, if that still stands there at this very moment. */
  promptNow(): AgentPrompt | undefined {
    return this.#agent.promptNow();
  }

  /** How its agent's questions are answered. */
  get answers(): CompiledAnswers {
    return this.#agent.answers;
  }

  /** Why its agent is said to be in its state. */
  explain(): Explanation {
    return this.#agent.explain();
  }

  get viewers(): number {
    return this.#viewers;
  }

  set viewers(count: number) {
    if (count === this.#viewers) return;
    this.#viewers = count;
    this.#infoChange.changed();
  }

  info(): SessionInfo {
    return sessionInfo(this, this.#deps);
  }

  /** What to keep on disk, without output. */
  saved(): SavedSession {
    return savedSession(this, this.#env);
  }

  /** Runs the process for the first time. What fails before it starts (a missing program) shows as state `failed` at once. */
  start(): void {
    this.#launch();
  }

  /**
   * Bytes for the process's terminal or stdin. The Enter key alone (CR, or CR LF) is LF to stdin: no terminal driver stands in between.
   * @throws IrisError when there is no process, or its input is full.
   */
  write(bytes: Uint8Array): void {
    if (!this.#transport || !isLive(this.#state)) {
      throw new IrisError('failed', `${this.#name} is not running`, { remedy: 'restart it first' });
    }
    this.#transport.write(this.mode === 'pipes' && isEnter(bytes) ? Uint8Array.of(LF) : bytes);
    this.#agent.typed(bytes);
  }

  /** A new size for the screen and the process, in order with the output: a log entry says where. */
  resize(cols: number, rows: number): void {
    const c = clampSize(cols, COLS_MIN);
    const r = clampSize(rows, 1);
    if (c === this.#cols && r === this.#rows) return;
    this.#cols = c;
    this.#rows = r;
    this.#screen.resize(c, r);
    this.#append({ kind: 'resize', cols: c, rows: r });
    if (isLive(this.#state)) this.#transport?.resize(c, r);
    this.#infoChange.changed();
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (isLive(this.#state)) this.#transport?.signal(signal);
  }

  /** Interrupts what runs: Ctrl-C into a terminal, SIGINT to a process without one. */
  cancel(): void {
    if (this.mode === 'pty') this.write(Uint8Array.of(3));
    else this.signal('SIGINT');
  }

  /** Ends the process and all of its group. Resolves when nothing is left; at once when nothing runs. */
  stop(): Promise<void> {
    return this.#settled({ type: 'stop' });
  }

  /**
   * Ends what runs and starts it again: a new epoch, screen and log.
   * @throws IrisError when it could not be started; the session is then `failed`.
   */
  async restart(): Promise<void> {
    await this.#settled({ type: 'restart' });
    if (this.#state.kind === 'failed') throw this.#state.error;
  }

  /** Lets go of timers and listeners; the registry does it when the session is removed. */
  dispose(): void {
    this.#infoChange.cancel();
    this.#screenEvents();
    this.#agent.dispose();
  }

  #settled(event: StateEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((error) => (error === undefined ? resolve() : reject(error)));
      this.#dispatch(event);
    });
  }

  #dispatch(event: StateEvent): void {
    const before = this.#state;
    const { state, effects } = transition(before, event);
    this.#state = state;
    for (const effect of effects) {
      if (effect.type === 'launch') this.#relaunch();
      else if (effect.type === 'stop-transport') this.#stopTransport();
      else if (effect.type === 'announce-end') this.#announceEnd(before);
      else for (const settle of this.#waiting.splice(0)) settle();
    }
    if (state !== before) this.#infoChange.changed();
  }

  #announceEnd(before: SessionState): void {
    const over = this.#state.kind === 'starting' ? before : this.#state;
    const end = over.kind === 'exited' || over.kind === 'stopping' ? over.end : undefined;
    const error = over.kind === 'failed' || over.kind === 'stopping' ? over.error : undefined;
    this.#agent.ended();
    this.events.emit({ type: 'ended', ...(end ? { end } : {}), ...(error ? { error } : {}) });
  }

  #stopTransport(): void {
    const transport = this.#transport;
    if (!transport) return;
    // A held process could not drain, and so not end.
    transport.resume();
    transport.stop().then(
      () => this.#dispatch({ type: 'stopped' }),
      (error) => {
        // Something would not go: whoever asked hears of it, and the session is over for us.
        for (const settle of this.#waiting.splice(0)) settle(error);
        if (this.#state.kind === 'stopping') this.#dispatch({ type: 'stop' });
        this.#dispatch({ type: 'stopped' });
      },
    );
  }

  #relaunch(): void {
    this.#epoch = this.#deps.ids.epoch();
    this.#screenEvents();
    this.#screen = this.#newScreen(this.#cols, this.#rows);
    this.#log = new OutputLog(this.#deps.logLimits);
    this.events.emit({ type: 'restarted', epoch: this.#epoch });
    this.#launch();
  }

  #launch(): void {
    this.#agent.dispose();
    this.#agent = this.#newAgent();
    const launch = {
      command: this.command,
      cwd: this.cwd,
      env: this.#env,
      mode: this.mode,
      cols: this.#cols,
      rows: this.#rows,
    };
    const transport = this.#deps.transport(launch, { id: this.id, name: this.#name });
    this.#transport = transport;
    /** Words of a transport that was replaced are not ours any more. */
    const ours = (): boolean => this.#transport === transport;
    transport.start({
      status: (status) => {
        if (status === 'ready' && ours()) this.#dispatch({ type: 'ready', pid: transport.pid });
      },
      output: (bytes, stream) => {
        if (ours()) this.#output(bytes, stream);
      },
      ended: (end) => {
        if (ours()) this.#dispatch({ type: 'ended', end });
      },
      failed: (error) => {
        if (ours()) this.#dispatch({ type: 'failed', error });
      },
    });
  }

  /** The hot path: some 7,000 calls a second while a program floods. */
  #output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    this.#screen.write(bytes);
    this.#agent.output();
    this.#append({ kind: stream, bytes });
  }

  #append(body: EntryBody): void {
    this.events.emit({ type: 'entry', entry: this.#log.append(body) });
  }

  #newScreen(cols: number, rows: number): Screen {
    const { scrollback, identity } = this.#deps;
    const screen = new Screen({
      cols,
      rows,
      scrollback,
      // Pipes ask nothing: there is no terminal behind them.
      ...(this.mode === 'pty' ? { reply: (bytes: Uint8Array) => this.#reply(bytes) } : {}),
      ...(identity ? { identity } : {}),
    });
    if (this.mode === 'pipes') screen.write(NEW_LINE_MODE);
    this.#screenEvents = screen.events.on((event) => this.#screenEvent(event));
    return screen;
  }

  #newAgent(): AgentMonitor {
    const { clock, rules } = this.#deps;
    const agent = new AgentMonitor({
      clock,
      rules: rules ?? builtInRules(),
      kind: this.agentKind,
      screen: this.#screen,
      changed: (report) => {
        // That is told by `ended`; and of a session that was brought back nobody has heard otherwise.
        if (report.state === 'exited') return;
        this.events.emit({ type: 'agent', agent: report });
        this.#infoChange.changed();
      },
    });
    agent.look(this.#looking);
    return agent;
  }

  /** What the emulator answers to the process's questions. */
  #reply(bytes: Uint8Array): void {
    if (!isLive(this.#state)) return;
    try {
      this.#transport?.write(bytes);
    } catch (error) {
      // Its input is full: it does not read, so it does not wait for this answer either.
      if (!(error instanceof IrisError)) throw error;
    }
  }

  #screenEvent(event: ScreenEvent): void {
    this.#agent.event(event);
    if (event.type === 'title') this.#infoChange.changed();
    if (event.type !== 'bell' && event.type !== 'clipboard' && event.type !== 'notice') return;
    if (!this.#nuisances.passes(event.type)) return;
    if (event.type === 'notice') {
      this.events.emit({ type: 'notice', title: plainText(event.title, 256), body: plainText(event.body) });
    } else this.events.emit(event);
  }
}

function isEnter(bytes: Uint8Array): boolean {
  return bytes[0] === CR && (bytes.length === 1 || (bytes.length === 2 && bytes[1] === LF));
}

function clampSize(n: number, least: number): number {
  return Math.min(SIZE_LIMIT, Math.max(least, Math.trunc(n) || least));
}
