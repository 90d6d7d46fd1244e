import { randomBytes } from 'node:crypto';
import type { Socket as NetSocket } from 'node:net';
import { hostname } from 'node:os';
import type { WebSocket } from 'ws';
import { type Clock, NO_TEAMS, randomIds, type Session, SessionRegistry, type TeamConfig } from '../core/index.ts';
import { type Link, networkNow, type Socket, systemClock, toFailure } from '../protocol/index.ts';
import { type AcceptOptions, accept } from './accept.ts';
import { type Audit, storedAudit } from './audit/index.ts';
import { type Access, openAccess } from './auth/index.ts';
import { reportFromHook, runCommand } from './commands/index.ts';
import type { HubContext, HubViewer, SharingPort } from './context.ts';
import { FarDesk } from './far/index.ts';
import { privateFolder } from './folder.ts';
import { HeadlessDesk } from './headless/index.ts';
import { HookDesk, hookRequests } from './hooks/index.ts';
import { hubId } from './hub-id.ts';
import { type HubLog, openHubLog } from './hub-log.ts';
import type { Hub, HubOptions, HubStart } from './hub-options.ts';
import { InputLedger } from './input-ledger.ts';
import { type Listener, listen } from './listener.ts';
import { type HubCard, type HubLock, readCard } from './lock.ts';
import { lockOrHub } from './lock-or-hub.ts';
import { transportMaker } from './make-transport.ts';
import { NetworkDoor, type NetworkState } from './network/index.ts';
import { NoticeDesk } from './notices/index.ts';
import { layoutOwner, localOnly } from './principal.ts';
import { SessionChangeFeed } from './session-changes.ts';
import { SharedSession } from './shared-session.ts';
import { SharingDesk } from './sharing/index.ts';
import { StartedKeys } from './started-keys.ts';
import { StoppedMark } from './stopped-mark.ts';
import { SessionKeeper, Store } from './store/index.ts';
import { ProcessJournal } from './sweep/index.ts';
import { ConnectionWatch, IdleWatch, TeamDesk } from './teams/index.ts';
import { Viewers } from './viewers.ts';
import { within } from './within.ts';
import { Workspaces } from './workspaces.ts';

export type { Hub, HubOptions, HubStart } from './hub-options.ts';

/** Lines of scrollback kept for each session. */
export const SCROLLBACK_LINES = 10_000;
/** A hub that stops waits this long for its sessions; the transports' own HUP, TERM, KILL are well within it. */
const STOP_SESSIONS_MS = 8_000;
/** And this long for viewers to have heard that it stops. */
const GOODBYE_MS = 500;

/**
 * Makes this process the user's hub: takes the lock, ends what a killed hub left behind, brings its sessions back, listens.
 * @throws IrisError `not-allowed` or `storage` when its folders can't be used
 */
