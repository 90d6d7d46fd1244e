import { readFileSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { BUILT_IN_RULES, IrisError, parseRecording, type Recording, RuleBook, rehearse } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { reasonOf } from '../folders.ts';
import { loadRules, readRuleFile, rulesFolder } from '../rules.ts';
import type { VerbRun } from '../verbs/types.ts';
import { table } from './list.ts';
import { sizeOf } from './new.ts';

/** A recording is read whole; an hour of an agent has some 50 MB. */
const RECORDING_LIMIT_BYTES = 256 * 1024 * 1024;

export const runRulesList: VerbRun = async (context) => {
  const { files, problems } = await loadRules(rulesFolder(context.paths));
  const own = new Map(files.map(({ file, rules }) => [rules.agent, file]));
  const book = new RuleBook(files.map(({ rules }) => rules));
  const rows = book.agents.map((agent) => {
    const { measured, rules } = book.get(agent)!;
    return { agent, rules: rules.length, ...(measured === undefined ? {} : { measured }), file: own.get(agent) };
  });
  if (context.json) context.value({ folder: rulesFolder(context.paths), agents: rows, problems });
  else {
    const cells = rows.map(({ agent, rules, measured, file }) => [agent, `${rules}`, measured ?? '', file ?? '']);
    table(context, ['AGENT', 'RULES', 'MEASURED WITH', 'CHANGED BY'], cells);
    for (const problem of problems) context.line(problem);
  }
  return problems.length > 0 ? 1 : 0;
};

export const runRulesShow: VerbRun = async (context, { args }) => {
  const agent = args[0] as string;
  const { files } = await loadRules(rulesFolder(context.paths));
  const book = new RuleBook(files.map(({ rules }) => rules));
  const set = book.get(agent);
  if (!set)
    throw new IrisError('usage', `there are no rules for ${agent}`, {
      remedy: `there are for ${book.agents.join(', ')}`,
    });
  if (context.json) return void context.value(set);
  const { stringify } = await import('yaml');
  context.write(stringify(set, { lineWidth: 0 }));
};

export const runRulesTest: VerbRun = async (context, { args, options }) => {
  const { book, agent } = await rulesOf(args[0] as string, context);
  const recording = readRecording(resolve(context.env.cwd, args[1] as string));
  const size = options.size === undefined ? recording : sizeOf(options.size as string);
  const kind = (options.as as string | undefined) ?? agent;
  const changes = rehearse({ ...recording, cols: size.cols, rows: size.rows }, book, kind);
  if (context.json) {
    context.value(
      changes.map(({ atMs, kind, question, decision: { state, rule, on } }) => ({
        atMs,
        kind,
        state,
        rule,
        on,
        ...(question === undefined ? {} : { question }),
      })),
    );
    return;
  }
  const rows = changes.map(({ atMs, question, decision: { state, rule, on } }) => [
    (atMs / 1000).toFixed(2).padStart(7),
    state,
    rule,
    question ?? on.join(' | '),
  ]);
  table(context, ['SECONDS', 'STATE', 'RULE', 'ON'], rows);
  if (rows.length === 0 && context.env.stdoutIsTerminal) context.line('no rule matched anything');
};

/** Rules of a file; or, by the name of an agent, those that are in force. */
async function rulesOf(name: string, context: Context): Promise<{ book: RuleBook; agent: string }> {
  if (BUILT_IN_RULES.some(({ agent }) => agent === name)) {
    const { files } = await loadRules(rulesFolder(context.paths));
    return { book: new RuleBook(files.map(({ rules }) => rules)), agent: name };
  }
  const read = await readRuleFile(resolve(context.env.cwd, name));
  if ('rules' in read) return { book: new RuleBook([read.rules]), agent: read.rules.agent };
  const [first, ...others] = read.problems;
  throw new IrisError('failed', `${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}`);
}

function readRecording(file: string): Recording {
  let text: string;
  try {
    if (statSync(file).size > RECORDING_LIMIT_BYTES) {
      throw new IrisError('failed', `${file} is larger than ${RECORDING_LIMIT_BYTES / 1024 / 1024} MB`);
    }
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof IrisError) throw error;
    throw new IrisError('failed', `${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  try {
    return parseRecording(text);
  } catch (error) {
    const { code, message, remedy } = IrisError.from(error);
    throw new IrisError(code, `${basename(file)}: ${message}`, {
      cause: error,
      ...(remedy === undefined ? {} : { remedy }),
    });
  }
}
