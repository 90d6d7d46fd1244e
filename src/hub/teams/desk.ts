import { homedir } from 'node:os';
import {
  IrisError,
  remoteWords,
  type Session,
  type SessionInfo,
  type SessionRegistry,
  type SessionSpec,
  type Team,
  type TeamConfig,
  type TeamInfo,
  teamPrint,
  teamSpec,
  transportOf,
} from '../../core/index.ts';
import { findProgram, thisUser } from '../../transports/index.ts';
import type { HubLog } from '../hub-log.ts';
import { clampSize, type Size } from '../size-rule.ts';
import { endedThere, leastUsed, takesPlace } from './eviction.ts';

export interface TeamDeskOptions {
  readonly registry: SessionRegistry;
  readonly log: HubLog;
  /** Of the monotonic clock. */
  readonly now: () => number;
  /** The hub's own environment, for sessions that nobody asked for. */
  readonly env: Readonly<Record<string, string>>;
  /** As last read. */
  readonly config: () => TeamConfig;
}

export interface UpResult {
  started: SessionInfo[];
  running: SessionInfo[];
  failed: { team: string; reason: string; remedy?: string }[];
}

/** Who puts a team up whose connection is away gets its process started anew, should that have ended there, if it is back within this. */
const UP_WITHIN_MS = 60_000;
/** Sessions that nobody asked for at a terminal. */
const DEFAULT_SIZE: Size = { cols: 80, rows: 24 };

/**
 * By these programs that reach other machines find their keys and their screens. They change with every login, so the newest caller's
 * count, not those that the hub was started with: a session that reconnects at night asks the agent of this morning.
 */
const REACHING = [
  'SSH_AUTH_SOCK',
  'SSH_AGENT_PID',
  'KRB5CCNAME',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
];

/** Teams of the config, and their sessions. A session of a team stays listed when it has ended: `up` and `restart` go on with it. */
export class TeamDesk {
  readonly #o: TeamDeskOptions;
  readonly #upOnceBack = new Set<Session>();
  #reaching: Readonly<Record<string, string>> = {};

  constructor(options: TeamDeskOptions) {
    this.#o = options;
  }