export async function startHub(options: HubOptions): Promise<HubStart> {
  const { paths } = options;
  privateFolder(paths.state);
  const lock = await lockOrHub(paths);
  if (!lock) {
    const card = readCard(paths.state);
    return { kind: 'running', ...(card ? { card } : {}) };
  }
  try {
    return { kind: 'started', hub: await RunningHub.start(options, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

class RunningHub implements HubContext, Hub {
  readonly clock: Clock;
  readonly log: HubLog;
  readonly version: string;
  readonly socket: string;
  readonly startedAt: number;
  readonly env: Readonly<Record<string, string>>;
  readonly registry: SessionRegistry;
  readonly sessions = new Map<string, SharedSession>();
  readonly viewers: Viewers = new Viewers(this);
  readonly inputs = new InputLedger((settled) => {
    for (const viewer of this.viewers.values()) viewer.settled(settled);
  });
  readonly id: string;
  readonly audit: Audit;
  readonly name: string;
  readonly access: Access;
  readonly far: FarDesk;
  readonly sharing: SharingPort;
  readonly #started = new StartedKeys();
  readonly hooks: HookDesk;
  readonly headless: HeadlessDesk;
  readonly workspaces: Workspaces;
  teams: TeamConfig;
  pendingConfig: string | undefined;
  readonly desk: TeamDesk;
  readonly stopped: Promise<void>;
  readonly #links = new Set<Link<'hub'>>();
  readonly #lock: HubLock;
  readonly #cardOptions: Pick<HubCard, 'options'>;
  readonly #stoppedMark: StoppedMark;
  readonly #store: Store;
  readonly #swept: Promise<unknown>;
  readonly #keeper: SessionKeeper;
  readonly #changes: SessionChangeFeed;
  readonly #idle: IdleWatch;
  readonly #connections: ConnectionWatch;
  readonly #notices: NoticeDesk;
  readonly #door: NetworkDoor;
  #listener: Listener | undefined;
  #stopping: Promise<void> | undefined;
  #settleStopped: () => void = () => {};
  #allLeft: () => void = () => {};

  static async start(options: HubOptions, lock: HubLock): Promise<RunningHub> {
    const log = options.log ?? openHubLog(options.paths.state);
    const { state, socket } = options.paths;
    const journal = new ProcessJournal(state, socket, (error) =>
      log.error('process journal', { error: describe(error) }),
    );
    // What a hub that was killed left running is ended. Nobody waits for that: processes of this hub are not touched by it.
    const swept = journal.sweep().then(
      ({ ended }) => ended > 0 && log.warn('ended what a killed hub left running', { processes: ended }),
      (error: unknown) => log.error('sweep', { error: describe(error) }),
    );
    let hub: RunningHub | undefined;
    const store = await Store.open(options.paths.state, {
      onEvent: (event) => {
        if (event.type === 'checkpoint-wanted') hub?.checkpoint(event.sessionId, event.quiet);
        else if (event.type === 'saved') hub?.registry.get(event.sessionId)?.kept(event.epoch, event.seq);
        else if (event.type === 'problem') log.error('store', { problem: event.error.line });
        else log.info('store recovered');
      },
    });
    hub = new RunningHub(options, lock, store, journal, swept, log);
    try {
      await hub.#begin();
    } catch (error) {
      await hub.#abandon();
      throw error;
    }
    return hub;
  }

  private constructor(
    options: HubOptions,
    lock: HubLock,
    store: Store,
    journal: ProcessJournal,
    swept: Promise<unknown>,
    log: HubLog,
  ) {
    this.clock = options.clock ?? systemClock;
    this.sharing = new SharingDesk(this);
    this.log = log;
    this.id = hubId(options.paths.state);
    this.name = options.name ?? hostname();
    this.audit = storedAudit(store, this.clock, log, (id) => this.registry.get(id)?.name);
    this.access = openAccess(this, store);
    this.version = options.version;
    this.socket = options.paths.socket;
    this.env = options.env;
    this.teams = options.teams ?? NO_TEAMS;
    this.startedAt = this.clock.now();
    this.hooks = new HookDesk({ program: options.hookProgram, state: options.paths.state });
    this.headless = new HeadlessDesk({
      clock: this.clock,
      version: options.version,
      registry: () => this.registry,
      onError: (error) => this.log.error('headless session', { error: describe(error) }),
    });
    this.#lock = lock;
    this.#cardOptions = options.cardOptions ? { options: options.cardOptions } : {};
    this.#stoppedMark = new StoppedMark(options.paths.state);
    this.#store = store;
    this.#swept = swept;
    this.stopped = new Promise((resolve) => {
      this.#settleStopped = resolve;
    });
    const scrollback = options.scrollbackLines ?? SCROLLBACK_LINES;
    this.registry = new SessionRegistry({
      clock: this.clock,
      ids: randomIds((into) => into.set(randomBytes(into.length))),
      hub: 'local',
      hubId: this.id,
      random: Math.random,
      env: options.env,
      transport: transportMaker(this, journal, () => this.far.hubs),
      scrollback,
      ...(options.rules ? { rules: options.rules } : {}),
      onError: (error) => this.log.error('listener failed', { error: describe(error) }),
    });
    this.#notices = new NoticeDesk({
      clock: this.clock,
      registry: this.registry,
      log: this.log,
      env: this.env,
      config: () => this.teams,
      looking: (session) => session.looking,
      tell: (event) => {
        for (const viewer of this.viewers.values()) if (!viewer.identity.managing) viewer.event(event);
      },
    });
    this.#changes = new SessionChangeFeed(this.clock, this.registry, this.viewers);
    this.registry.on((event) => {
      const { session } = event;
      if (event.type === 'added') {
        this.sessions.set(session.id, new SharedSession(session, this));
        this.headless.added(session);
        this.far.added(session);
        this.#changes.changed(session.id);
        this.#watch(session);
        this.log.info('session added', { session: session.id, program: session.command[0] });
      } else {
        this.sessions.get(session.id)?.dispose(event.why);
        this.sessions.delete(session.id);
        this.access.forgetSession(session.id);
        this.hooks.forget(session.id);
        this.far.removed(session);
        this.headless.removed(session);
        this.#changes.removed(session.id);
        this.log.info('session removed', { session: session.id });
      }
    });
    const config = (): TeamConfig => this.teams;
    const { registry, clock } = this;
    this.desk = new TeamDesk({ registry, log, env: this.env, config, now: () => clock.now() });
    const all = (): Session[] => registry.list();
    this.#door = new NetworkDoor({
      hub: this,
      network: options.network,
      problem: options.networkProblem,
      folder: options.paths.state,
      accept: (ws, raw, who) => this.#accept(ws, raw, who),
    });
    this.#idle = new IdleWatch({ clock, config, sessions: all, end: (session, why) => this.desk.end(session, why) });
    this.#connections = new ConnectionWatch({ clock, sessions: all, network: networkNow });
    this.#keeper = new SessionKeeper(this.registry, store);
    this.far = new FarDesk({
      hub: this,
      stateFolder: options.paths.state,
      addressOf: options.farHubs ?? (() => undefined),
      retention: options.retention,
    });
    this.workspaces = new Workspaces(
      store.load().workspaces,
      this.clock,
      { put: (workspace) => store.saveWorkspace(workspace), delete: (name) => store.deleteWorkspace(name) },
      (name, revision, owner) => {
        for (const viewer of this.viewers.values()) {
          if (layoutOwner(viewer) === owner) viewer.event({ type: 'workspace', name, revision });
        }
      },
    );
  }

  get network(): NetworkState {
    return this.#door.state;
  }

  async #begin(): Promise<void> {
    // Whoever hears of it is there by now.
    this.access.begin();
    // A hub that may not be without it fails before it does anything.
    await this.#door.open();
    await this.#keeper.restore();
    // What a killed hub left is gone first: never two at once.
    void this.#swept.then(() => {
      if (this.#stopping) return;
      this.desk.begin();
      this.far.begin();
    });
    this.#listener = await listen({
      socket: this.socket,
      clock: this.clock,
      warn: (line) => this.log.warn(line),
      request: hookRequests((args) => reportFromHook(args, this)),
      connection: (socket, raw) => this.#accept(socket, raw, { authenticate: localOnly }),
    });
    this.#door.ready();
    this.#stoppedMark.remove();
    const { version, socket } = this;
    this.#lock.announce({ pid: process.pid, version, socket, startedAt: this.clock.wall(), ...this.#cardOptions });
    this.log.info('hub started', { version, socket, sessions: this.registry.size });
  }

  #accept(socket: WebSocket, raw: NetSocket, who: Pick<AcceptOptions, 'authenticate' | 'from'>): void {
    const link: Link<'hub'> = accept(socket as Socket, raw, {
      hub: this,
      ...who,
    });
    this.#links.add(link);
    socket.once('close', () => {
      this.#links.delete(link);
      if (this.#links.size === 0) this.#allLeft();
    });
  }

  startedBy(key: string, session?: Session): Session | undefined {
    const found = this.registry.get(this.#started.by(key, session?.id) ?? '');
    return found?.live ? found : undefined;
  }

  setTeams(teams: TeamConfig): void {
    this.teams = teams;
    this.#idle.look();
    for (const viewer of this.viewers.values()) viewer.event({ type: 'teams' });
  }

  #watch(session: Session): void {
    if (session.team === undefined && !session.remote) return;
    const look = (): void => {
      this.#connections.look();
      this.#idle.look();
    };
    look();
    session.events.on(({ type }) => {
      if (type === 'restarted') look();
      else if (type === 'info') this.#connections.look();
    });
  }

  /** The store wants the picture of a session. */
  checkpoint(sessionId: string, quiet: boolean): void {
    this.#keeper.checkpoint(sessionId, quiet);
  }

  changed(sessionId: string): void {
    this.#changes.changed(sessionId);
  }

  toldWhole(): void {
    this.#changes.toldWhole();
  }

  run(name: string, args: unknown, caller: HubViewer): Promise<unknown> {
    return runCommand(name, args, this, caller);
  }

  stopForGood(): void {
    this.#stoppedMark.leave();
    void this.stop();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.log.info('hub stops', { sessions: this.registry.size });
    // Whoever asked for it gets the answer first.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#door.close();
    await this.#listener?.close();
    this.far.stop();
    if (!(await within(this.clock, STOP_SESSIONS_MS, Promise.all([this.registry.stopAll(), this.#swept])))) {
      this.log.warn('some processes did not end in time');
    }
    this.#keeper.saveAll();
    // Attachments are not ended: whoever comes back to the next hub goes on with what is kept of them.
    const left = new Promise<void>((resolve) => {
      this.#allLeft = resolve;
    });
    for (const link of this.#links) link.close('hub-stopping', 'the hub was stopped');
    if (this.#links.size > 0) await within(this.clock, GOODBYE_MS, left);
    await this.#close();
    this.log.info('hub stopped');
    await this.log.flush();
    this.#lock.release();
    this.#settleStopped();
  }

  async #close(): Promise<void> {
    this.access.dispose();
    this.#changes.dispose();
    this.#idle.dispose();
    this.#connections.dispose();
    this.#notices.dispose();
    this.#keeper.dispose();
    this.audit.flush();
    await this.#store.close();
  }

  /** It never began. */
  async #abandon(): Promise<void> {
    this.#door.close();
    await this.#close();
    await this.log.flush();
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(toFailure(error).message);
}
