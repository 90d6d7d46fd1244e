import type { z } from 'zod';
import { IrisError } from '../errors.ts';
import { problemOf } from './problem.ts';
import { type ViewerCall, type ViewerCommandName, viewerCommands } from './viewer-commands.ts';

/** Words of a command line, with '…', "…" and backslash as in a shell; nothing is expanded. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let open = false;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (quote) {
      if (c === quote) quote = '';
      else if (c === '\\' && quote === '"' && i + 1 < line.length) word += line[++i];
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      open = true;
    } else if (c === '\\' && i + 1 < line.length) {
      word += line[++i];
      open = true;
    } else if (c === ' ' || c === '\t') {
      if (open) words.push(word);
      word = '';
      open = false;
    } else {
      word += c;
      open = true;
    }
  }
  if (quote) throw new IrisError('usage', `a ${quote} is not closed`, { remedy: `add ${quote} at the end` });
  if (open) words.push(word);
  return words;
}

const byName = new Map<string, ViewerCommandName>();
for (const [name, spec] of Object.entries(viewerCommands)) {
  byName.set(name, name as ViewerCommandName);
  for (const alias of 'aliases' in spec ? spec.aliases : [])
    if (!byName.has(alias)) byName.set(alias, name as ViewerCommandName);
}

/** Every name a command answers to, aliases included, sorted. */
export const commandNames: readonly string[] = [...byName.keys()].sort();

/** A unique prefix is enough, as in tmux. */
export function resolveCommandName(word: string): ViewerCommandName {
  const exact = byName.get(word);
  if (exact) return exact;
  const found = commandNames.filter((name) => name.startsWith(word));
  const targets = new Set(found.map((name) => byName.get(name)));
  if (targets.size === 1) return byName.get(found[0] ?? '') as ViewerCommandName;
  if (targets.size > 1) throw new IrisError('usage', `${word} could be ${found.join(', ')}`);
  const near = nearest(word, commandNames);
  throw new IrisError('usage', `unknown command: ${word}`, near ? { remedy: `did you mean ${near}?` } : {});
}

/** Reads `split-pane -h htop` into a call. Throws `usage` with one clear line. */
export function parseCommand(line: string): ViewerCall {
  const [word, ...rest] = splitWords(line);
  if (word === undefined) throw new IrisError('usage', 'no command');
  const name = resolveCommandName(word);
  const spec = viewerCommands[name];
  const flags: Readonly<Record<string, string>> = 'flags' in spec ? spec.flags : {};
  const positions: readonly string[] = 'positions' in spec ? spec.positions : [];
  const takesRest = 'rest' in spec && spec.rest;
  const shape = spec.args.shape as Record<string, z.ZodType>;
  const args: Record<string, unknown> = {};
  let i = 0;
  for (; i < rest.length; i++) {
    const token = rest[i] ?? '';
    if (token === '--') {
      i++;
      break;
    }
    if (!/^-[A-Za-z]/.test(token)) break;
    for (let k = 1; k < token.length; k++) {
      const argument = flags[token[k] ?? ''];
      if (argument === undefined) throw usage(name, `${name} has no option -${token[k]}`);
      if (shape[argument]?.safeParse(true).success) {
        args[argument] = true;
        continue;
      }
      const value = token.slice(k + 1) || rest[++i];
      if (value === undefined) throw usage(name, `-${token[k]} needs a value`);
      args[argument] = value;
      break;
    }
  }
  const words = rest.slice(i);
  positions.forEach((position, at) => {
    const last = at === positions.length - 1;
    if (takesRest && last) {
      if (words.length > at) args[position] = words.slice(at);
    } else if (words[at] !== undefined) {
      // The last plain position takes the rest of the line, so that names may hold spaces.
      args[position] = last ? words.slice(at).join(' ') : words[at];
    }
  });
  if (positions.length === 0 && words.length > 0) throw usage(name, `${name} takes no arguments`);
  if (positions.some((position) => isRequired(shape, position) && args[position] === undefined)) {
    throw usage(name, `${name}: a word is missing`);
  }
  const parsed = spec.args.safeParse(args);
  if (!parsed.success) {
    throw usage(name, `${name}: ${problemOf(parsed.error, 'arguments')}`);
  }
  return { name, args: parsed.data } as ViewerCall;
}

function usage(name: ViewerCommandName, message: string): IrisError {
  return new IrisError('usage', message, { remedy: usageOf(name) });
}

function isRequired(shape: Readonly<Record<string, z.ZodType>>, argument: string): boolean {
  return shape[argument]?.safeParse(undefined).success === false;
}

/** `split-pane [-hvb] [-n NAME] [COMMAND ...]`; what has no brackets may not be left out. */
export function usageOf(name: ViewerCommandName): string {
  const spec = viewerCommands[name];
  const shape = spec.args.shape as Record<string, z.ZodType>;
  const flags: [string, string][] = Object.entries('flags' in spec ? spec.flags : {});
  const plain = flags.filter(([, argument]) => shape[argument]?.safeParse(true).success).map(([letter]) => letter);
  const valued = flags.filter(([letter]) => !plain.includes(letter));
  const positions: readonly string[] = 'positions' in spec ? spec.positions : [];
  const rest = 'rest' in spec && spec.rest;
  const words: Readonly<Record<string, string>> = 'words' in spec ? spec.words : {};
  const shown = (position: string, i: number): string => {
    const word = `${words[position] ?? position.toUpperCase()}${rest && i === positions.length - 1 ? ' ...' : ''}`;
    return isRequired(shape, position) ? word : `[${word}]`;
  };
  return [
    name,
    ...(plain.length > 0 ? [`[-${plain.join('')}]`] : []),
    ...valued.map(([letter, argument]) => `[-${letter} ${argument.toUpperCase()}]`),
    ...positions.map(shown),
  ].join(' ');
}

/** The candidate that was probably meant: at most two edits away (a third of a long word), and never the whole of a short one. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let least = Math.min(Math.max(2, Math.floor(word.length / 3)), word.length - 1) + 1;
  for (const candidate of candidates) {
    const d = distance(word, candidate);
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
}

/** Damerau-Levenshtein (optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = Array.from({ length: a.length + 1 }, (_, i) => [i]);
  for (let j = 0; j <= b.length; j++) (rows[0] as number[])[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (rows[i]?.[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        d = Math.min(d, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      (rows[i] as number[])[j] = d;
    }
  }
  return rows[a.length]?.[b.length] ?? 0;
}
