import type { z } from 'zod';
import { nearest } from '../../core/index.ts';
import { hasNoEffect } from './effects.ts';
import type { Written } from './interpolate.ts';
import { namesAt } from './schema.ts';
import { isSecret } from './secrets.ts';

export type Issue = z.core.$ZodIssue;

/** One thing that is wrong, in words. */
export interface Described {
  readonly at: readonly PropertyKey[];
  /** The name is meant, not its value. */
  readonly onKey: boolean;
  readonly path: string;
  readonly message: string;
  readonly remedy?: string;
}

/** @param written what stands in the file where values came from variables: those values are not repeated */
export function describe(issue: Issue, data: unknown, written: Written): Described[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ at: [...issue.path, key], onKey: true, path: '', ...unknownKey(issue, key) }));
  }
  const params = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as { remedy?: string; onKey?: boolean };
  const found = valueAt(data, issue.path);
  const shown = written.at(issue.path) ?? (isSecret(issue.path) ? undefined : JSON.stringify(found)?.slice(0, 80));
  const { message, remedy } =
    issue.code === 'custom'
      ? { message: issue.message, remedy: params.remedy }
      : wordsOf(issue, found, found === undefined ? 'nothing' : (shown ?? 'what it is'));
  const onKey = params.onKey ?? false;
  return [{ at: issue.path, onKey, path, message, ...(remedy === undefined ? {} : { remedy }) }];
}

export function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<PropertyKey, unknown>)[key];
  }, data);
}

/** More names than this help nobody. */
const NAMES_LISTED = 12;

function unknownKey(issue: Issue, key: string): { message: string; remedy: string } {
  const path = issue.path.map(String);
  const names = namesAt(path).filter((name) => !hasNoEffect([...path, name]));
  return {
    message: `${path.join('.') || 'the config'} has no key ${JSON.stringify(key)}`,
    remedy: meantBy(key, path, names),
  };
}

function meantBy(key: string, path: readonly string[], names: readonly string[]): string {
  if (key === 'privateKey') return 'no keys in here: identity names a file';
  const inTeam = path[0] === 'teams' && path.length === 2;
  if (inTeam && namesAt([...path, 'remoteOptions']).includes(key)) return 'it belongs under remoteOptions';
  const near = nearest(key, names);
  if (near) return `did you mean ${near}?`;
  return names.length > NAMES_LISTED ? 'iris-tui config schema has them all' : `it has ${names.join(', ')}`;
}

const KINDS: Readonly<Record<string, string>> = {
  boolean: 'true or false',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  object: 'a map of names to values',
  record: 'a map of names to values',
  array: 'a list',
};

function wordsOf(issue: Issue, found: unknown, shown: string): { message: string; remedy?: string | undefined } {
  switch (issue.code) {
    case 'invalid_type': {
      const yes = issue.expected === 'boolean' && /^(yes|on)$/i.test(String(found));
      const no = issue.expected === 'boolean' && /^(no|off)$/i.test(String(found));
      const remedy = yes ? 'write true' : no ? 'write false' : undefined;
      return { message: `must be ${KINDS[issue.expected] ?? issue.expected}, not ${shown}`, remedy };
    }
    case 'invalid_value': {
      const near = nearest(String(found), issue.values.map(String));
      const message = `must be one of ${issue.values.join(', ')}, not ${shown}`;
      return { message, remedy: near ? `did you mean ${near}?` : undefined };
    }
    case 'too_small':
      if (issue.origin === 'string') return { message: 'is empty' };
      return { message: `must be at least ${issue.minimum}, not ${shown}`, remedy: secondsMeant(issue, found) };
    case 'too_big':
      if (issue.origin === 'string') return { message: `is longer than ${issue.maximum} characters` };
      return { message: `must be at most ${issue.maximum}, not ${shown}` };
    case 'invalid_union':
      return { message: `may not be ${shown}`, remedy: choicesOf(issue) };
    default:
      return { message: issue.message };
  }
}

/** All times here are milliseconds; ssh, where some of the names come from, counts seconds. */
function secondsMeant(issue: Issue & { code: 'too_small' }, found: unknown): string | undefined {
  if (Number(issue.minimum) < 100 || typeof found !== 'number' || found <= 0) return undefined;
  return `times are milliseconds: ${found} seconds are ${found * 1000}`;
}

function choicesOf(issue: Issue & { code: 'invalid_union' }): string {
  const values = issue.errors.flat().flatMap((error) => (error.code === 'invalid_value' ? error.values : []));
  const kinds = issue.errors.flat().flatMap((error) => (error.code === 'invalid_type' ? [error.expected] : []));
  if (values.length === 0) return 'write text in quotes';
  return `it is one of ${[...(kinds.includes('boolean') ? ['true', 'false'] : []), ...values].join(', ')}`;
}
