import type { NoticeRules, Team, TeamConfig } from '../../core/index.ts';

/** What the config says, checked and complete. Nothing here loads a parser: without a config file the defaults are taken as they stand. */
export interface Config {
  readonly settings: Settings;
  readonly keys: KeyTables;
  readonly theme: Theme;
  readonly hub: HubSettings;
  /** Those without an error, in the order of the file. */
  readonly teams: readonly Team[];
}

/** How the hub serves other machines; read when it starts. */
export interface HubSettings {
  /** HOST:PORT; absent: this machine only. */
  readonly listen?: string;
  /** Files, absolute. */
  readonly cert?: string;
  readonly key?: string;
  /** Names and addresses by which it is reached. */
  readonly names?: readonly string[];
  /** Without TLS, on loopback. */
  readonly insecure?: boolean;
  /** What others call it. */
  readonly name?: string;
}

export interface Settings {
  /** tmux name of the key before the others. */
  readonly prefix: string;
  /** After a repeatable key, how long the next works without the prefix; 0: never. */
  readonly repeatTimeMs: number;
  /** After a lone ESC byte, how long we wait for the rest of a sequence before it is the Escape key. */
  readonly escapeTimeMs: number;
  readonly mouse: boolean;
  /** Program of a new shell; absent: $SHELL. */
  readonly shell?: string;
  /** What a new session runs when nothing is named; absent: the shell. */
  readonly defaultCommand?: readonly string[];
  /** Lines that the hub keeps for each session. */
  readonly scrollbackLines: number;
  readonly borders: BorderStyle;
  /** What becomes of a program's wish to set the clipboard (OSC 52). Reading it is never allowed. */
  readonly clipboard: ClipboardRule;
  /** Are typed characters shown before their echo comes? */
  readonly predict: PredictRule;
  /** Sessions of teams that run at once; 0: no bound. */
  readonly maxProcesses: number;
  /** Milliseconds after which a team's idle session that nobody uses is ended; 0: never. */
  readonly idleTimeout: number;
  /** May agents be given hooks, where neither the session nor its team says otherwise? */
  readonly hooks: boolean;
  /** Absent: `DEFAULT_NOTICES`. */
  readonly notify?: NoticeRules;
  /** Milliseconds within which the process of a team has to run, where the team says nothing of its own. */
  readonly sessionInitTimeout?: number;
}

export const BORDER_STYLES = ['rounded', 'single', 'ascii'] as const;
export type BorderStyle = (typeof BORDER_STYLES)[number];
export const CLIPBOARD_RULES = ['ask', 'on', 'off'] as const;
export type ClipboardRule = (typeof CLIPBOARD_RULES)[number];
export const PREDICT_RULES = ['auto', 'always', 'never'] as const;
export type PredictRule = (typeof PREDICT_RULES)[number];

/** Key name → command line; null: unbound. On top of the built-in tables. */
export type Bindings = Readonly<Record<string, string | null>>;
export interface KeyTables {
  /** After the prefix. */
  readonly prefix: Bindings;
  /** Without it. */
  readonly root: Bindings;
}

/** Colours as Ink takes them: a name, `#rrggbb`, `ansi256(n)`. */
export interface Theme {
  readonly accent: string;
}

/** Where something is wrong in the config file, and what. */
export interface Problem {
  readonly file: string;
  /** From 1; absent when the whole file is meant. */
  readonly line?: number;
  readonly column?: number;
  /** `error`: the default is taken instead. `warning`: it works, and is dangerous. `notice`: accepted, and without effect. */
  readonly severity: 'error' | 'warning' | 'notice';
  /** First word of where it stands: `settings`, `teams`; absent when the whole file is meant. */
  readonly section?: string;
  /** `settings.prefix` */
  readonly path: string;
  readonly message: string;
  /** What was probably meant, or what to write. */
  readonly remedy?: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly problems: readonly Problem[];
  readonly file: string;
  readonly exists: boolean;
  /** There is no error where it speaks of teams: what it says of them can be taken whole. */
  readonly intact: boolean;
}

export const DEFAULT_CONFIG: Config = {
  settings: {
    prefix: 'C-b',
    repeatTimeMs: 500,
    escapeTimeMs: 25,
    mouse: true,
    scrollbackLines: 10_000,
    borders: 'rounded',
    clipboard: 'ask',
    predict: 'auto',
    maxProcesses: 0,
    idleTimeout: 0,
    hooks: false,
  },
  keys: { prefix: {}, root: {} },
  theme: { accent: 'cyan' },
  hub: {},
  teams: [],
};

/** What a hub is told of its config. `problems`: what is wrong with it now, as lines. */
export function teamConfigOf({ settings, teams }: Config, problems: readonly string[]): TeamConfig {
  const { maxProcesses, idleTimeout: idleTimeoutMs, hooks, notify } = settings;
  return { teams, maxProcesses, idleTimeoutMs, hooks, ...(notify === undefined ? {} : { notify }), problems };
}

/** One line, as compilers write it: file:line:column: what (what to do). */
export function problemLine(problem: Problem): string {
  const { file, line, column, path, message, remedy } = problem;
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`;
  const what = path ? `${path}: ${message}` : message;
  return `${place}: ${what}${remedy ? ` (${remedy})` : ''}`;
}
