import type { AgentReport } from '../agent/index.ts';
import type { Timer } from '../clock.ts';
import { Emitter } from '../emitter.ts';
import { IrisError } from '../errors.ts';
import type { EntryBody, ScreenEvent } from '../output/index.ts';
import { atRunner } from '../team/remote.ts';
import type { InputOrigin, MirrorWord } from '../transport.ts';
import { AgentSide } from './agent-side.ts';
import { agentKindOf } from './agents.ts';
import { isAway, sameStretch } from './connection.ts';
import { SessionFacts } from './facts.ts';
import type { HeldSettled } from './held-input.ts';
import type { SessionInfo } from './info.ts';
import { Coalescer, INFO_INTERVAL_MS, NUISANCE_INTERVAL_MS, nuisance, Throttle } from './pacing.ts';
import { Picture } from './picture.ts';
import type { SavedOutput, SavedSession, SessionDeps, SessionEvent, SessionSpec } from './ports.ts';
import { savedSession, sessionInfo, stateOf } from './report.ts';
import { Runs } from './runs.ts';
import {
  beginning,
  dueAt,
  hasTransport,
  isLive,
  outcome,
  policyOf,
  type SessionPolicy,
  type SessionState,
  type StateEvent,
  transition,
} from './state.ts';

/**
 * One process with its screen and log, run after run. Output goes from the transport to screen, log and listeners at once, in one call:
 * while that lasts nothing more is read, so the kernel holds a process that writes faster than it is parsed.
 */
export class Session extends SessionFacts {
  readonly id: string;
  readonly createdAt: number;
  readonly agentKind: string;
  readonly events: Emitter<SessionEvent>;
  protected readonly agentSide: AgentSide;
  protected readonly picture: Picture;
  protected readonly runs: Runs;
  #spec: SessionSpec;
  #policy: SessionPolicy;
  #name: string;
  #state: SessionState;
  #due: Timer | undefined;
  #connectionSince: number;
  /** Nobody has put it down. */
  #wanted = true;
  #endedWhy: string | undefined;
  /** What the launch after a stop is to be. */
  #nextSpec: SessionSpec | undefined;
  /** The next launch is of a process of its own, not of one that goes on in another hub. */
  #anew = false;
  readonly #infoChange: Coalescer;
  readonly #nuisances: Throttle;
  readonly #waiting: ((error?: unknown) => void)[] = [];
  readonly #deps: SessionDeps;

