import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { config as configureZod } from 'zod';
import type { ConnectAttempt } from '../client/index.ts';
import { findSession, IrisError, plainText, type SessionHost } from '../core/index.ts';
import { type Config, loadConfig, type Problem, problemLine } from './config/index.ts';
import { type Context, makeContext } from './context.ts';
import { editConfigCommand } from './edit-config.ts';
import { type Environment, environmentForOthers } from './environment.ts';
import { tellOfSilence } from './far-hub.ts';
import { reachHub } from './launch-hub.ts';
import type { ScreenArguments } from './screen-arguments.ts';
import { keptHistory, programsToStart } from './screen-start.ts';
import { VERSION } from './version.ts';

type Ui = typeof import('../ui/index.ts');
type UiSettings = Parameters<Ui['runTui']>[0]['settings'];
type Exit = Awaited<ReturnType<Ui['runTui']>>;

/** `iris-tui` and `iris-tui attach`, from the arguments alone. */
export function openScreen(env: Environment, args: ScreenArguments): Promise<number> {
  return openScreenOn(makeContext(env, { hub: args.hub }), args);
}

/** Opens the screen and gives the exit code once the user left it. */
export async function openScreenOn(context: Context, args: ScreenArguments): Promise<number> {
  const { env, paths } = context;
  // Checks that are compiled pay off after many messages; this program begins with few.
  configureZod({ jitless: true });
  refuseWithoutTerminal(env);
  refuseToNest(env, 'here iris-tui ls, send and new -d work');
  // The hub first: it comes up while the rest is loaded.
  const { far } = context;
  const reached = far ? Promise.resolve({ socket: far.name }) : reachHub(context);
  reached.catch(() => {});
  const connecting = import('../client/index.ts').then(async ({ connect }) => {
    const { socket } = await reached;
    // A socket of this machine costs nothing to look at.
    const reconnect = far ? {} : { longestMs: 1_000 };
    const address = far ? far.address({ start: true, ...tellOfSilence(context) }) : addressOf(context, socket);
    return { socket, host: connect({ version: VERSION, address, reconnect }) };
  });
  connecting.catch(() => {});
  // The connection before the screen: while that is loaded, the hub answers.
  await import('../client/index.ts');
  const [{ runTui, warmUp }, { systemClock }, { config, problems }] = await Promise.all([
    import('../ui/index.ts'),
    import('../protocol/index.ts'),
    loadConfig(paths.configFile, env, { named: paths.configFrom === 'IRIS_CONFIG_PATH' }),
  ]);
  const early = await Promise.race([reached.then(() => true), new Promise((resolve) => setImmediate(resolve, false))]);
  // A hub is starting: there is time.
  if (!early) warmUp();
  const { socket, host } = await connecting;
  try {
    await letIn(host);
    const session = args.session === undefined ? undefined : await sessionOf(host, args.session);
    const why = await runTui({
      host,
      clock: systemClock,
      settings: far ? { ...settingsOf(config), defaultCommand: [] } : settingsOf(config),
      escapeTimeMs: config.settings.escapeTimeMs,
      inputFd: 0,
      outputFd: 1,
      process,
      env: env.vars,
      // Neither is of use on another machine: sessions have the environment and the home of the hub there.
      ...(far ? {} : { programEnv: environmentForOthers(env.vars), cwd: env.cwd }),
      hubName: context.ownHub ? 'local' : socket,
      readOnly: args.readOnly,
      ...(session === undefined ? {} : { sessionId: session.id }),
      problems: startProblems(problems.filter(ownProblem).map(problemLine)),
      programs: () => programsToStart(env, config, far !== undefined),
      ...(far ? {} : { editConfig: (team) => editConfigCommand(paths.configFile, team, env.vars) }),
      history: keptHistory(paths.promptHistory),
    });
    return farewell(why);
  } finally {
    host.close();
  }
}

/**
 * A hub that was killed is started again at the next attempt: it left its socket behind. One that was stopped took its socket along, and
 * stays stopped until somebody asks for it.
 */
function addressOf(context: Context, socket: string): (attempt: ConnectAttempt) => Promise<{ socketPath: string }> {
  let first = true;
  return async ({ asked }) => {
    if (first) {
      first = false;
      return { socketPath: socket };
    }
    if (!asked && statSync(socket, { throwIfNoEntry: false }) === undefined) {
      throw new IrisError('hub-unreachable', 'the hub was stopped', {
        retriable: true,
        remedy: 'start one with iris-tui hub start',
      });
    }
    return { socketPath: (await reachHub(context)).socket };
  };
}

