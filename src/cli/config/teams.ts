import { dirname, resolve } from 'node:path';
import type { Remote, RemoteOptions, Team } from '../../core/index.ts';
import { untilde } from '../paths.ts';
import { isHub } from './effects.ts';
import { agentOf, sshWords, type TeamEntry } from './team-schema.ts';

/** What an entry means, beyond what it says itself. */
export interface TeamScope {
  /** The config file: relative paths of this machine begin at its folder. */
  readonly file: string;
  readonly home: string;
  /** Of `settings`. */
  readonly sessionInitTimeout?: number | undefined;
}

/** The teams of checked entries, in the order of the file. */
export function teamsOf(entries: Readonly<Record<string, TeamEntry>>, scope: TeamScope): Team[] {
  return Object.entries(entries)
    .filter(([, entry]) => !isHub(entry))
    .map(([name, entry]) => teamOf(name, entry, scope));
}

function teamOf(name: string, entry: TeamEntry, scope: TeamScope): Team {
  const here = (path: string): string => resolve(dirname(scope.file), untilde(path, scope.home));
  const remote = remoteOf(entry, here);
  const there = (path: string | undefined) => (path === undefined || remote ? path : here(path));
  const { command } = entry;
  return defined({
    name,
    description: entry.description,
    remote,
    path: there(entry.path),
    agent: agentOf(entry),
    command: command && !remote ? [untilde(command[0]!, scope.home), ...command.slice(1)] : command,
    args: entry.args ?? [],
    env: entry.env ?? {},
    mode: entry.mode,
    // A program that is looked up on PATH stays as it is.
    claudePath: entry.claudePath?.includes('/') ? there(entry.claudePath) : entry.claudePath,
    autostart: entry.autostart,
    restart: entry.restart,
    maxAttempts: entry.maxAttempts || undefined,
    giveUpAfterMs: entry.giveUpAfter,
    idleTimeoutMs: entry.idleTimeout,
    sessionInitTimeoutMs: entry.sessionInitTimeout ?? scope.sessionInitTimeout,
    color: entry.color,
    hooks: entry.hooks,
    notify: entry.notify,
    grantPermission: entry.grantPermission ?? (entry.skipPermissions ? ('yes' as const) : undefined),
    allowedTools: entry.allowedTools,
    disallowedTools: entry.disallowedTools,
    appendSystemPrompt: entry.appendSystemPrompt,
  });
}

function remoteOf(entry: TeamEntry, here: (path: string) => string): Remote | undefined {
  const [program, ...rest] = entry.remote ?? [];
  if (program === undefined) return undefined;
  if (program === 'hub' && rest.length === 1) {
    return { kind: 'websocket', hub: { kind: 'known', name: rest[0]! }, words: ['hub', rest[0]!], options: {} };
  }
  const persist = entry.persist === false ? {} : { persist: entry.persist };
  const options = { ...optionsOf(entry.remoteOptions ?? {}, here), ...persist };
  const words = sshWords(entry.remote);
  if (words) return { kind: entry.ssh2 ? 'ssh2' : 'openssh', words, options };
  return { kind: 'exec', words: [program, ...rest], options };
}

function optionsOf(options: NonNullable<TeamEntry['remoteOptions']>, here: (path: string) => string): RemoteOptions {
  return defined({
    identity: options.identity === undefined ? undefined : here(options.identity),
    passphrase: options.passphrase,
    port: options.port,
    strictHostKeyChecking: options.strictHostKeyChecking,
    connectTimeoutMs: options.connectTimeout,
    serverAliveIntervalMs: options.serverAliveInterval,
    serverAliveCountMax: options.serverAliveCountMax,
    compression: options.compression,
    forwardAgent: options.forwardAgent,
    extraSshArgs: options.extraSshArgs,
  });
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the keys that have no value. */
function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Defined<T>;
}
