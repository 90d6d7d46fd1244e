import {
  AgentMonitor,
  type AgentPrompt,
  type AgentReport,
  type Authority,
  builtInRules,
  type CompiledAnswers,
  type CompiledTranscript,
  type Explanation,
  type HookWord,
  type Sight,
} from '../agent/index.ts';
import type { Timer } from '../clock.ts';
import { type Dispose, Emitter } from '../emitter.ts';
import { IrisError, plainText } from '../errors.ts';
import { type EntryBody, OutputLog, Screen, type ScreenEvent } from '../output/index.ts';
import type { LaunchSpec, ProcessEnd, Transport } from '../transport.ts';
import { agentKindOf } from './agents.ts';
import { connectionState } from './connection.ts';
import { type SavedConversation, SessionConversation } from './conversation.ts';
import { HELD_INPUT_LIMIT_BYTES, HeldInput, type HeldSettled } from './held-input.ts';
import type { ConnectionDetails, SessionInfo, SessionMode } from './info.ts';
import { Coalescer, Throttle } from './pacing.ts';
import type { SavedOutput, SavedSession, SessionDeps, SessionEvent, SessionSpec } from './ports.ts';
import { replayOutput } from './replay-output.ts';
import { savedSession, sessionInfo, stateOf } from './report.ts';
import {
  beginning,
  dueAt,
  hasTransport,
  isLive,
  SESSION_POLICY,
  type SessionPolicy,
  type SessionState,
  type StateEvent,
  transition,
} from './state.ts';

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
  readonly agentKind: string;
  readonly events: Emitter<SessionEvent>;
  #spec: SessionSpec;
  #policy: SessionPolicy;
  #name: string;
  #epoch: string;
  #cols: number;
  #rows: number;
  #state: SessionState;
  #screen: Screen;
  #log: OutputLog;
  #transport: Transport | undefined;
  /** Tells what became of the last connection, also when it is over. */
  #newest: Transport | undefined;
  #screenEvents: Dispose = () => {};
  #agent: AgentMonitor;
  /** Nothing is read from the screen any more. */
  #agentGone = false;
  #looking = false;
  #viewers = 0;
  #queued = 0;
  #due: Timer | undefined;
  #connectionSince: number;
  #roundTripMs: number | undefined;
  /** The process of this epoch has run, or something was printed in it: the next launch begins another. */
  #epochUsed = false;
  /** This launch begins a new epoch with its process, or with its first word; until then what was there stays. */
  #epochDue = false;
  #begun: 'restarted' | 'resumed' | undefined;
  /** Somebody typed into this run. */
  #typed = false;
  /** Nobody has put it down. */
  #wanted = true;
  #usedAt: number;
  #endedWhy: string | undefined;
  /** What the launch after a stop is to be. */
  #respec: (() => void) | undefined;
  readonly #held = new HeldInput();
  readonly #conversation: SessionConversation;
  #agentSession: string | undefined;
  readonly #infoChange: Coalescer;
  readonly #nuisances: Throttle;
  readonly #waiting: ((error?: unknown) => void)[] = [];
  readonly #deps: SessionDeps;

  private constructor(deps: SessionDeps, id: string, name: string, spec: SessionSpec, saved?: SavedSession) {
    this.#deps = deps;
    this.id = id;
    this.#name = name;
    this.#spec = spec;
    this.#policy = policyOf(spec);
    this.#state = beginning(deps.clock.now(), spec.unattended);
    this.#conversation = new SessionConversation(saved?.conversation);
    this.#agentSession = saved?.agentSession;
    this.agentKind = saved?.agentKind ?? spec.agent ?? agentKindOf(spec.command);
    this.createdAt = saved?.createdAt ?? deps.clock.wall();
    this.#connectionSince = this.createdAt;
    this.#usedAt = deps.clock.now();
    this.events = new Emitter(deps.onError);
    this.#infoChange = new Coalescer(deps.clock, INFO_INTERVAL_MS, () => {
      this.events.emit({ type: 'info', info: this.info() });
    });
    this.#nuisances = new Throttle(deps.clock, NUISANCE_INTERVAL_MS);
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
    // Of its environment only part was kept: the hub's own stands in for the rest. There is nothing of ours on another machine.
    const env = saved.remote ? saved.env : { ...deps.env, ...saved.env };
    const session = new Session(deps, saved.id, saved.name, { ...saved, env }, saved);
    session.#log = new OutputLog(deps.logLimits, replayOutput(session.#screen, output));
    session.#cols = session.#screen.cols;
    session.#rows = session.#screen.rows;
    session.#state = stateOf(saved);
    session.#agentGone = true;
    session.#epochUsed = true;
    session.#wanted = saved.wanted ?? false;
    session.#connectionSince = deps.clock.wall();
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

  get command(): readonly string[] {
    return this.#spec.command;
  }

  get cwd(): string {
    return this.#spec.cwd;
  }

  get mode(): SessionMode {
    return this.#spec.mode;
  }

  get team(): string | undefined {
    return this.#spec.team;
  }

  get remote(): SessionSpec['remote'] {
    return this.#spec.remote;
  }

  /** What it was started from, or will be by the next `restart`. */
  get spec(): SessionSpec {
    return this.#spec;
  }

  get policy(): SessionPolicy {
    return this.#policy;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Is there, or may there be, a process, or will its connection be tried again? */
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
    const { report } = this.#agent;
    // Nobody can tell what it does over there.
    return this.#away ? { kind: report.kind, state: 'unknown', since: this.#connectionSince } : report;
  }

  /** Since when the connection state is what it is; milliseconds since 1970. */
  get connectionSince(): number {
    return this.#connectionSince;
  }

  /** As told last. */
  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  /** Bytes typed that wait for the connection. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  get begun(): 'restarted' | 'resumed' | undefined {
    return this.#begun;
  }

  /** Typed into, written by its process, or looked at by one more or less, then; of the monotonic clock. */
  get usedAt(): number {
    return this.#usedAt;
  }

  /** Why it was ended, where it was not simply asked for. */
  get endedWhy(): string | undefined {
    return this.#endedWhy;
  }

  get conversation(): SavedConversation | undefined {
    return this.#conversation.saved;
  }

  /** By this a headless agent goes on with its session. */
  get agentSession(): string | undefined {
    return this.#agentSession;
  }

  set agentSession(id: string | undefined) {
    if (id === this.#agentSession) return;
    this.#agentSession = id;
    this.#infoChange.changed();
  }

  /** Nobody has put it down: a rule to restart holds for the next hub, too. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** A protocol or a hook of the agent says what it is doing: from then on nothing is read from the screen. */
  setAgent(
    state: 'working' | 'blocked' | 'idle' | 'unknown',
    question?: string,
    authority: Authority = 'hook',
    prompt?: AgentPrompt,
  ): void {
    this.#agent.say(authority, state, question, prompt);
  }

  /** A hook of the agent says what it is doing: believed until the terminal shows otherwise. */
  hear(word: HookWord): void {
    this.#agent.hear(word);
  }

  /** Has somebody it before their eyes? */
  get looking(): boolean {
    return this.#looking;
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

  /** What is to be seen of its agent at this very moment. */
  sight(): Sight {
    return this.#agent.sight();
  }

  /** How its agent's answers are read. */
  get transcript(): CompiledTranscript | undefined {
    return this.#agent.transcript;
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
    this.#usedAt = this.#deps.clock.now();
    this.#infoChange.changed();
  }

  /** Prompts that wait for their turn. */
  get queued(): number {
    return this.#queued;
  }

  set queued(count: number) {
    if (count === this.#queued) return;
    this.#queued = count;
    this.#infoChange.changed();
  }

  info(): SessionInfo {
    return sessionInfo(this, this.#deps);
  }

  /** What to keep on disk, without output. */
  saved(): SavedSession {
    return savedSession(this);
  }

  /** Its connection looked at closely. */
  connection(): ConnectionDetails {
    const { id, name, transport, connection } = this.info();
    const { metrics, launchCommand, diagnostics, pid } = this.#newest ?? {};
    return {
      id,
      name,
      transport,
      connection,
      launchCommand: launchCommand ?? this.command,
      ...(pid === undefined ? {} : { pid }),
      bytesIn: metrics?.bytesIn ?? 0,
      bytesOut: metrics?.bytesOut ?? 0,
      log: diagnostics ?? [],
    };
  }

  /** Runs the process for the first time. What fails before it starts (a missing program) shows as state `failed` at once. */
  start(): void {
    this.#launch();
  }

  /**
   * Bytes for the process's terminal or stdin. The Enter key alone (CR, or CR LF) is LF to stdin: no terminal driver stands in between.
   * While there is no connection they are held if `held` is given, which hears what became of them: written to the same process, or refused.
   * @throws IrisError when there is no process, its input is full, or too much is held.
   */
  write(bytes: Uint8Array, held?: HeldSettled): 'written' | 'held' {
    if (this.#waits) {
      this.#hold(bytes, held);
      return 'held';
    }
    if (!this.#transport || !hasTransport(this.#state)) {
      throw new IrisError('failed', `${this.#name} is not running`, { remedy: 'restart it first' });
    }
    this.#send(bytes);
    return 'written';
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
    if (hasTransport(this.#state)) this.#transport?.resize(c, r);
    this.#infoChange.changed();
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    if (hasTransport(this.#state)) this.#transport?.signal(signal);
  }

  /** Interrupts what runs: Ctrl-C into a terminal, SIGINT to a process without one. */
  cancel(): void {
    if (this.mode === 'pty') this.write(Uint8Array.of(3));
    else this.signal('SIGINT');
  }

  /**
   * Ends the process and all of its group. Resolves when nothing is left; at once when nothing runs. `keep`: the next hub may start it
   * again. `why`: for those who find it ended.
   */
  stop({ keep = false, why }: { readonly keep?: boolean; readonly why?: string } = {}): Promise<void> {
    if (!keep) this.#wanted = false;
    this.#endedWhy = why;
    return this.#settled({ type: 'stop' });
  }

  /**
   * Ends what runs and starts it again, as `spec` says if given: a new epoch, screen and log, once its process runs.
   * @throws IrisError when it could not be started; the session is then `failed`.
   */
  async restart(spec?: SessionSpec): Promise<void> {
    this.#wanted = true;
    const use = (): void => {
      if (spec) this.#respecify(spec);
    };
    // What still runs is ended as what it was started as.
    if (!hasTransport(this.#state)) use();
    else this.#respec = use;
    await this.#settled({ type: 'restart' });
    if (this.#state.kind === 'failed') throw this.#state.error;
  }

  /** Connects, or starts, now, as `spec` says if given, with somebody there to answer; where that makes no sense nothing happens. */
  retry(spec?: SessionSpec): void {
    const { kind } = this.#state;
    if (kind === 'running' || kind === 'stopping') return;
    this.#wanted = true;
    if (spec) this.#respecify(spec);
    this.#dispatch({ type: 'retry', unattended: false });
  }

  /** The network is another one, or the machine was asleep: what waits for a connection tries at once. */
  networkChanged(): void {
    this.#dispatch({ type: 'retry', unattended: true });
  }

  /** It stays as it is until somebody says otherwise. */
  stopRetrying(): void {
    this.#wanted = false;
    this.#dispatch({ type: 'stop-retrying' });
  }

  /** By a hub that comes back, as `spec` says if given. */
  revive(spec?: SessionSpec): void {
    if (spec) this.#respecify(spec);
    this.#wanted = true;
    this.#dispatch({ type: 'revive' });
  }

  /** Looks at the round-trip time; it is told only when it differs so that a person would care. */
  measure(): void {
    const ms = this.#state.kind === 'running' ? this.#transport?.metrics.roundTripMs : undefined;
    const told = this.#roundTripMs;
    if (ms === told || (ms !== undefined && told !== undefined && Math.abs(ms - told) < Math.max(1, told * 0.3)))
      return;
    this.#roundTripMs = ms === undefined ? undefined : Math.round(ms * 10) / 10;
    this.#infoChange.changed();
  }

  /** Lets go of timers and listeners; the registry does it when the session is removed. */
  dispose(): void {
    this.#due?.cancel();
    this.#infoChange.cancel();
    this.#screenEvents();
    this.#agent.dispose();
    this.#held.refuse(new IrisError('cancelled', `${this.#name} was ended`));
  }

  #settled(event: StateEvent): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((error) => (error === undefined ? resolve() : reject(error)));
      this.#dispatch(event);
    });
  }

  #dispatch(event: StateEvent): void {
    const before = this.#state;
    const { clock, random } = this.#deps;
    const at = { now: clock.now(), random: random ?? (() => 0.5), policy: this.#policy };
    const { state, effects } = transition(before, event, at);
    this.#enter(state);
    for (const effect of effects) {
      if (effect.type === 'launch') this.#launch();
      else if (effect.type === 'abandon') this.#abandon();
      else if (effect.type === 'stop-transport') this.#stopTransport();
      else if (effect.type === 'announce-end') this.#announceEnd(before);
      else for (const settle of this.#waiting.splice(0)) settle();
    }
    if (state !== before) this.#infoChange.changed();
  }

  #enter(state: SessionState): void {
    const before = this.#state;
    if (state === before) return;
    const [was, wasAway] = [connectionState(before, this.#policy), this.#away];
    this.#state = state;
    const { clock } = this.#deps;
    if (connectionState(state, this.#policy) !== was) this.#connectionSince = clock.wall();
    this.#due?.cancel();
    const due = dueAt(state);
    this.#due =
      due === undefined
        ? undefined
        : clock.after(Math.max(0, due - clock.now()), () => this.#dispatch({ type: 'due' }));
    if (state.kind === 'offline') {
      // Its picture stays; nothing is read from it any more.
      this.#agent.dispose();
      this.#agentGone = true;
      this.#abandon();
    }
    if (state.kind === 'failed' || state.kind === 'exited') {
      const byItself = before.kind === 'starting' || before.kind === 'running' || state.kind === 'failed';
      if (byItself && !(state.kind === 'exited' && state.again)) this.#wanted = false;
      this.#held.refuse(new IrisError('failed', `${this.#name} is not running any more`));
    }
    if (this.#away && !wasAway) this.events.emit({ type: 'agent', agent: this.agent });
  }

  #announceEnd(before: SessionState): void {
    const over = this.#state.kind === 'exited' || this.#state.kind === 'failed' ? this.#state : before;
    const end = over.kind === 'exited' || over.kind === 'stopping' ? over.end : undefined;
    const error = over.kind === 'failed' || over.kind === 'stopping' ? over.error : undefined;
    this.#agent.ended();
    this.events.emit({ type: 'ended', ...(end ? { end } : {}), ...(error ? { error } : {}) });
  }

  /** There is nothing to hear from its transport any more. */
  #abandon(): void {
    const transport = this.#transport;
    this.#transport = undefined;
    transport?.stop().catch((error: unknown) => this.#deps.onError(error));
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

  #launch(): void {
    if (this.#state.kind !== 'starting') return;
    this.#respec?.();
    this.#respec = undefined;
    const { ids, transport: create } = this.#deps;
    const { cwd, env, mode, remote, startTimeoutMs, resumes } = this.#spec;
    this.#epochDue = this.#epochUsed;
    const { unattended } = this.#state;
    const launch: LaunchSpec = {
      // A headless agent goes on by what it is told once it runs.
      command:
        mode === 'headless' ? this.command : this.#conversation.command(this.command, resumes, () => ids.epoch()),
      cwd,
      env,
      mode: mode === 'headless' ? 'pipes' : mode,
      ...(mode === 'headless' ? { headless: this.agentKind } : {}),
      cols: this.#cols,
      rows: this.#rows,
      ...(remote === undefined ? {} : { remote }),
      ...(this.#spec.hooks === undefined ? {} : { hooks: this.#spec.hooks }),
      ...(unattended ? { unattended } : {}),
      ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
    };
    this.#begun = this.#conversation.resumed ? 'resumed' : this.#epochUsed && unattended ? 'restarted' : undefined;
    this.#typed = false;
    this.#endedWhy = undefined;
    this.#roundTripMs = undefined;
    let transport: Transport;
    try {
      transport = create(launch, { id: this.id, name: this.#name });
    } catch (error) {
      this.#dispatch({ type: 'failed', error: IrisError.from(error) });
      return;
    }
    this.#transport = transport;
    this.#newest = transport;
    /** Words of a transport that was replaced are not ours any more. */
    const ours = (): boolean => this.#transport === transport;
    transport.start({
      status: (status) => {
        if (!ours() || status !== 'ready') return;
        this.#beginRun();
        this.#conversation.began();
        this.#dispatch({ type: 'ready', pid: transport.pid });
        this.#releaseHeld();
      },
      output: (bytes, stream) => {
        if (ours()) this.#output(bytes, stream);
      },
      ended: (end) => {
        if (ours()) this.#dispatch({ type: 'ended', end, fresh: this.#foundNothing(end) });
      },
      failed: (error) => {
        if (ours()) this.#dispatch({ type: 'failed', error });
      },
    });
  }

  /** The process runs, or its transport says its first word: what came before is over. */
  #beginRun(): void {
    const anew = this.#epochDue;
    this.#epochUsed = true;
    if (anew) {
      this.#epochDue = false;
      this.#epoch = this.#deps.ids.epoch();
      this.#screenEvents();
      this.#screen = this.#newScreen(this.#cols, this.#rows);
      this.#log = new OutputLog(this.#deps.logLimits);
    } else if (!this.#agentGone) return;
    this.#agent.dispose();
    this.#agent = this.#newAgent();
    this.#agentGone = false;
    if (!anew) return;
    this.#held.refuse(new IrisError('conflict', 'the process was started again meanwhile'));
    this.events.emit({ type: 'restarted', epoch: this.#epoch });
    if (this.#begun) this.#append({ kind: 'mark', mark: this.#begun });
  }

  /** It was to go on with a conversation that is not there. */
  #foundNothing(end: ProcessEnd): boolean {
    const { runningAt } = this.#state.kind === 'running' ? this.#state : {};
    const byItself = runningAt === undefined ? undefined : { end, ranMs: this.#deps.clock.now() - runningAt };
    return this.#conversation.ended(this.#typed ? undefined : byItself, () => this.#screen.capture());
  }

  /** Is what is typed now for a process that can't be reached? */
  get #waits(): boolean {
    return this.#state.kind === 'offline' || (this.#state.kind === 'starting' && this.#epochDue);
  }

  /** Nobody can tell what its agent does. */
  get #away(): boolean {
    const { kind } = this.#state;
    return this.#policy.remote && (kind === 'offline' || kind === 'failed' || (kind === 'starting' && this.#epochDue));
  }

  #hold(bytes: Uint8Array, held: HeldSettled | undefined): void {
    const { reason = 'it is being connected', remedy } = this.info().connection;
    if (!held) {
      throw new IrisError('unreachable', `${this.#name} has no connection: ${reason}`, {
        retriable: true,
        ...(remedy === undefined ? {} : { remedy }),
      });
    }
    if (!this.#held.add(bytes, held)) {
      throw new IrisError(
        'failed',
        `more than ${HELD_INPUT_LIMIT_BYTES / 1024} KiB wait for the connection of ${this.#name}`,
      );
    }
    this.#infoChange.changed();
  }

  #releaseHeld(): void {
    if (this.#held.bytes === 0) return;
    this.#held.release(
      (bytes) => this.#send(bytes),
      (error) => IrisError.from(error),
    );
    this.#infoChange.changed();
  }

  #send(bytes: Uint8Array): void {
    this.#transport?.write(this.mode === 'pipes' && isEnter(bytes) ? Uint8Array.of(LF) : bytes);
    this.#typed = true;
    this.#usedAt = this.#deps.clock.now();
    this.#agent.typed(bytes);
  }

  #respecify(spec: SessionSpec): void {
    this.#spec = spec;
    this.#policy = policyOf(spec);
  }

  /** The hot path: some 7,000 calls a second while a program floods. */
  #output(bytes: Uint8Array, stream: 'output' | 'error'): void {
    if (this.#epochDue) this.#beginRun();
    this.#epochUsed = true;
    this.#usedAt = this.#deps.clock.now();
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
        if (report.state === 'exited' || this.#away) return;
        this.events.emit({ type: 'agent', agent: report });
        this.#infoChange.changed();
      },
    });
    agent.look(this.#looking);
    return agent;
  }

  /** What the emulator answers to the process's questions. */
  #reply(bytes: Uint8Array): void {
    if (!hasTransport(this.#state)) return;
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

function policyOf(spec: SessionSpec): SessionPolicy {
  return {
    remote: spec.remote !== undefined,
    restart: spec.restart ?? SESSION_POLICY.restart,
    maxAttempts: spec.maxAttempts ?? SESSION_POLICY.maxAttempts,
    giveUpAfterMs: spec.giveUpAfterMs ?? SESSION_POLICY.giveUpAfterMs,
  };
}

function clampSize(n: number, least: number): number {
  return Math.min(SIZE_LIMIT, Math.max(least, Math.trunc(n) || least));
}
