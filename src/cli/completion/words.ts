import { type Completion, flagNames, type Verb } from '../verbs/types.ts';

/** What a shell offers, as plain words: made from the table of verbs, so that it never falls behind. */
export interface CompletionVerb {
  /** `hub start` */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly CompletionOption[];
  readonly args: readonly { readonly complete: Completion | undefined; readonly rest: boolean }[];
}

export interface CompletionOption {
  readonly names: readonly string[];
  readonly summary: string;
  readonly takesValue: boolean;
  readonly complete: Completion | undefined;
}

export function completionVerbs(verbs: readonly Verb[]): CompletionVerb[] {
  return verbs.flatMap((verb) => {
    const group = verb.name.includes(' ') ? `${verb.name.split(' ')[0]} ` : '';
    return [verb.name, ...(verb.aliases ?? []).map((alias) => group + alias)].map((name) => ({
      name,
      summary: verb.summary,
      options: optionsOf(verb),
      args: (verb.args ?? []).map((arg) => ({ complete: arg.complete, rest: arg.rest === true })),
    }));
  });
}

function optionsOf(verb: Verb): CompletionOption[] {
  return (verb.options ?? [])
    .filter((option) => !option.hidden)
    .map((option) => ({
      names: flagNames(option.flags),
      summary: option.summary,
      takesValue: option.flags.includes('<'),
      complete: option.choices ?? option.complete,
    }));
}

/** First words: verbs of one word, and the groups. */
export function firstWords(list: readonly CompletionVerb[]): { name: string; summary: string }[] {
  const out = new Map<string, string>();
  for (const { name, summary } of list) {
    const [first, second] = name.split(' ') as [string, string?];
    if (!out.has(first)) out.set(first, second === undefined ? summary : (GROUP_SUMMARIES[first] ?? first));
  }
  return [...out].map(([name, summary]) => ({ name, summary }));
}

export const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  hub: 'start, stop or ask the hub',
  hubs: 'the hubs this device was paired with',
  workspace: 'keep and take layouts',
  config: 'look at the config',
  rules: 'look at the rules for agent states',
};

/** The command that prints what may stand there; undefined for what a shell knows itself. */
export function namesCommand(complete: Completion | undefined): string | undefined {
  if (complete === 'session') return 'iris-tui ls --names';
  if (complete === 'team') return 'iris-tui teams --names';
  if (complete === 'hub') return 'iris-tui hubs list --names';
  if (complete === 'workspace') return 'iris-tui workspace list --names';
  return undefined;
}

/** For single quotes of any of the three shells. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
