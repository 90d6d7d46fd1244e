import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import SSHConfig from 'ssh-config';
import { matchesAny, matchesPattern } from './patterns.ts';
import { type Directive, refused } from './words.ts';

/** Like ssh's READCONF_MAX_DEPTH. */
const DEPTH_LIMIT = 16;
/** A larger file is no config: the read fails, and says so. */
const SIZE_LIMIT_BYTES = 1024 * 1024;

/** Keywords whose value is the rest of the line, quotes and all: it goes to a shell. */
const WHOLE_LINE = new Set(['proxycommand', 'localcommand', 'remotecommand', 'knownhostscommand']);

/** What `Host` and `Match` look at. */
export interface MatchContext {
  /** As the user wrote it. */
  readonly originalHost: string;
  /** As known when the line is reached: HostName and User of lines before it count. */
  readonly host: () => string;
  readonly user: () => string;
  readonly localUser: string;
  readonly home: string;
  /** The second reading, for `Match final`. */
  readonly final: boolean;
  /** Takes a directive that applies. */
  readonly take: (directive: Directive) => void;
  /** A clear line about what was passed over. */
  readonly notice: (line: string) => void;
  /** `Match final` was seen: everything is read once more. */
  readonly wantFinal: () => void;
}

/** Reads a config file as ssh does. `required`: it was named by the user. `guarded`: nobody else may write it. */
export async function readConfigFile(
  path: string,
  context: MatchContext,
  options: { readonly required?: boolean; readonly guarded?: boolean; readonly folder: string },
): Promise<void> {
  await walk(path, true, context, options, 0);
}

async function walk(
  path: string,
  active: boolean,
  context: MatchContext,
  options: { readonly required?: boolean; readonly guarded?: boolean; readonly folder: string },
  depth: number,
): Promise<void> {
  if (depth > DEPTH_LIMIT) throw refused(`${path} is included too deeply`, 'look for a file that includes itself');
  const text = await load(path, options);
  if (text === undefined) return;
  let on = active;
  let number = 0;
  for (const raw of text.split(/\r?\n/)) {
    number++;
    // Only what applies is read closely: a line for other hosts may be one that cannot be read here.
    if (!on && !/^\s*(host|match)[\s=]/i.test(raw)) continue;
    const line = readLine(raw, `${path} line ${number}`);
    if (!line) continue;
    if (line.key === 'host') on = active && matchesAny(context.originalHost, line.args);
    else if (line.key === 'match') on = active && matchesAll(line, context);
    else if (line.key === 'include') {
      for (const one of await included(line, context, options.folder))
        await walk(one, on, context, { folder: options.folder }, depth + 1);
    } else if (on) context.take(line);
  }
}

async function load(
  path: string,
  { required, guarded }: { required?: boolean; guarded?: boolean },
): Promise<string | undefined> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw refused(`${path} is a folder, not a configuration of ssh`, 'correct the path');
    if (info.size > SIZE_LIMIT_BYTES)
      throw refused(`${path} is too large for a configuration of ssh`, 'correct the path');
    // As ssh: what others may write could send us anywhere.
    const foreign = info.uid !== 0 && info.uid !== process.getuid?.();
    if (guarded && process.getuid && (foreign || (info.mode & 0o022) !== 0)) {
      throw refused(`others may write ${path}`, `chmod 600 ${path}`);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!required && (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES')) return undefined;
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR')
      throw refused(`${path} cannot be read`, 'correct -F');
    throw error;
  }
}

/** One line, by the package `ssh-config`; undefined for blank lines and comments. */
function readLine(raw: string, where: string): Directive | undefined {
  const text = raw.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const [, name, rest] = /^([^\s=]+)(?:\s*=\s*|\s+)(.*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined || rest === '')
    throw refused(`${where}: a value is missing`, 'correct it');
  const key = name.toLowerCase();
  if (WHOLE_LINE.has(key)) return { key, args: [rest], rest, where };
  return { key, args: argumentsOf(text, where), rest, where };
}

/**
 * The package takes `'` for a letter, `#` within a word for a comment and `=` within a word for a blank: ssh does none of these. Words of
 * which that could change the meaning are refused rather than misread.
 */
function argumentsOf(text: string, where: string): string[] {
  let value: string | { val: string; separator: string }[];
  let quoted = false;
  try {
    const line = SSHConfig.parse(text)[0];
    if (!line || !('value' in line)) throw new Error('no value');
    value = line.value;
    quoted = line.quoted === true;
  } catch {
    throw refused(`${where}: its quotes do not match`, 'correct it');
  }
  const unquoted = text.replace(/"[^"]*"/g, '');
  if (/[^\s]#/.test(unquoted))
    throw refused(`${where}: # within a word cannot be read`, 'put that word in double quotes');
  if (typeof value === 'string') {
    return quoted || /^'[^']*'$/.test(value) ? [withoutQuotes(value)] : value.split(/\s+/);
  }
  const words: string[] = [];
  for (const { val, separator } of value) {
    if (separator === '=' && words.length > 0) words.push(`${words.pop()}=${val}`);
    else words.push(val);
  }
  return words.map(withoutQuotes);
}

function withoutQuotes(word: string): string {
  return /^'[^']*'$/.test(word) ? word.slice(1, -1) : word;
}

/** `Match`: all criteria have to hold; `!` before one turns it round. */
function matchesAll(line: Directive, context: MatchContext): boolean {
  const words = [...line.args];
  let result = true;
  while (words.length > 0) {
    const word = words.shift()!;
    const negated = word.startsWith('!');
    const [name = '', inline] = (negated ? word.slice(1) : word).split(/=(.*)/s);
    const criterion = name.toLowerCase();
    if (criterion === 'all') {
      if (negated) result = false;
      continue;
    }
    if (criterion === 'canonical' || criterion === 'final') {
      if (criterion === 'final') context.wantFinal();
      if ((criterion === 'final' && context.final) === negated) result = false;
      continue;
    }
    const value = inline ?? words.shift();
    if (value === undefined) throw refused(`${line.where}: Match ${criterion} needs a value`, 'correct it');
    const subject = subjectOf(criterion, context);
    if (subject === undefined) {
      // Only what could have applied is worth a word.
      if (result)
        context.notice(
          `${line.where}: "Match ${criterion}" is not supported with ssh2: true; that block is passed over`,
        );
      result = false;
    } else if (matchesAny(subject, value.split(',')) === negated) result = false;
  }
  return result;
}

function subjectOf(criterion: string, context: MatchContext): string | undefined {
  if (criterion === 'host') return context.host();
  if (criterion === 'originalhost') return context.originalHost;
  if (criterion === 'user') return context.user();
  if (criterion === 'localuser') return context.localUser;
  return undefined;
}

/** The files of an `Include`, in order: `~`, relative to the folder of the configuration, `*` and `?` in any part. */
async function included(line: Directive, context: MatchContext, folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const word of line.args) {
    const path = word.replace(/^~(?=\/|$)/, context.home);
    paths.push(...(await expand(resolve(folder, path))));
  }
  return paths;
}

async function expand(path: string): Promise<string[]> {
  if (!/[*?]/.test(path)) return [path];
  const [parent, name] = [dirname(path), path.slice(path.lastIndexOf('/') + 1)];
  const found: string[] = [];
  for (const folder of await expand(parent)) {
    const names = /[*?]/.test(name) ? await readdir(folder).catch(() => []) : [name];
    const matching = names.filter((one) => matchesPattern(one, name) && (name.startsWith('.') || !one.startsWith('.')));
    found.push(...matching.sort().map((one) => join(folder, one)));
  }
  return found;
}
