import { closeSync, writeSync } from 'node:fs';
import { IrisError, RuleBook, type TeamConfig } from '../core/index.ts';
import { type Hub, type HubCard, type HubOptions, readCard, runHub as runHubProcess } from '../hub/index.ts';
import { type LoadedConfig, problemLine } from './config/index.ts';
import { type Environment, environmentForOthers } from './environment.ts';
import { knownHub } from './far-hub.ts';
import { ensureFolders, reasonOf } from './folders.ts';
import { hookProgram } from './hook-program.ts';
import { HubConfig } from './hub-config.ts';
import type { ReadyMessage } from './launch-hub.ts';
import { cardOptions, type NetworkFlags, networkFlags, networkOptions } from './network-options.ts';
import { notifyReady } from './notify-ready.ts';
import { type Paths, resolvePaths } from './paths.ts';
import { pendingConfig, START_AGAIN } from './pending-config.ts';
import { loadRules, rulesFolder } from './rules.ts';
import { VERSION } from './version.ts';

/** Children of a process that ended become those of process 1, which alone can collect them; Node collects only what it started. */
const NOBODY_COLLECTS =
  'the hub is process 1 of a container: what sessions leave behind stays as zombies. Put an init before it: tini, or docker run --init';

/** How it was started. */
interface Given {
  readonly background: boolean;
  readonly flags: NetworkFlags;
}

/**
 * `hub run`: is the hub, until it is told to stop. In the background it says on a pipe how its start went, and nothing else to anybody:
 * the terminal is gone.
 */
export async function runHub(env: Environment, options: Given): Promise<void> {
  const tell = options.background ? tellStarter(env) : tellTerminal;
  // From here on one defect must not end all sessions: the hub has handlers of its own, which write to its log.
  for (const event of ['uncaughtException', 'unhandledRejection']) process.removeAllListeners(event);
  try {
    const paths = resolvePaths(env);
    ensureFolders(paths, env.uid);
    const start = await startHub(env, paths, options);
    if (start.kind === 'running') {
      if (!options.background) throw alreadyRunning(start.card);
      tell({ taken: true, ...(start.card === undefined ? {} : { socket: start.card.socket }) });
      process.exit(0);
    }
    notifyReady(env);
    tell({ ready: true, pid: process.pid, socket: start.hub.socket });
    if (!options.background) {
      tellNetwork(start.hub);
      if (process.pid === 1) warn(start.hub, 'container', NOBODY_COLLECTS, options);
    }
    await start.hub.stopped;
    process.exit(0);
  } catch (error) {
    if (!options.background) throw error;
    const { code, message, remedy, exitCode } = IrisError.from(error);
    tell({ error: { code, message, ...(remedy === undefined ? {} : { remedy }) } });
    process.exit(exitCode);
  }
}

/** One that is started by use in the place of a hub that was killed serves the network that one was told to. */
function flagsOf(paths: Paths, { background, flags }: Given): NetworkFlags {
  if (!background || Object.keys(flags).length > 0) return flags;
  const { options } = readCard(paths.stateDir) ?? {};
  return options?.listen === undefined ? flags : networkFlags(options, '/');
}

async function startHub(env: Environment, paths: Paths, given: Given) {
  const options = { background: given.background, flags: flagsOf(paths, given) };
  const mayDoWithout = given.background && given.flags.listen === undefined;
  const [config, rules] = await Promise.all([HubConfig.load(env), loadRules(rulesFolder(paths))]);
  const start = await runHubProcess({
    paths: { socket: paths.socket, state: paths.stateDir },
    version: VERSION,
    env: environmentForOthers(env.vars),
    scrollbackLines: config.loaded.config.settings.scrollbackLines,
    rules: new RuleBook(rules.files.map((file) => file.rules)),
    teams: config.teams,
    hookProgram: hookProgram(),
    farHubs: ({ name }) => knownHub(name, env, paths),
    cardOptions: cardOptions(options.flags),
    ...networkOf(config.loaded, options.flags, mayDoWithout),
  });
  if (start.kind === 'started') {
    const { log } = start.hub;
    tellProblems(start.hub, config.teams, options);
    for (const problem of rules.problems) log.warn('rules', { problem });
    const started = config.loaded.config;
    const watch = config.watch(
      (teams) => {
        start.hub.setTeams(teams);
        log.info('config read again', { teams: teams.teams.length });
        tellProblems(start.hub, teams, options);
        const pending = pendingConfig(started, config.loaded.config, options.flags);
        if (pending !== undefined && pending !== start.hub.pendingConfig)
          warn(start.hub, 'config', `${pending}: ${START_AGAIN}`, options);
        start.hub.pendingConfig = pending;
      },
      (error) => log.warn('config', { problem: `it is not told of when it changes: ${reasonOf(error)}` }),
    );
    void start.hub.stopped.then(() => watch.close());
  }
  return start;
}

/** A section with a mistake in it counts as a network that there is not. @throws IrisError `usage` where the hub shall not be without */
function networkOf(
  { config, problems }: LoadedConfig,
  flags: NetworkFlags,
  mayDoWithout: boolean,
): Pick<HubOptions, 'network' | 'networkProblem' | 'name'> {
  const { name } = config.hub;
  const called = name === undefined ? {} : { name };
  const wrong = problems.find(({ severity, section }) => severity === 'error' && section === 'hub');
  if (wrong && flags.listen === undefined) {
    if (!mayDoWithout) throw new IrisError('usage', problemLine(wrong));
    return { networkProblem: problemLine(wrong), ...called };
  }
  const network = networkOptions(flags, config.hub, mayDoWithout);
  return { ...(network ? { network } : {}), ...called };
}

function tellNetwork({ network }: Hub): void {
  const { listen, url, fingerprint, warnings = [] } = network;
  if (url === undefined) return;
  process.stdout.write(`listens on ${listen}, as ${url}${fingerprint === undefined ? '' : ` (${fingerprint})`}\n`);
  for (const warning of warnings) process.stdout.write(`${warning}\n`);
}

/** Whoever runs it in the foreground, a container or a service, reads what it prints. */
function warn({ log }: Hub, about: string, problem: string, { background }: { background: boolean }): void {
  log.warn(about, { problem });
  if (!background) process.stdout.write(`${problem}\n`);
}

function tellProblems(hub: Hub, { problems }: TeamConfig, options: { background: boolean }): void {
  for (const problem of problems) warn(hub, 'config', problem, options);
}

function alreadyRunning(card: HubCard | undefined): IrisError {
  return new IrisError('conflict', `a hub is running already${card ? ` (pid ${card.pid}, ${card.socket})` : ''}`, {
    remedy: 'iris-tui hub stop ends it',
  });
}

function tellTerminal(message: ReadyMessage): void {
  if ('ready' in message) process.stdout.write(`hub running at ${message.socket} (pid ${message.pid})\n`);
}

/** One line of JSON on the pipe that whoever started us reads, if they still do. */
function tellStarter(env: Environment): (message: ReadyMessage) => void {
  const fd = Number(env.vars.IRIS_READY_FD);
  delete process.env.IRIS_READY_FD;
  return (message) => {
    if (!Number.isInteger(fd) || fd < 3) return;
    try {
      writeSync(fd, `${JSON.stringify(message)}\n`);
      closeSync(fd);
    } catch {
      // They are gone: the hub stays.
    }
  };
}
