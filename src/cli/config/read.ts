import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { IrisError } from '../../core/index.ts';
import { untilde } from '../paths.ts';
import { type Checked, check, convert } from './check.ts';
import { describe, valueAt } from './describe.ts';
import { hasNoEffect, idleKeys, ineffective } from './effects.ts';
import { hubSettingsOf } from './hub-schema.ts';
import { interpolate, type Path, Written } from './interpolate.ts';
import { type Document, offsetOf, offsetOfVariable } from './places.ts';
import { sshWords, type TeamEntry } from './team-schema.ts';
import { teamsOf } from './teams.ts';
import { type Config, DEFAULT_CONFIG, type Problem } from './types.ts';
import type { Variables } from './variables.ts';

/** Whose eyes a config is read with. */
export interface Scope {
  readonly vars: Variables;
  readonly home: string;
  /** A hub has the environment of whoever started it, and says so where a variable is missing. */
  readonly reader?: 'hub' | 'person';
  /** Knows what ssh takes. @throws IrisError */
  readonly ssh?: SshCheck;
}

export interface SshCheck {
  words(words: readonly string[]): unknown;
  options(words: readonly string[]): unknown;
}

export interface Reading {
  readonly config: Config;
  readonly problems: readonly Problem[];
  /** What is right of the file, in its own words, variables replaced; nothing where it can't be read at all. */
  readonly data: unknown;
  /** With defaults; absent where it can't be read at all. */
  readonly checked?: Checked;
  readonly written: Written;
  /** There is no error where it speaks of teams. */
  readonly intact: boolean;
}

/** Problems that are told of one file; the rest follow once these are mended. */
const PROBLEM_LIMIT = 50;

/**
 * The config in a text, with the default in place of everything that is wrong, and what is wrong. A team with an error in it is left out:
 * half of it could start something else somewhere else.
 */
export function readConfig(text: string, file: string, scope: Scope): Reading {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const problems: Problem[] = [];
  const tell = (
    offset: number | undefined,
    at: readonly PropertyKey[],
    problem: Omit<Problem, 'file' | 'line' | 'column' | 'section'>,
  ): void => {
    if (problems.length >= PROBLEM_LIMIT) return;
    const { line, col } = lines.linePos(offset ?? 0);
    problems.push({ file, line: Math.max(1, line), column: Math.max(1, col), ...sectionOf(at), ...problem });
  };
  const refuse = (offset: number, words: { message: string; remedy?: string }): Reading => {
    tell(offset, [], { severity: 'error', path: '', ...words });
    return { config: DEFAULT_CONFIG, problems, data: {}, written: new Written(), intact: false };
  };

  const broken = document.errors[0];
  if (broken) return refuse(broken.pos[0], yamlWords(broken));
  const plain = valuesOf(document);
  if (plain === TOO_MUCH) {
    return refuse(0, { message: 'its aliases (*name) grow without end', remedy: 'write out what they stand for' });
  }

  const badTeams = new Set<string>();
  let intact = true;
  const note = (path: readonly PropertyKey[]): void => {
    const [section, name] = path.map(String);
    if (path.length <= 1 || section === 'teams' || (section === 'settings' && TEAM_SETTINGS.has(name!))) intact = false;
    if (section === 'teams' && name !== undefined) badTeams.add(name);
  };
  const replaced = interpolate(plain, scope.vars, {
    skip: hasNoEffect,
    isLine,
    missing: (name) => missingRemedy(name, scope),
  });
  const { data, written } = replaced;
  for (const { path, name, ...words } of replaced.problems) {
    note(path);
    tell(offsetOfVariable(document, text, path, name), path, { severity: 'error', path: path.join('.'), ...words });
  }
  const checked = check(data, (issue) => {
    if (written.at(issue.path) !== undefined && convert(data, issue)) return 'mended';
    note(issue.path);
    for (const { at, onKey, ...words } of describe(issue, data, written)) {
      tell(offsetOf(document, at, onKey), at, { severity: 'error', ...words });
    }
    return 'wrong';
  });
  for (const [name, team] of Object.entries(checked.teams)) {
    if (badTeams.has(name)) continue;
    for (const { path, ...words } of sshProblems(name, team, scope.ssh)) {
      note(path);
      tell(offsetOf(document, path, false), path, { severity: 'error', path: path.join('.'), ...words });
    }
  }
  for (const name of badTeams) {
    delete checked.teams[name];
    delete (valueAt(data, ['teams']) as Record<string, unknown> | undefined)?.[name];
  }

  const notice = (path: string[], words: { message: string; remedy?: string }): void =>
    tell(offsetOf(document, path, true), path, { severity: 'notice', path: path.join('.'), ...words });
  for (const path of ineffective(plain)) notice(path, { message: 'has no effect yet' });
  for (const [name, team] of Object.entries(checked.teams)) {
    for (const { path, ...words } of idleKeys(team)) notice(['teams', name, ...path], words);
  }
  problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
  return { config: configOf(checked, file, scope), problems, data, checked, written, intact };
}

