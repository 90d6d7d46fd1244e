import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Environment } from './environment.ts';

/** Where a file of ours may be; asked of the file system, so that the rest is a pure function. */
export interface FileProbe {
  isFile(path: string): boolean;
  /** Is it a folder of this user? */
  isOwnFolder(path: string): boolean;
}

export interface Paths {
  /** The config file that is read; it need not exist. */
  readonly configFile: string;
  readonly configFrom: 'IRIS_CONFIG_PATH' | 'IRIS_HOME' | 'XDG' | '~/.iris';
  /** What belongs to this user's config and is not written by hand: the hubs that this device knows. */
  readonly configDir: string;
  /** Sessions, logs and layouts; and the hub's log file. */
  readonly stateDir: string;
  /** The hub's Unix socket. */
  readonly socket: string;
  /** What the hub logs. */
  readonly hubLog: string;
  /** Here while the last hub is one that somebody stopped. */
  readonly hubStopped: string;
  /** What the hub's runtime wrote to its standard error: a crash before there was a log. */
  readonly hubErrors: string;
  /** What was typed at the command prompt of the screen. */
  readonly promptHistory: string;
  /** Where a defect of this program leaves its stack. */
  readonly crashLog: string;
}

/**
 * Bytes of a Unix socket's path, without the final NUL: sun_path holds 108 on Linux (unix(7)), 104 on macOS and the BSDs. The smaller
 * limit is taken everywhere. A longer path can't be bound at all.
 */
export const SOCKET_PATH_LIMIT_BYTES = 103;

/** The folders of one user, from the environment alone. `IRIS_HOME` holds everything if set; else XDG. */
export function resolvePaths(env: Environment, probe: FileProbe = realProbe(env.uid)): Paths {
  const vars = env.vars;
  const irisHome = folder(vars.IRIS_HOME, env);
  const stateDir = irisHome
    ? join(irisHome, 'state')
    : join(xdg(vars.XDG_STATE_HOME) ?? join(env.home, '.local/state'), 'iris-tui');
  return {
    ...resolveConfigFile(env, irisHome, probe),
    configDir: irisHome ?? dirname(usualConfigFiles(env)[0]),
    stateDir,
    socket: resolveSocket(env, irisHome, stateDir, probe),
    hubLog: join(stateDir, 'hub.log'),
    hubStopped: join(stateDir, 'hub.stopped'),
    hubErrors: join(stateDir, 'hub.stderr.log'),
    promptHistory: join(stateDir, 'prompt-history'),
    crashLog: join(stateDir, 'iris-tui.log'),
  };
}

function resolveConfigFile(env: Environment, irisHome: string | undefined, probe: FileProbe) {
  const named = env.vars.IRIS_CONFIG_PATH;
  if (named) return { configFile: resolve(env.cwd, untilde(named, env.home)), configFrom: 'IRIS_CONFIG_PATH' as const };
  if (irisHome) return { configFile: join(irisHome, 'config.yaml'), configFrom: 'IRIS_HOME' as const };
  const [own, older] = usualConfigFiles(env);
  if (!probe.isFile(own) && probe.isFile(older)) return { configFile: older, configFrom: '~/.iris' as const };
  return { configFile: own, configFrom: 'XDG' as const };
}

/** XDG's, and that of iris-mcp. */
function usualConfigFiles(env: Environment): [string, string] {
  const own = join(xdg(env.vars.XDG_CONFIG_HOME) ?? join(env.home, '.config'), 'iris-tui/config.yaml');
  return [own, join(env.home, '.iris/config.yaml')];
}

/** Every file that may become the config in this environment: where the first of the usual ones appears, it takes the place of the second. */
export function configCandidates(env: Environment): string[] {
  const { configFile, configFrom } = resolvePaths(env);
  return configFrom === 'XDG' || configFrom === '~/.iris' ? usualConfigFiles(env) : [configFile];
}

/**
 * IRIS_HOME, else $XDG_RUNTIME_DIR, else /run/user/UID (so that a cron job, or `su`, where the variable is unset, finds the hub of
 * the desktop), else the state folder. A path that no socket can have gives way to a short one in /tmp, named by a digest of the long one.
 */
function resolveSocket(env: Environment, irisHome: string | undefined, stateDir: string, probe: FileProbe): string {
  const wanted = irisHome ? join(irisHome, 'run/hub.sock') : join(runtimeFolder(env, probe) ?? stateDir, 'hub.sock');
  if (Buffer.byteLength(wanted) <= SOCKET_PATH_LIMIT_BYTES) return wanted;
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 16);
  return join('/tmp', `iris-tui-${env.uid}`, `${digest}.sock`);
}

function runtimeFolder(env: Environment, probe: FileProbe): string | undefined {
  const set = xdg(env.vars.XDG_RUNTIME_DIR);
  if (set && probe.isOwnFolder(set)) return join(set, 'iris-tui');
  const usual = `/run/user/${env.uid}`;
  if (env.platform === 'linux' && env.uid >= 0 && probe.isOwnFolder(usual)) return join(usual, 'iris-tui');
  return undefined;
}

/** XDG Base Directory Specification: "If an implementation encounters a relative path … it should … ignore it." */
function xdg(value: string | undefined): string | undefined {
  return value && isAbsolute(value) ? value : undefined;
}

function folder(value: string | undefined, env: Environment): string | undefined {
  return value ? resolve(env.cwd, untilde(value, env.home)) : undefined;
}

/** A leading `~/`, which a shell leaves alone inside quotes and after `=`. */
export function untilde(path: string, home: string): string {
  return path === '~' ? home : path.startsWith('~/') ? join(home, path.slice(2)) : path;
}

export function realProbe(uid: number): FileProbe {
  return {
    isFile: (path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false,
    isOwnFolder: (path) => {
      const stat = statSync(path, { throwIfNoEntry: false });
      return stat?.isDirectory() === true && (uid < 0 || stat.uid === uid);
    },
  };
}