  private constructor(deps: SessionDeps, id: string, name: string, spec: SessionSpec, saved?: SavedSession) {
    super();
    this.#deps = deps;
    this.id = id;
    this.#name = name;
    this.#spec = spec;
    this.#policy = policyOf(spec);
    this.#state = beginning(deps.clock.now(), spec.unattended);
    this.agentKind = saved?.agentKind ?? spec.agent ?? agentKindOf(spec.command);
    this.createdAt = saved?.createdAt ?? deps.clock.wall();
    this.#connectionSince = this.createdAt;
    this.events = new Emitter(deps.onError);
    this.#infoChange = new Coalescer(deps.clock, INFO_INTERVAL_MS, () => {
      this.events.emit({ type: 'info', info: this.info() });
    });
    this.#nuisances = new Throttle(deps.clock, NUISANCE_INTERVAL_MS);
    this.picture = new Picture({
      deps,
      mode: () => this.mode,
      mirrored: () => this.mirrored,
      cols: spec.cols,
      rows: spec.rows,
      ...(saved ? { epoch: saved.epoch } : {}),
      reply: (bytes) => this.runs.reply(bytes),
      event: (event) => this.#screenEvent(event),
    });
    this.agentSide = new AgentSide(this.agentKind, this.picture.screen, deps, (report) => this.#agentChanged(report));
    this.runs = new Runs(this.#runsOwner(), saved);
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
    session.picture.restore(output);
    session.#state = stateOf(saved, { now: deps.clock.now(), wall: deps.clock.wall() });
    session.agentSession = saved.agentSession;
    if (saved.far) session.setFar(saved.far);
    session.#wanted = saved.wanted ?? false;
    session.#connectionSince = saved.awaySince ?? deps.clock.wall();
    if (!isLive(session.#state)) session.agentSide.end();
    session.agentSide.lose();
    return session;
  }

  get name(): string {
    return this.#name;
  }

  /** Checked and made unique by the registry. */
  set name(name: string) {
    if (name === this.#name) return;
    this.#name = name;
    this.changed();
  }

  /** What it was started from, or will be by the next `restart`. */
  get spec(): SessionSpec {
    return this.#spec;
  }

  get policy(): SessionPolicy {
    return this.#policy;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Is there, or may there be, a process, or will its connection be tried again? */
  get live(): boolean {
    return isLive(this.#state);
  }

  /** What its agent is doing. */
  get agent(): AgentReport {
    const report = this.far?.info?.agent ?? this.agentSide.monitor.report;
    // Nobody can tell what it does over there.
    return this.#away ? { kind: report.kind, state: 'unknown', since: this.#connectionSince } : report;
  }

  /** Since when it is online, away (through all attempts), or in error; milliseconds since 1970. */
  get connectionSince(): number {
    return this.#connectionSince;
  }

  /** Why it was ended, where it was not simply asked for. */
  get endedWhy(): string | undefined {
    return this.#endedWhy;
  }

  /** Nobody has put it down: a rule to restart holds for the next hub, too. */
  get wanted(): boolean {
    return this.#wanted;
  }

  info(): SessionInfo {
    return sessionInfo(this, this.#deps);
  }

  /** What to keep on disk, without output. */
  saved(): SavedSession {
    return savedSession(this);
  }

  /** Runs the process for the first time. What fails before it starts (a missing program) shows as state `failed` at once. */
  start(): void {
    this.#launch();
  }

  /**
   * Bytes for the process's terminal or stdin. While there is no connection they are held if `held` is given, which hears what became of
   * them: written to the same process, or refused.
   * @throws IrisError when there is no process, its input is full, or too much is held.
   */
  write(bytes: Uint8Array, held?: HeldSettled, origin?: InputOrigin): 'written' | 'held' {
    return this.runs.write(bytes, held, () => this.info().connection, origin);
  }

  /** A new size for the screen and the process, in order with the output: a log entry says where. */
  resize(cols: number, rows: number): void {
    // The hub where it lives decides, and says so.
    if (this.mirrored) return this.runs.resize(cols, rows);
    if (!this.picture.resize(cols, rows)) return;
    this.#append({ kind: 'resize', cols: this.cols, rows: this.rows });
    this.runs.resize(this.cols, this.rows);
    this.changed();
  }

  /**
   * Ends the process and all of its group. Resolves when nothing is left; at once when nothing runs. `keep`: the next hub may start it
   * again. `why`: for those who find it ended.
   */
  stop({ keep = false, why }: { readonly keep?: boolean; readonly why?: string } = {}): Promise<void> {
    if (!keep) this.#wanted = false;
    // It goes on in the hub where it lives.
    else if (this.mirrored) return Promise.resolve(this.runs.abandon());
    this.#endedWhy = why;
    return this.#settled({ type: 'stop' });
  }

  /**
   * Ends what runs and starts it again, as `spec` says if given: a new epoch, screen and log, once its process runs.
   * @throws IrisError when it could not be started; the session is then `failed`.
   */
  async restart(spec?: SessionSpec): Promise<void> {
    this.#wanted = true;
    this.#anew = true;
    // What still runs is ended as what it was started as.
    if (hasTransport(this.#state)) this.#nextSpec = spec;
    else if (spec) this.#respecify(spec);
    await this.#settled({ type: 'restart' });
    if (this.#state.kind === 'failed') throw this.#state.error;
  }

  /** The runner where it lives has another name now. */
  hubCalled(name: string): void {
    const { remote } = this.#spec;
    if (!remote) return;
    this.#spec = { ...this.#spec, remote: atRunner(remote, name) };
    this.changed();
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

  /** Lets go of timers and listeners; the registry does it when the session is removed. */
  dispose(): void {
    this.#due?.cancel();
    this.#infoChange.cancel();
    this.picture.dispose();
    this.agentSide.lose();
    this.runs.refuseHeld(new IrisError('cancelled', `${this.#name} was ended`));
  }

  protected changed(): void {
    this.#infoChange.changed();
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
      else if (effect.type === 'abandon') this.runs.abandon();
      else if (effect.type === 'retry-link') this.runs.retryLink();
      else if (effect.type === 'stop-transport') this.#stopTransport();
      else if (effect.type === 'announce-end') this.#announceEnd(before);
      else for (const settle of this.#waiting.splice(0)) settle();
    }
    if (state !== before) this.changed();
  }

  #enter(state: SessionState): void {
    const before = this.#state;
    if (state === before) return;
    const wasAway = this.#away;
    this.#state = state;
    const { clock } = this.#deps;
    if (!sameStretch(before, state, this.#policy)) this.#connectionSince = clock.wall();
    this.#due?.cancel();
    const due = dueAt(state);
    this.#due = undefined;
    if (due !== undefined)
      this.#due = clock.after(Math.max(0, due - clock.now()), () => this.#dispatch({ type: 'due' }));
    if (state.kind === 'offline') {
      // Its picture stays; nothing is read from it any more.
      this.agentSide.lose();
      if (!state.byLink) this.runs.abandon();
    }
    if (state.kind === 'failed' || state.kind === 'exited') {
      const byItself = before.kind === 'starting' || before.kind === 'running' || state.kind === 'failed';
      if (byItself && !(state.kind === 'exited' && state.again)) this.#wanted = false;
      this.runs.refuseHeld(new IrisError('failed', `${this.#name} is not running any more`));
    }
    if (this.#away && !wasAway) this.events.emit({ type: 'agent', agent: this.agent });
  }

  #announceEnd(before: SessionState): void {
    this.agentSide.end();
    this.events.emit({ type: 'ended', ...outcome(before, this.#state) });
  }

  #stopTransport(): void {
    this.runs.stop().then(
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
    if (this.#nextSpec) this.#respecify(this.#nextSpec);
    this.#nextSpec = undefined;
    // What was started there for the one before is over with it.
    if (this.#anew && this.mirrored && !this.#isOthers) this.setFar(undefined);
    this.#anew = false;
    this.#endedWhy = undefined;
    this.forgetRoundTrip();
    this.runs.launch(this.#state.unattended);
  }

  #runsOwner(): ConstructorParameters<typeof Runs>[0] {
    return {
      deps: this.#deps,
      identity: this,
      agentKind: this.agentKind,
      picture: this.picture,
      agentSide: this.agentSide,
      state: () => this.#state,
      spec: () => this.#spec,
      dispatch: (event) => this.#dispatch(event),
      append: (body) => this.#append(body),
      restarted: () => this.events.emit({ type: 'restarted', epoch: this.epoch }),
      changed: () => this.changed(),
      mirrored: (word) => this.#mirrored(word),
      mirrors: () => this.mirrored,
      farSession: () => this.far?.session,
    };
  }

  /** Nobody can tell what its agent does. */
  get #away(): boolean {
    return isAway(this.#state, this.#policy, this.runs.between);
  }

  #respecify(spec: SessionSpec): void {
    this.#spec = spec;
    this.#policy = policyOf(spec);
  }

  #append(body: EntryBody): void {
    this.events.emit({ type: 'entry', entry: this.picture.append(body) });
  }

  /** It was there before it was mirrored here. */
  get #isOthers(): boolean {
    return this.remote?.kind === 'websocket' && this.remote.session !== undefined;
  }

  /** What the hub where it lives tells of it. */
  #mirrored(word: Extract<MirrorWord, { type: 'session' | 'info' }>): void {
    if (word.type === 'session') return this.setFar({ session: word.id });
    const before = this.agent.state;
    this.setFar({ session: word.info.id, info: word.info });
    if (this.agent.state !== before) this.events.emit({ type: 'agent', agent: this.agent });
  }

  #agentChanged(report: AgentReport): void {
    if (this.mirrored) return;
    // Its end is told by `ended`; and of a session that was brought back nobody has heard otherwise.
    if (report.state === 'exited' || this.#away) return;
    this.events.emit({ type: 'agent', agent: report });
    this.changed();
  }

  #screenEvent(event: ScreenEvent): void {
    if (!this.mirrored) this.agentSide.monitor.event(event);
    if (event.type === 'title') this.changed();
    const told = nuisance(event);
    if (told && this.#nuisances.passes(told.type)) this.events.emit(told);
  }
}
