import { homedir } from 'node:os';
import { join } from 'node:path';
import { IrisError, type RemoteOptions } from '../../core/index.ts';
import { parseSshOptions, type SshWords } from './words.ts';

/** ssh asks after so long without a sign of life, twice, and gives up as long after that: 30 s in all. Its own default is to wait for ever. */
export const ALIVE_INTERVAL_MS = 10_000;
export const ALIVE_COUNT = 2;

export interface SshRequest {
  readonly words: SshWords;
  readonly options: RemoteOptions;
  readonly mode: 'pty' | 'pipes';
  /** Nobody is there to answer. */
  readonly unattended: boolean;
  readonly logFile: string;
  /** One line for the login shell there. */
  readonly line: string;
}

const seconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000));
const yesNo = (value: boolean): string => (value ? 'yes' : 'no');

export function identityPath(identity: string): string {
  if (identity === '~' || identity.startsWith('~/')) return join(homedir(), identity.slice(1));
  return identity;
}

/** What the team's options say, for ssh: shown to people as well. Of an option that is said twice ssh takes the first. */
export function sshOptions(options: RemoteOptions): string[] {
  const { identity, port, strictHostKeyChecking: strict, connectTimeoutMs, compression, forwardAgent } = options;
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new IrisError('usage', `${port} is no port`);
  }
  return [
    ...(identity === undefined ? [] : ['-i', identityPath(identity)]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(strict === undefined
      ? []
      : ['-o', `StrictHostKeyChecking=${typeof strict === 'boolean' ? yesNo(strict) : strict}`]),
    ...(connectTimeoutMs === undefined ? [] : ['-o', `ConnectTimeout=${seconds(connectTimeoutMs)}`]),
    ...(compression === undefined ? [] : ['-o', `Compression=${yesNo(compression)}`]),
    ...(forwardAgent === undefined ? [] : ['-o', `ForwardAgent=${yesNo(forwardAgent)}`]),
    ...parseSshOptions(options.extraSshArgs ?? []),
  ];
}

/** The whole command line. Nothing of it is read by a shell here; `--` keeps the destination from being an option. */
export function sshCommand(request: SshRequest): string[] {
  const { words, options, mode, unattended, logFile, line } = request;
  const said = [...(options.extraSshArgs ?? []), ...words.options];
  return [
    'ssh',
    mode === 'pty' ? '-tt' : '-T',
    '-E',
    logFile,
    // Says how a connection was lost, and that an exit code is the program's and not ssh's (of a shared master only at this level).
    ...['-o', 'LogLevel=DEBUG2'],
    ...(mentions(said, 'EscapeChar', '-e') ? [] : ['-o', 'EscapeChar=none']),
    // A command of the user's config for this host would stand in the way of ours.
    ...['-o', 'RemoteCommand=none'],
    ...['-o', `ServerAliveInterval=${seconds(options.serverAliveIntervalMs ?? ALIVE_INTERVAL_MS)}`],
    ...['-o', `ServerAliveCountMax=${options.serverAliveCountMax ?? ALIVE_COUNT}`],
    ...(unattended ? quietly(options) : []),
    ...sshOptions(options),
    ...words.options,
    '--',
    words.destination,
    line,
  ];
}

/** Nobody is asked. BatchMode would not decrypt a key even when its passphrase is there. */
function quietly(options: RemoteOptions): string[] {
  if (options.passphrase === undefined) return ['-o', 'BatchMode=yes'];
  return [
    ...(options.strictHostKeyChecking === undefined ? ['-o', 'StrictHostKeyChecking=yes'] : []),
    ...['-o', 'PasswordAuthentication=no', '-o', 'KbdInteractiveAuthentication=no', '-o', 'NumberOfPasswordPrompts=1'],
  ];
}

/** Did the user say this option: `-e`, `-oKey=`, `-o key `? */
function mentions(words: readonly string[], key: string, letter: string): boolean {
  const name = key.toLowerCase();
  return words.some((word) => {
    const text = word.replace(/^-o/, '').trimStart().toLowerCase();
    return word.startsWith(letter) || new RegExp(`^${name}[\\s=]`).test(text);
  });
}
