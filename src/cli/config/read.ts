import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { nearest } from '../../core/index.ts';
import { configSchema, hasNoEffect, namesAt } from './schema.ts';
import { type Config, DEFAULT_CONFIG, type Problem } from './types.ts';

type Document = ReturnType<typeof parseDocument>;
type Issue = z.core.$ZodIssue;

/** Problems that are told of one file; the rest follow once these are mended. */
const PROBLEM_LIMIT = 50;

/** The config in a text, with the default in place of everything that is wrong, and what is wrong. */
export function readConfig(text: string, file: string): { config: Config; problems: Problem[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number | undefined): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = document.errors[0];
  if (broken) {
    const problem: Problem = { file, ...at(broken.pos[0]), severity: 'error', path: '', ...yamlWords(broken) };
    return { config: DEFAULT_CONFIG, problems: [problem] };
  }
  const problems: Problem[] = [];
  const data = valuesOf(document);
  if (data === TOO_MUCH) {
    const words = { message: 'its aliases (*name) grow without end', remedy: 'write out what they stand for' };
    return { config: DEFAULT_CONFIG, problems: [{ file, line: 1, column: 1, severity: 'error', path: '', ...words }] };
  }
  const config = checked(data, (issue) => {
    for (const problem of describe(issue, data)) {
      if (problems.length < PROBLEM_LIMIT) {
        problems.push({
          file,
          ...at(offsetOf(document, problem.at, problem.onKey)),
          severity: 'error',
          ...problem.words,
        });
      }
    }
  });
  for (const path of ineffective(valuesOf(document))) {
    const message = 'has no effect yet';
    problems.push({ file, ...at(offsetOf(document, path, true)), severity: 'notice', path: path.join('.'), message });
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return { config, problems };
}

const TOO_MUCH = Symbol('aliases without end');

/** What the document says, as plain values. A section without content, whose lines are all comments, is as good as none. */
function valuesOf(document: Document): unknown {
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return TOO_MUCH;
  }
  for (const path of [['settings'], ['theme'], ['keys', 'root'], ['keys', 'prefix'], ['keys']]) {
    const parent = valueAt(data, path.slice(0, -1));
    const last = path.at(-1)!;
    if (isRecord(parent) && parent[last] === null) delete parent[last];
  }
  return data;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Checks, takes out of `data` what is wrong, and checks again until the rest is right. */
function checked(data: unknown, onIssue: (issue: Issue) => void): Config {
  // Each round takes something out, or ends.
  for (;;) {
    const result = configSchema.safeParse(data);
    if (result.success) {
      const { settings, keys, theme } = result.data;
      return { settings: ownSettings(settings), keys, theme };
    }
    for (const issue of result.error.issues) onIssue(issue);
    if (!result.error.issues.map((issue) => takeOut(data, issue)).some(Boolean)) return DEFAULT_CONFIG;
  }
}

function ownSettings(settings: z.infer<typeof configSchema>['settings']): Config['settings'] {
  const known = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && !hasNoEffect(['settings', name]),
  );
  return Object.fromEntries(known) as unknown as Config['settings'];
}

/** Removes what an issue is about; false when there is nothing to remove. */
function takeOut(data: unknown, issue: Issue): boolean {
  if (issue.code === 'unrecognized_keys') {
    const parent = valueAt(data, issue.path) as Record<string, unknown> | undefined;
    for (const key of issue.keys) delete parent?.[key];
    return parent !== undefined;
  }
  const last = issue.path.at(-1);
  const parent = valueAt(data, issue.path.slice(0, -1));
  if (last === undefined || typeof parent !== 'object' || parent === null || !(last in parent)) return false;
  delete (parent as Record<PropertyKey, unknown>)[last];
  return true;
}

function valueAt(data: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], data);
}

interface Described {
  readonly at: readonly PropertyKey[];
  readonly onKey: boolean;
  readonly words: { readonly path: string; readonly message: string; readonly remedy?: string };
}

function describe(issue: Issue, data: unknown): Described[] {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = nearest(key, namesAt(issue.path));
      const names = namesAt(issue.path).filter((name) => !hasNoEffect([...issue.path.map(String), name]));
      const message = `${path || 'the config'} has no key ${JSON.stringify(key)}`;
      const remedy = near ? `did you mean ${near}?` : `it has ${names.join(', ')}`;
      return { at: [...issue.path, key], onKey: true, words: { path: '', message, remedy } };
    });
  }
  const found = valueAt(data, issue.path);
  const { remedy, onKey } = (issue.code === 'custom' ? (issue.params ?? {}) : {}) as {
    remedy?: string;
    onKey?: boolean;
  };
  const words = issue.code === 'custom' ? { message: issue.message, remedy } : wordsOf(issue, found);
  return [
    {
      at: issue.path,
      onKey: onKey ?? false,
      words: { path, message: words.message, ...(words.remedy === undefined ? {} : { remedy: words.remedy }) },
    },
  ];
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

function wordsOf(issue: Issue, found: unknown): { message: string; remedy?: string | undefined } {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found)?.slice(0, 80);
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
      return { message: issue.origin === 'string' ? 'is empty' : `must be at least ${issue.minimum}, not ${shown}` };
    case 'too_big':
      return { message: `must be at most ${issue.maximum}, not ${shown}` };
    case 'invalid_union':
      return { message: `may not be ${shown}`, remedy: 'write text in quotes' };
    default:
      return { message: issue.message };
  }
}

/** Where a value, or the name before it, stands in the text. */
function offsetOf(document: Document, path: readonly PropertyKey[], onKey: boolean): number | undefined {
  const last = path.at(-1);
  const parent = path.length <= 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (last !== undefined && isMap(parent)) {
    const pair = parent.items.find(
      (item) => String(isScalar(item.key) ? (item.key.value ?? '') : item.key) === String(last),
    );
    const node = (onKey ? pair?.key : (pair?.value ?? pair?.key)) as { range?: readonly number[] } | null | undefined;
    if (node?.range) return node.range[0];
  }
  const node = document.getIn(path, true) as { range?: readonly number[] } | undefined;
  return node?.range?.[0] ?? (path.length > 0 ? offsetOf(document, path.slice(0, -1), true) : 0);
}

function ineffective(data: unknown): string[][] {
  if (!isRecord(data)) return [];
  const settings = isRecord(data.settings) ? Object.keys(data.settings) : [];
  return [...Object.keys(data).map((key) => [key]), ...settings.map((key) => ['settings', key])].filter(hasNoEffect);
}

/** The parser's message without its code, and what is usually the reason. */
function yamlWords(error: { code: string; message: string }): { message: string; remedy?: string } {
  const message = `this is not YAML: ${error.message.split('\n')[0]?.replace(/[.:]$/, '')}`;
  switch (error.code) {
    case 'DUPLICATE_KEY':
      return { message: 'the same name stands here a second time', remedy: 'leave one of them out' };
    case 'TAB_AS_INDENT':
      return { message: 'a tab stands where YAML wants blanks', remedy: 'indent with blanks' };
    case 'BAD_INDENT':
      return { message, remedy: 'names of one map stand in one column' };
    default:
      return { message, remedy: 'put text with special characters in quotes' };
  }
}
