import type { Context } from '../context.ts';

/** What a shell may offer for a word: names known at run time, or a fixed list. */
export type Completion =
  | 'session'
  | 'workspace'
  | 'team'
  | 'hub'
  | 'agent'
  | 'command'
  | 'file'
  | 'folder'
  | readonly string[];

export interface VerbArgument {
  /** As it stands in the usage line: SESSION, TEXT. */
  readonly name: string;
  readonly summary: string;
  readonly optional?: true;
  /** Takes all words that remain. */
  readonly rest?: true;
  readonly complete?: Completion;
}

export interface VerbOption {
  /** As commander reads it: `-n, --name <NAME>`. `[X]` in place of `<X>`: the value may be left out. */
  readonly flags: string;
  readonly summary: string;
  readonly complete?: Completion;
  /** May be given several times: its value is a list. */
  readonly many?: true;
  /** Only these values; also what completion offers. */
  readonly choices?: readonly string[];
  /** Understood, not shown: what tmux has and what has no meaning here. */
  readonly hidden?: true;
}

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface VerbInput {
  /** One for each argument of the table, in order; a `rest` argument gives an array. */
  readonly args: readonly (string | readonly string[] | undefined)[];
  readonly options: OptionValues;
  /** The whole table, for those that speak of it. */
  readonly verbs: readonly Verb[];
}

/** Does what the verb says and gives the exit code; nothing means 0. Failures are thrown as IrisError. */
export type VerbRun = (context: Context, input: VerbInput) => Promise<number | undefined> | Promise<void>;

export type VerbGroup = 'sessions' | 'teams' | 'hub' | 'setup' | 'tmux';

/** One verb of the command line. The parser, `--help`, the completions and docs/cli.md are made from this. */
export interface Verb {
  /** One word, or two: `hub start`. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly group: VerbGroup;
  readonly summary: string;
  /** Paragraphs. */
  readonly description?: readonly string[];
  readonly args?: readonly VerbArgument[];
  readonly options?: readonly VerbOption[];
  /** Everything after the first argument belongs to it, options too: a command line to run, words to type. */
  readonly passThrough?: true;
  /** Command line, and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  readonly load: () => Promise<VerbRun>;
}

export const SESSION: VerbArgument = {
  name: 'SESSION',
  summary: 'a name, an id, or the beginning of one that fits no other',
  complete: 'session',
};

export const JSON_OPTION: VerbOption = { flags: '--json', summary: 'print JSON; a failure too, on standard error' };
export const HUB_OPTION: VerbOption = {
  flags: '--hub <NAME|URL>',
  summary:
    "the hub to speak to: local, a hub this device was paired with, ssh://USER@HOST:PORT, a team on another machine, wss://HOST:PORT with IRIS_TOKEN, or the path of a hub's socket",
  complete: 'hub',
};
/** Beside `--hub` on every verb that has it. */
export const FAR_OPTIONS: readonly VerbOption[] = [
  { flags: '--fingerprint <FP>', summary: 'the certificate of --hub wss://…, as hub status prints it', hidden: true },
  { flags: '--insecure', summary: 'let --hub be ws://, to this machine alone', hidden: true },
];
export const TMUX_TARGET: VerbOption = {
  flags: '-t, --target <SESSION>',
  summary: 'the session, as in tmux',
  complete: 'session',
};

/** `-n, --name <NAME>` → -n, --name. */
export function flagNames(flags: string): string[] {
  return flags.split(/[ ,]+/).filter((part) => part.startsWith('-'));
}
