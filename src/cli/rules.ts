import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseRuleFile, type RuleFile } from '../core/index.ts';
import { reasonOf } from './folders.ts';
import type { Paths } from './paths.ts';

/** A file of rules is written by hand; what is larger is something else. */
const FILE_LIMIT_BYTES = 256 * 1024;
/** Files that are read; the rest is named as a problem. */
const FILES_LIMIT = 100;

export interface LoadedRules {
  readonly files: readonly { readonly file: string; readonly rules: RuleFile }[];
  /** One line each, beginning with the file. What is wrong is left out: the rules of this version stand in. */
  readonly problems: readonly string[];
}

/** Where a user keeps rules of their own: `rules` beside the config file. */
export function rulesFolder(paths: Pick<Paths, 'configFile'>): string {
  return join(dirname(paths.configFile), 'rules');
}

/** Every `*.yaml` of the folder, by name. Never fails; without the folder there are none. */
export async function loadRules(folder: string): Promise<LoadedRules> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && !name.startsWith('.'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { files: [], problems: [] };
    return { files: [], problems: [`${folder}: cannot be read: ${reasonOf(error)}`] };
  }
  const files: { file: string; rules: RuleFile }[] = [];
  const problems: string[] = [];
  for (const name of names.sort().slice(0, FILES_LIMIT)) {
    const file = join(folder, name);
    const read = await readRuleFile(file);
    if ('problems' in read) problems.push(...read.problems);
    else if (files.some((other) => other.rules.agent === read.rules.agent)) {
      problems.push(`${file}: another file has rules for ${read.rules.agent} already`);
    } else files.push({ file, rules: read.rules });
  }
  if (names.length > FILES_LIMIT) problems.push(`${folder}: more than ${FILES_LIMIT} files: the rest is not read`);
  return { files, problems };
}

/** One file of rules, or what is wrong with it, one line a problem. The parser is loaded only when there is a file. */
export async function readRuleFile(
  file: string,
): Promise<{ readonly rules: RuleFile } | { readonly problems: readonly string[] }> {
  const wrong = (message: string) => ({ problems: [`${file}: ${message}`] });
  let text: string;
  try {
    if (statSync(file).size > FILE_LIMIT_BYTES) return wrong(`is larger than ${FILE_LIMIT_BYTES / 1024} KB`);
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return wrong(`cannot be read: ${reasonOf(error)}`);
  }
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) return wrong(`line ${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    return wrong('its aliases (*name) grow without end');
  }
  const parsed = parseRuleFile(value);
  return 'rules' in parsed ? parsed : { problems: parsed.problems.map((problem) => `${file}: ${problem}`) };
}