/** By its name or id; HUB/SESSION of a hub that was paired with is opened first. @throws IrisError `not-found` */
async function sessionOf(host: SessionHost, wanted: string): Promise<{ readonly id: string }> {
  const at = wanted.indexOf('/');
  try {
    return findSession(host.sessions, wanted);
  } catch (error) {
    if (at <= 0) throw error;
    const [hub, session] = [wanted.slice(0, at), wanted.slice(at + 1)];
    const opened = await host.command('far.open', { hub, sessions: [session] }).catch((why: unknown) => {
      const { code, message, remedy } = IrisError.from(why);
      if (!message.includes('no hub is known')) throw why;
      // Sessions may have a slash in their names, too.
      throw new IrisError(
        code,
        `there is no session "${wanted}", and ${message}`,
        remedy === undefined ? {} : { remedy },
      );
    });
    return findSession(opened.sessions, wanted);
  }
}

/** Until the hub has let us in: what it refuses is said on the shell's screen, not on ours. */
function letIn(host: SessionHost): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const { state, reason, remedy } = host.connection;
      if (state === 'connecting') return;
      stop();
      if (state === 'online') resolve();
      // There will be no connection: whatever is asked of it says why.
      else if (state === 'error') host.command('session.list', {}).catch(reject);
      else {
        const options = remedy === undefined ? {} : { remedy };
        reject(new IrisError('hub-unreachable', reason ?? 'the hub does not answer', options));
      }
    };
    const stop = host.on((event) => {
      if (event.type === 'connection') look();
    });
    look();
  });
}

function settingsOf({ settings, keys, theme }: Config): UiSettings {
  return {
    prefix: settings.prefix,
    repeatTimeMs: settings.repeatTimeMs,
    mouse: settings.mouse,
    frames: settings.borders === 'single' ? 'single' : 'box',
    ascii: settings.borders === 'ascii',
    accent: theme.accent,
    clipboard: settings.clipboard,
    predict: settings.predict,
    prefixKeys: keys.prefix,
    rootKeys: keys.root,
    defaultCommand: settings.defaultCommand ?? (settings.shell === undefined ? [] : [settings.shell]),
  };
}

/** Of teams the hub tells: it reads them, with the variables that it has. */
function ownProblem({ severity, section }: Problem): boolean {
  return severity === 'error' && section !== 'teams';
}

/** There is room for one line. */
function startProblems(errors: readonly string[]): string[] {
  const [first, ...others] = errors;
  if (first === undefined) return [];
  return [others.length === 0 ? first : `${first}; and ${others.length} more: iris-tui config check`];
}

/** What is left to say on the shell's screen, and the exit code. */
function farewell(why: Exit): number {
  switch (why.kind) {
    case 'detached':
      process.stdout.write(why.by ? `[detached: ${why.by}]\n` : '[detached]\n');
      return 0;
    case 'empty':
      process.stdout.write(`[${plainText(why.reason ?? 'no sessions left')}]\n`);
      return 0;
    case 'hangup':
      return 128 + constants.signals.SIGHUP;
    case 'signal':
      return 128 + constants.signals[why.signal];
    case 'failed':
      throw why.error;
  }
}

/** Only a terminal can show it. */
export function refuseWithoutTerminal(env: Environment): void {
  if (env.stdinIsTerminal && env.stdoutIsTerminal) return;
  const which = env.stdinIsTerminal ? 'standard output' : 'standard input';
  throw new IrisError('failed', `there is no terminal to draw on (${which} is not one)`, {
    remedy: 'iris-tui ls lists sessions, iris-tui new -d starts one without showing it',
  });
}

/** A screen in a pane of itself would show itself without end. */
export function refuseToNest(env: Environment, remedy: string): void {
  const { IRIS_SESSION_ID, IRIS_SESSION_NAME } = env.vars;
  if (!IRIS_SESSION_ID) return;
  throw new IrisError('failed', `this is a pane of iris-tui already (${IRIS_SESSION_NAME ?? IRIS_SESSION_ID})`, {
    remedy: `${remedy}; unset IRIS_SESSION_ID to nest all the same`,
  });
}