function sectionOf([section]: readonly PropertyKey[]): { section?: string } {
  return section === undefined ? {} : { section: String(section) };
}

function configOf({ settings, keys, theme, hub, teams }: Checked, file: string, { home }: Scope): Config {
  const known = Object.entries(settings).filter(
    ([name, value]) => value !== undefined && !hasNoEffect(['settings', name]),
  );
  return {
    settings: Object.fromEntries(known) as unknown as Config['settings'],
    keys,
    theme,
    hub: hubSettingsOf(hub, (path) => resolve(dirname(file), untilde(path, home))),
    teams: teamsOf(teams, { file, home, sessionInitTimeout: settings.sessionInitTimeout }),
  };
}

function sshProblems(name: string, team: TeamEntry, ssh: SshCheck | undefined) {
  const words = sshWords(team.remote);
  if (!ssh || !words) return [];
  const found: { path: string[]; message: string; remedy?: string }[] = [];
  const ask = (key: string[], check: () => unknown): void => {
    try {
      check();
    } catch (error) {
      const { message, remedy } = IrisError.from(error);
      found.push({ path: ['teams', name, ...key], message, ...(remedy === undefined ? {} : { remedy }) });
    }
  };
  ask(['remote'], () => ssh.words(words));
  ask(['remoteOptions', 'extraSshArgs'], () => ssh.options(team.remoteOptions?.extraSshArgs ?? []));
  return found;
}

/** The settings that a hub takes from its config while it runs. */
const TEAM_SETTINGS = new Set(['maxProcesses', 'idleTimeout', 'sessionInitTimeout', 'hooks', 'notify']);

/** Texts that are split into words. */
function isLine(path: Path): boolean {
  const [section, name, key] = path.map(String);
  if (path.length === 2) return section === 'settings' && name === 'defaultCommand';
  if (path.length === 3 && section === 'settings') return name === 'notify' && key === 'command';
  if (path.length === 3) return section === 'teams' && (key === 'remote' || key === 'command' || key === 'args');
  const last = String(path[3]);
  return (
    path.length === 4 && section === 'teams' && (last === 'extraSshArgs' || (key === 'notify' && last === 'command'))
  );
}

function missingRemedy(name: string, { reader }: Scope): string {
  const otherwise = `or write \${${name}:-default}`;
  if (reader !== 'hub') return `set it, ${otherwise}`;
  return `the hub has the environment it was started in: hub stop, set it, start again; ${otherwise}`;
}

const TOO_MUCH = Symbol('aliases without end');

/** What the document says, as plain values. A section or a team without content, whose lines are all comments, is an empty one. */
function valuesOf(document: Document): unknown {
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: 100 }) ?? {};
  } catch {
    return TOO_MUCH;
  }
  for (const path of [['settings'], ['theme'], ['hub'], ['keys', 'root'], ['keys', 'prefix'], ['keys'], ['teams']]) {
    const parent = valueAt(data, path.slice(0, -1));
    const last = path.at(-1)!;
    if (isRecord(parent) && parent[last] === null) delete parent[last];
  }
  const teams = valueAt(data, ['teams']);
  if (isRecord(teams)) for (const name of Object.keys(teams)) if (teams[name] === null) teams[name] = {};
  return data;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** The parser's message without its code, and what is usually the reason. */
function yamlWords(error: { code: string; message: string }): { message: string; remedy: string } {
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
