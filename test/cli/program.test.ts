import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { completionVerbs } from '../../src/cli/completion/words.ts';
import { groupHelp, topHelp, verbHelp } from '../../src/cli/help.ts';
import { findVerb } from '../../src/cli/program.ts';
import { readScreenArguments } from '../../src/cli/screen-arguments.ts';
import { flagNames, verbs } from '../../src/cli/verbs/index.ts';
import { ERROR_CODES } from '../../src/core/index.ts';
import { cliReference } from './cli-reference.ts';

const docs = (name: string): string => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));

describe('the table of verbs', () => {
  it('finds each verb by its name and by its aliases, and by one of them only', () => {
    const names = verbs.flatMap((verb) => {
      const group = verb.name.includes(' ') ? `${verb.name.split(' ')[0]} ` : '';
      return [verb.name, ...(verb.aliases ?? []).map((alias) => group + alias)];
    });
    expect(new Set(names).size).toBe(names.length);
    for (const verb of verbs) {
      const [first, second] = verb.name.split(' ') as [string, string?];
      expect(findVerb(first, second)).toBe(verb);
    }
  });

  it('loads something to run for each verb', async () => {
    for (const verb of verbs) expect(await verb.load(), verb.name).toBeTypeOf('function');
  });

  it('has an example of each verb, which names it', () => {
    for (const verb of verbs) {
      expect(verb.examples.length, verb.name).toBeGreaterThan(0);
      for (const [line] of verb.examples) expect(line, verb.name).toContain(`iris-tui ${verb.name.split(' ')[0]}`);
    }
  });

  it('is what docs/cli.md says (update it with: vitest run test/cli -u)', async () => {
    const intro = readFileSync(docs('cli.md'), 'utf8').split('\n## ', 1)[0];
    await expect(`${intro}\n${cliReference()}`).toMatchFileSnapshot(docs('cli.md'));
  });
});

describe('help', () => {
  it('names every verb and fits the terminal', () => {
    for (const width of [40, 80, 100]) {
      const pages = [topHelp(width), groupHelp('hub', width), ...verbs.map((verb) => verbHelp(verb, width))];
      for (const line of pages.join('').split('\n')) {
        // Command lines are not broken: they are there to be copied.
        if (!/iris-tui|^ {9}\S+$|^ {7}-/.test(line)) expect(line.length, line).toBeLessThanOrEqual(width);
      }
    }
    for (const verb of verbs) expect(topHelp(80)).toContain(`  ${verb.name}`);
  });

  it('of a verb has its options, arguments and examples', () => {
    for (const verb of verbs) {
      const page = verbHelp(verb, 80);
      for (const option of verb.options ?? []) {
        for (const name of flagNames(option.flags)) {
          if (!option.hidden) expect(page, verb.name).toContain(name);
        }
      }
      for (const argument of verb.args ?? []) expect(page).toContain(argument.name);
      for (const [line] of verb.examples) expect(page).toContain(line);
    }
  });
});

describe('the short way to the screen', () => {
  it('is taken for the plain forms alone; the parser answers everything else', () => {
    expect(readScreenArguments([])).toEqual({ readOnly: false });
    expect(readScreenArguments(['attach'])).toEqual({ readOnly: false });
    expect(readScreenArguments(['attach', 'api', '--read-only'])).toEqual({ session: 'api', readOnly: true });
    expect(readScreenArguments(['attach-session', '-t', '=api:0.1'])).toEqual({ session: 'api', readOnly: false });
    for (const argv of [
      ['ls'],
      ['--help'],
      ['attach', '--help'],
      ['attach', 'a', 'b'],
      ['attach', '-t'],
      ['attach', '--hub', 'x'],
      ['attach', '-t', '-x'],
      [''],
    ]) {
      expect(readScreenArguments(argv), argv.join(' ')).toBeUndefined();
    }
  });
});

describe('completion', () => {
  it('knows every verb, alias and option that is not hidden', () => {
    const list = completionVerbs(verbs);
    for (const verb of verbs) {
      const options = list.find((v) => v.name === verb.name)?.options.flatMap((o) => o.names);
      for (const option of verb.options ?? []) {
        if (!option.hidden) expect(options).toEqual(expect.arrayContaining(flagNames(option.flags)));
      }
    }
  });
});

describe('docs/errors.md', () => {
  it('says every code and its exit code', () => {
    const text = readFileSync(docs('errors.md'), 'utf8');
    for (const [code, exit] of Object.entries(ERROR_CODES))
      expect(text).toMatch(new RegExp(`^\\| \`${code}\` \\| ${exit} \\|`, 'm'));
  });
});