  /** The environment of programs that run here to reach another machine. */
  get reachingEnv(): Readonly<Record<string, string>> {
    return { ...this.#o.env, ...this.#reaching };
  }

  /** Somebody at a terminal asks for something: this is their environment. */
  called(env: Readonly<Record<string, string>> | undefined): void {
    const theirs = REACHING.flatMap((name) => (env?.[name] ? [[name, env[name]]] : []));
    this.#reaching = { ...this.#reaching, ...Object.fromEntries(theirs) };
  }

  /** @throws IrisError `not-found` */
  find(name: string): Team {
    const { teams } = this.#o.config();
    const team = teams.find((one) => one.name === name);
    if (team) return team;
    const names = teams.map((one) => one.name);
    throw new IrisError('not-found', `there is no team "${name}"`, {
      remedy: names.length === 0 ? 'the config names none' : `there are ${names.slice(0, 20).join(', ')}`,
    });
  }

  list(): TeamInfo[] {
    const { teams } = this.#o.config();
    const known = new Set(teams.map(({ name }) => name));
    const gone = new Map<string, Session>();
    for (const session of this.#o.registry.list()) {
      const { team } = session;
      if (team !== undefined && !known.has(team) && (!gone.has(team) || session.live)) gone.set(team, session);
    }
    return [
      ...teams.map((team) => this.#info(team)),
      ...[...gone].map(([name, session]) => removedInfo(name, session)),
    ];
  }

  /** What a session of this team is started with now. `env`: of whoever asks; absent: the hub's. @throws IrisError */
  spec(team: Team, size: Size = DEFAULT_SIZE, env: Readonly<Record<string, string>> = this.#o.env): SessionSpec {
    const home = env.HOME || homedir();
    const shell = env.SHELL || thisUser(env).shell;
    const find = (program: string, cwd: string) => findProgram(program, env.PATH, cwd);
    return teamSpec(team, { env, home, shell, find }, clampSize(size));
  }

  /** What this session is to be started with when it starts again: the newest entry of its team, if it still has one. @throws IrisError */
  specAgain(session: Session): SessionSpec | undefined {
    const team = this.#o.config().teams.find(({ name }) => name === session.team);
    if (!team) return undefined;
    const { cols, rows, spec } = session;
    return this.spec(team, { cols, rows }, session.remote || team.remote ? this.#o.env : spec.env);
  }

  /** One more session of a team. @throws IrisError */
  create(team: Team, spec: SessionSpec, keep: ReadonlySet<Session> = new Set()): Session {
    this.#makeRoom(team.name, keep);
    return this.#o.registry.create(spec);
  }

  /** Starts a session again, with room made for it if it is of a team. @throws IrisError */
  async restart(session: Session, keep: ReadonlySet<Session> = new Set()): Promise<void> {
    const spec = this.specAgain(session);
    if (session.team !== undefined && !takesPlace(session)) this.#makeRoom(session.team, keep);
    await session.restart(spec);
  }

  /** All at once: none waits for another. @throws IrisError `not-found` when one of the names is of no team; nothing was started then */
  async up(
    names: readonly string[] | undefined,
    size: Size,
    env?: Readonly<Record<string, string>>,
  ): Promise<UpResult> {
    const teams = names ? [...new Set(names)].map((name) => this.find(name)) : this.#o.config().teams;
    this.called(env);
    const result: UpResult = { started: [], running: [], failed: [] };
    const keep = new Set<Session>();
    const started: Session[] = [];
    await Promise.all(
      teams.map(async (team) => {
        try {
          const found = this.sessionOf(team.name);
          if (found) keep.add(found);
          if (found && takesPlace(found)) {
            // What waits, for its rule or for its connection, need not wait any longer.
            if (found.state.kind !== 'running') found.retry();
            if (found.far && found.state.kind !== 'running') this.#startOnceBack(found);
            result.running.push(found.info());
            return;
          }
          if (found) {
            started.push(found);
            await this.restart(found, keep);
          } else {
            const session = this.create(team, this.spec(team, size, env), keep);
            keep.add(session);
            started.push(session);
          }
        } catch (error) {
          const { message, remedy } = IrisError.from(error);
          result.failed.push({ team: team.name, reason: message, ...(remedy === undefined ? {} : { remedy }) });
        }
      }),
    );
    const failed = new Set(result.failed.map(({ team }) => team));
    result.started = started.filter(({ team }) => !failed.has(team ?? '')).map((session) => session.info());
    return result;
  }

  /** Of one that lives in another hub nobody can tell before that is back whether its process is still there. */
  #startOnceBack(session: Session): void {
    if (this.#upOnceBack.has(session)) return;
    this.#upOnceBack.add(session);
    const { now, log } = this.#o;
    const until = now() + UP_WITHIN_MS;
    const stop = session.events.on(() => {
      const { kind } = session.state;
      if (now() < until && (kind === 'offline' || kind === 'starting')) return;
      stop();
      this.#upOnceBack.delete(session);
      if (now() >= until || !endedThere(session)) return;
      this.restart(session).catch((error: unknown) =>
        log.warn('not started again', { session: session.id, reason: IrisError.from(error).line }),
      );
    });
  }

  /** Ends the sessions of teams; they stay listed. @throws IrisError `not-found` */
  async down(names: readonly string[] | undefined): Promise<{ team: string; id: string; name: string }[]> {
    const { registry } = this.#o;
    const all = registry.list().filter(({ team }) => team !== undefined);
    for (const name of names ?? []) if (!all.some(({ team }) => team === name)) this.find(name);
    const chosen = all.filter((session) => takesPlace(session) && (!names || names.includes(session.team!)));
    await Promise.all(
      chosen.map((session) =>
        session
          .stop({ why: 'put down' })
          .catch((error: unknown) => this.#o.log.warn('did not end', { session: session.id, error: String(error) })),
      ),
    );
    return chosen.map(({ team, id, name }) => ({ team: team!, id, name }));
  }

  /** Its session; one that runs before one that has ended. */
  sessionOf(team: string): Session | undefined {
    const sessions = this.#o.registry.list().filter((session) => session.team === team);
    return sessions.find(takesPlace) ?? sessions.at(-1);
  }

  /** For a hub that has just started: what was up when the last one ended and has a rule to restart, and teams that start by themselves. */
  begin(): void {
    const { registry, log } = this.#o;
    for (const session of registry.list()) {
      const rule = this.#o.config().teams.find(({ name }) => name === session.team)?.restart ?? session.policy.restart;
      if (!session.wanted || session.live || rule === 'never') continue;
      try {
        session.revive(this.specAgain(session));
      } catch (error) {
        log.warn('not started again', { session: session.id, reason: IrisError.from(error).line });
      }
    }
    for (const team of this.#o.config().teams) {
      if (!team.autostart) continue;
      try {
        const found = this.sessionOf(team.name);
        if (found && takesPlace(found)) continue;
        if (found) found.revive(this.specAgain(found));
        else this.create(team, { ...this.spec(team), unattended: true });
      } catch (error) {
        log.warn('team not started', { team: team.name, reason: IrisError.from(error).line });
      }
    }
  }

  #info(team: Team): TeamInfo {
    const session = this.sessionOf(team.name);
    return {
      name: team.name,
      ...(team.description === undefined ? {} : { description: team.description }),
      transport: transportOf(team.remote),
      ...(team.remote === undefined ? {} : { remote: remoteWords(team.remote) }),
      ...(team.path === undefined ? {} : { path: team.path }),
      agent: team.agent,
      mode: team.mode,
      autostart: team.autostart,
      restart: team.restart,
      ...(team.color === undefined ? {} : { color: team.color }),
      ...(session ? { session: { id: session.id, name: session.name } } : {}),
      needsRestart: session !== undefined && takesPlace(session) && session.spec.teamPrint !== teamPrint(team),
      removed: false,
    };
  }

  /** @throws IrisError when as many run as may, and none can go */
  #makeRoom(team: string, keep: ReadonlySet<Session>): void {
    const { registry, log, now } = this.#o;
    const { maxProcesses } = this.#o.config();
    if (maxProcesses <= 0) return;
    let taken = registry.list().filter(takesPlace).length;
    while (taken >= maxProcesses) {
      const least = leastUsed(registry.list(), now(), keep);
      if (!least) {
        throw new IrisError(
          'conflict',
          `${taken} sessions of teams run, as many as maxProcesses allows, and all are busy, watched or just used`,
          { remedy: 'end one (iris-tui down TEAM) or raise settings.maxProcesses', retriable: true },
        );
      }
      log.info('ended to make room', { session: least.id, for: team });
      this.end(least, `ended to make room for ${team}`);
      taken -= 1;
    }
  }

  /** Puts one down that nobody uses. */
  end(session: Session, why: string): void {
    session
      .stop({ why })
      .catch((error: unknown) => this.#o.log.warn('did not end', { session: session.id, error: String(error) }));
  }
}

function removedInfo(name: string, session: Session): TeamInfo {
  const { spec, remote } = session;
  return {
    name,
    transport: transportOf(remote),
    ...(remote === undefined ? {} : { remote: remoteWords(remote) }),
    path: spec.cwd,
    agent: session.agentKind,
    mode: 'interactive',
    autostart: false,
    restart: session.policy.restart,
    session: { id: session.id, name: session.name },
    needsRestart: false,
    removed: true,
  };
}
