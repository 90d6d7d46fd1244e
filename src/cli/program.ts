import { Command, CommanderError, Option } from 'commander';
import { IrisError, nearest } from '../core/index.ts';
import { makeContext } from './context.ts';
import type { Environment } from './environment.ts';
import { groupHelp, topHelp, verbHelp } from './help.ts';

import {
  FAR_OPTIONS,
  flagNames,
  HUB_OPTION,
  type OptionValues,
  type Verb,
  type VerbOption,
  verbs,
} from './verbs/index.ts';
import { VERSION } from './version.ts';

/** Runs one verb to its end and gives the exit code. Failures are thrown as IrisError. */
export async function runProgram(env: Environment, argv: readonly string[]): Promise<number> {
  const { words, leading } = hoistOptions(argv);
  const [first, second] = words;
  const print = (text: string): number => {
    process.stdout.write(text);
    return 0;
  };
  const width = helpWidth();
  if (first === undefined) return openWithoutVerb(env, leading);
  if (first === '--version' || first === '-V' || first === '-v') return print(`iris-tui ${VERSION}\n`);
  if (first === '--help' || first === '-h') return print(topHelp(width));
  if (first === 'help') return print(helpOf(words.slice(1), width));
  if (first.startsWith('-')) throw unknownOption(first);
  const verb = findVerb(first, second);
  if (verb) return runVerb(env, verb, [...leading, ...words.slice(verb.name.includes(' ') ? 2 : 1)], width);
  if (isGroup(first)) {
    if (second === '--help' || second === '-h') return print(groupHelp(first, width));
    throw unknownInGroup(first, second);
  }
  throw unknownVerb(first);
}

/** The verb of one or two words; an alias of a two-word verb stands in the second place. */
export function findVerb(first: string, second: string | undefined): Verb | undefined {
  return verbs.find((verb) => {
    const [a, b] = verb.name.split(' ');
    if (b === undefined) return a === first || verb.aliases?.includes(first) === true;
    return a === first && second !== undefined && (b === second || verb.aliases?.includes(second) === true);
  });
}

async function runVerb(env: Environment, verb: Verb, argv: readonly string[], width: number): Promise<number> {
  if (asksForHelp(argv, verb)) {
    process.stdout.write(verbHelp(verb, width));
    return 0;
  }
  const command = commandOf(verb);
  try {
    command.parse([...argv], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) throw usageError(error, verb);
    throw error;
  }
  const options = command.opts<OptionValues>();
  const context = makeContext(env, {
    json: options.json === true,
    hub: typeof options.hub === 'string' ? options.hub : undefined,
    fingerprint: typeof options.fingerprint === 'string' ? options.fingerprint : undefined,
    insecure: options.insecure === true,
  });
  const run = await verb.load();
  return (await run(context, { args: command.processedArgs, options, verbs })) ?? 0;
}

/** commander reads the words; what it says and shows is ours. */
function commandOf(verb: Verb): Command {
  const command = new Command(verb.name)
    .exitOverride()
    .helpOption(false)
    .allowExcessArguments(false)
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .action(() => {});
  if (verb.passThrough) command.passThroughOptions();
  for (const argument of verb.args ?? []) {
    const name = argument.rest ? `${argument.name}...` : argument.name;
    command.argument(argument.optional ? `[${name}]` : `<${name}>`);
  }
  for (const option of optionsOf(verb)) {
    const made = new Option(option.flags);
    if (option.choices) made.choices(option.choices);
    if (option.many) made.argParser((value: string, before: readonly string[] = []) => [...before, value]);
    command.addOption(made);
  }
  return command;
}

function optionsOf(verb: Verb): readonly VerbOption[] {
  const own = verb.options ?? [];
  const more = FAR_OPTIONS.filter(({ flags }) => !own.some((one) => one.flags === flags));
  return own.includes(HUB_OPTION) ? [...own, ...more] : own;
}

/** Does --help stand where an option of ours may stand? */
function asksForHelp(argv: readonly string[], verb: Verb): boolean {
  for (const word of argv) {
    if (word === '--') return false;
    if (word === '--help' || word === '-h') return true;
    if (verb.passThrough && !word.startsWith('-') && !takesValue(verb, argv[argv.indexOf(word) - 1])) return false;
  }
  return false;
}

