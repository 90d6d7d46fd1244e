import { IrisError } from '../../core/index.ts';

/** A setting as a config file or `-o` gives it: the keyword in lower case, and what follows it. */
export interface Directive {
  readonly key: string;
  readonly args: readonly string[];
  /** All of it as written, for the keywords that take the rest of the line. */
  readonly rest: string;
  /** For messages: `~/.ssh/config line 3`, `-o`. */
  readonly where: string;
}

/** What was written after `ssh`. */
export interface Destination {
  readonly host: string;
  /** As if they stood in a config file before all others: the first value of a keyword counts. */
  readonly directives: readonly Directive[];
  /** `-F`. */
  readonly configFile?: string;
}

/** Options with a value, as the keyword that means the same. */
const WITH_VALUE = new Map([
  ['p', 'port'],
  ['l', 'user'],
  ['i', 'identityfile'],
  ['J', 'proxyjump'],
  ['b', 'bindaddress'],
  ['c', 'ciphers'],
  ['m', 'macs'],
]);
const FLAGS = new Map<string, readonly [string, string]>([
  ['4', ['addressfamily', 'inet']],
  ['6', ['addressfamily', 'inet6']],
  ['A', ['forwardagent', 'yes']],
  ['a', ['forwardagent', 'no']],
  ['C', ['compression', 'yes']],
]);
/** Change nothing that we do: how much ssh says, whether it takes a terminal (the session's mode decides that), what we never forward. */
const WITHOUT_EFFECT = new Set(['q', 'v', 't', 'T', 'x', 'k']);

export function refused(
  what: string,
  remedy = 'leave it out, or set ssh2: false so that the ssh program is used',
): IrisError {
  return new IrisError('usage', what, { remedy });
}

/**
 * Reads the words after `ssh` as ssh(1) does: options may stand before and after the destination.
 * @throws IrisError `usage`, naming what cannot be honoured.
 */
export function readWords(words: readonly string[]): Destination {
  const directives: Directive[] = [];
  // Of flags the last one counts.
  const flags = new Map<string, Directive>();
  let configFile: string | undefined;
  let target: Target | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      if (target) throw tooMany(words[i + 1]);
      const next = words[++i];
      if (next === undefined) break;
      target = readTarget(next);
      continue;
    }
    if (!word.startsWith('-') || word === '-') {
      if (target) throw tooMany(word);
      target = readTarget(word);
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at]!;
      const flag = FLAGS.get(letter);
      if (flag) {
        flags.set(flag[0], directive(flag[0], flag[1], `-${letter}`));
        continue;
      }
      if (WITHOUT_EFFECT.has(letter)) continue;
      if (letter !== 'o' && letter !== 'F' && !WITH_VALUE.has(letter)) {
        throw refused(`ssh's option -${letter} is not supported with ssh2: true`);
      }
      const value = at + 1 < word.length ? word.slice(at + 1) : words[++i];
      if (value === undefined) throw refused(`ssh's option -${letter} needs a value`, 'complete `remote`');
      if (letter === 'F') configFile = value;
      else if (letter === 'o') directives.push(readOption(value));
      else directives.push(directive(WITH_VALUE.get(letter)!, value, `-${letter}`));
      break;
    }
  }
  if (!target) throw refused('`remote` names no host', 'write `ssh user@host`');
  if (target.user !== undefined) directives.push(directive('user', target.user, 'the destination'));
  if (target.port !== undefined) directives.push(directive('port', String(target.port), 'the destination'));
  const all = [...flags.values(), ...directives];
  return { host: target.host, directives: all, ...(configFile === undefined ? {} : { configFile }) };
}

function tooMany(word: string | undefined): IrisError {
  return refused(`"${word ?? '--'}" follows the host in \`remote\``, 'put the command in `command`, not in `remote`');
}

function directive(key: string, value: string, where: string): Directive {
  return { key, args: [value], rest: value, where };
}

/** `Key=Value` or `Key Value`. */
function readOption(text: string): Directive {
  const [, key, rest] = /^\s*([a-z0-9]+)(?:\s*=\s*|\s+)(.*?)\s*$/i.exec(text) ?? [];
  if (!key || !rest) throw refused(`-o ${text} is not Key=Value`, 'correct `remote`');
  return { key: key.toLowerCase(), args: splitArguments(rest), rest, where: `-o ${key}` };
}

/** Words apart by blanks; `"` and `'` hold words together. */
export function splitArguments(text: string): string[] {
  const words = text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? [];
  return words.map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, (_, double, single) => double ?? single));
}

interface Target {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

/**
 * `[user@]host` or `ssh://[user@]host[:port]`.
 * @throws IrisError `usage`.
 */
export function readTarget(text: string): Target {
  const uri = /^ssh:\/\/(.*?)\/?$/i.exec(text)?.[1];
  return uri === undefined ? checked(splitUser(text)) : readHostPort(uri, true);
}

/** `[user@]host[:port]`, an IPv6 address in brackets: a stop of ProxyJump. */
export function readHostPort(text: string, encoded = false): Target {
  const uri = /^ssh:\/\/(.*?)\/?$/i.exec(text)?.[1];
  if (uri !== undefined) return readHostPort(uri, true);
  const { user, host } = splitUser(text);
  const [, inBrackets, plain, port] = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(host) ?? [];
  const name = inBrackets ?? plain;
  if (name === undefined) throw refused(`"${text}" is not a host`, 'write user@host:port');
  return checked({
    host: name,
    ...(user === undefined ? {} : { user: encoded ? decode(user, text) : user }),
    ...(port === undefined ? {} : { port: readPort(port) }),
  });
}

function decode(user: string, text: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    throw refused(`"${text}" is not an ssh:// address`, 'correct `remote`');
  }
}

function splitUser(text: string): Target {
  const at = text.lastIndexOf('@');
  return at < 0 ? { host: text } : { user: text.slice(0, at), host: text.slice(at + 1) };
}

/** What a shell could read, in a `ProxyCommand` that takes them. The same characters as ssh refuses (valid_hostname, valid_ruser in ssh.c). */
function checked(target: Target): Target {
  const { host, user } = target;
  if (host === '' || host.startsWith('-') || /[\s'"`$\\;&<>|(){}\u0000-\u001f\u007f]/.test(host)) {
    throw refused(`the host name ${JSON.stringify(host)} has characters that are not allowed`, 'correct `remote`');
  }
  if (user !== undefined) checkUser(user);
  return target;
}

export function checkUser(user: string): void {
  if (user === '' || user.startsWith('-') || /['"`;&<>|(){}\u0000-\u001f\u007f]|\\$|\s-/.test(user)) {
    throw refused(`the user name ${JSON.stringify(user)} has characters that are not allowed`, 'correct `remote`');
  }
}

export function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535) throw refused(`"${text}" is not a port`, 'use 1 to 65535');
  return port;
}