function takesValue(verb: Verb, word: string | undefined): boolean {
  return word !== undefined && optionsOf(verb).some((o) => o.flags.includes('<') && flagNames(o.flags).includes(word));
}

/** --json, --hub and what goes with it may stand before the verb too. */
function hoistOptions(argv: readonly string[]): { words: readonly string[]; leading: readonly string[] } {
  let at = 0;
  const leading: string[] = [];
  while (at < argv.length) {
    const word = argv[at]!;
    if (word === '--json' || word === '--insecure' || /^--(hub|fingerprint)=/.test(word)) leading.push(word);
    else if (/^--(hub|fingerprint)$/.test(word) && argv[at + 1] !== undefined) leading.push(word, argv[++at]!);
    else break;
    at += 1;
  }
  return { words: argv.slice(at), leading };
}

async function openWithoutVerb(env: Environment, leading: readonly string[]): Promise<number> {
  return runVerb(
    env,
    findVerb('attach', undefined)!,
    leading.filter((word) => word !== '--json'),
    80,
  );
}

function helpOf(words: readonly string[], width: number): string {
  const [first, second] = words;
  if (first === undefined) return topHelp(width);
  const verb = findVerb(first, second);
  if (verb) return verbHelp(verb, width);
  if (isGroup(first) && second === undefined) return groupHelp(first, width);
  throw isGroup(first) ? unknownInGroup(first, second) : unknownVerb(first);
}

function isGroup(word: string): boolean {
  return verbs.some((verb) => verb.name.startsWith(`${word} `));
}

function unknownVerb(word: string): IrisError {
  const names = verbs.flatMap((verb) => [
    verb.name.split(' ')[0]!,
    ...(verb.name.includes(' ') ? [] : (verb.aliases ?? [])),
  ]);
  const near = nearest(word, names);
  return new IrisError('usage', `there is no command ${word}`, {
    remedy: near ? `did you mean ${near}?` : 'iris-tui --help lists them all',
  });
}

function unknownInGroup(group: string, word: string | undefined): IrisError {
  const names = verbs.filter((v) => v.name.startsWith(`${group} `)).map((v) => v.name.slice(group.length + 1));
  const list = `it is one of ${names.join(', ')}`;
  if (word === undefined) return new IrisError('usage', `${group} needs a command`, { remedy: list });
  const near = nearest(word, names);
  return new IrisError('usage', `there is no command ${group} ${word}`, {
    remedy: near ? `did you mean ${group} ${near}?` : list,
  });
}

function unknownOption(word: string): IrisError {
  const near = nearest(word, ['--help', '--version', '--hub', '--json']);
  return new IrisError('usage', `there is no option ${word}`, {
    remedy: near ? `did you mean ${near}?` : 'see iris-tui --help',
  });
}

/** commander's message without its prefix, on one line, with where to look. */
function usageError(error: CommanderError, verb: Verb): IrisError {
  const [message, hint] = error.message.replace(/^error: /, '').split('\n');
  const meant = hint?.match(/\(Did you mean (.*)\?\)/)?.[1];
  const text = error.code === 'commander.excessArguments' ? 'too many arguments' : (message ?? 'wrong usage');
  const choice = /^option '(?:-\w, )?(--[\w-]+).*' argument '(.*)' is invalid\. Allowed choices are (.*)\.$/.exec(text);
  if (choice) {
    const [, name, given = '', choices = ''] = choice;
    const near = nearest(given, choices.split(', '));
    return new IrisError('usage', `${verb.name}: ${name} takes one of ${choices}, not ${given}`, {
      ...(near ? { remedy: `did you mean ${near}?` } : {}),
    });
  }
  return new IrisError('usage', `${verb.name}: ${text.replace(/\.$/, '')}`, {
    remedy: meant ? `did you mean ${meant}?` : `see iris-tui ${verb.name} --help`,
  });
}

function helpWidth(): number {
  const columns = process.stdout.columns ?? 80;
  return Math.max(40, Math.min(columns, 100));
}
