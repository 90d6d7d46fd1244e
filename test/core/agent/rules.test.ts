import { describe, expect, it } from 'vitest';
import {
  BUILT_IN_RULES,
  builtInRules,
  compileRulePattern,
  parseRecording,
  parseRuleFile,
  RuleBook,
  type RuleFile,
  rehearse,
} from '../../../src/core/index.ts';

const problems = (value: unknown): readonly string[] => {
  const parsed = parseRuleFile(value);
  return 'problems' in parsed ? parsed.problems : [];
};
const file = (rules: unknown[], more: object = {}): unknown => ({ agent: 'claude', version: 1, rules, ...more });
const read = (value: unknown): RuleFile => {
  const parsed = parseRuleFile(value);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.rules;
};

describe('patterns', () => {
  it.each([
    '^✳ ',
    '^[⠁-⣿◐◓◑◒] ',
    '(?:Do you want|Would you like) to [^?]{1,300}\\?$',
    'a+b',
    '^(\\d+)\\.(\\d+)',
    '[)(*+]',
    '\\(a+\\)',
    '(?:ab){3}',
    '(?<name>x)y?',
    'x{2,3}',
  ])('%s is taken', (source) => {
    expect(compileRulePattern(source)).toBeInstanceOf(RegExp);
  });

  it.each([
    ['(a+)+$', 'repeats or chooses within'],
    ['(a|a)*$', 'repeats or chooses within'],
    ['((a{1,9})b?)+$', 'repeats or chooses within'],
    ['(?:(?:x*)y)*', 'repeats or chooses within'],
    ['.*.*.*x', 'repeats too much'],
    ['^(.{0,400})(.{0,400})(.{0,400})$', 'repeats too much'],
    ['(a)\\1', 'refers back'],
    ['(?<a>x)\\k<a>', 'refers back'],
    ['(', 'not a regular expression'],
    ['[z-a]', 'not a regular expression'],
    ['x'.repeat(401), 'longer than 400'],
  ])('%s is refused: %s', (source, why) => {
    expect(() => compileRulePattern(source)).toThrow(why);
  });
});

describe('files of rules', () => {
  it('of this version pass their own check', () => {
    for (const set of BUILT_IN_RULES) expect(problems(set), set.agent).toEqual([]);
    expect(builtInRules().agents).toEqual(['claude', 'codex', 'gemini', 'opencode', 'aider', 'shell', 'generic']);
  });

  it.each([
    [undefined, /^the file: /],
    [[], /^the file: /],
    [file([], { version: 2 }), /^version: must be 1/],
    [file([], { agent: 'Claude Code' }), /^agent: takes lower case letters/],
    [file([], { colour: 'red' }), /^the file: .*colour/],
    [file([{ id: 'a', state: 'thinking', when: { title: 'x' } }]), /^rules › 1 › state: /],
    [file([{ id: 'a', state: 'idle', when: {} }]), /^rules › 1 › when: needs a condition/],
    [file([{ id: 'a', state: 'idle', when: { title: 'x', tilte: 'x' } }]), /^rules › 1 › when: .*tilte/],
    [
      file([{ id: 'a', state: 'idle', when: { title: '(a+)+' } }]),
      /^rules › 1 › when › title: the pattern \(a\+\)\+ is refused/,
    ],
    [file([{ id: 'a', state: 'blocked', when: { quietMs: 10 } }]), /^rules › 1: a rule for blocked needs a dialog/],
    [
      file([
        { id: 'a', state: 'idle', when: { title: 'x' } },
        { id: 'a', state: 'idle', when: { title: 'y' } },
      ]),
      /^rules: two rules have the same id/,
    ],
    [file([{ id: 'a', state: 'idle', when: { rows: { last: 500 } } }]), /^rules › 1 › when › rows › last: /],
  ])('that are wrong are refused, with the place (%#)', (value, problem) => {
    const found = problems(value);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(problem);
  });

  it('change the rules of this version by id, add to them, or replace them', () => {
    const ids = (book: RuleBook) => book.get('claude')!.rules.map(({ id }) => id);
    const built = ids(builtInRules());
    const own = { id: 'mine', state: 'working', when: { title: '^mine' } };
    const prompt = { id: 'prompt', state: 'idle', when: { title: '^other' } };
    const changed = new RuleBook([read(file([own, prompt]))]);
    expect(ids(changed)).toEqual(['mine', ...built]);
    expect(changed.get('claude')!.rules.find(({ id }) => id === 'prompt')!.when).toEqual({ title: '^other' });
    expect(changed.get('claude')!.measured).toBe(builtInRules().get('claude')!.measured);
    expect(ids(new RuleBook([read(file([own], { replace: true }))]))).toEqual(['mine']);
    const added = new RuleBook([read({ ...(file([own]) as object), agent: 'mybot' })]);
    expect(added.agents).toContain('mybot');
    expect(added.rulesFor('mybot').rules.map(({ name }) => name)).toEqual(['mybot/mine']);
  });
});

describe('a rehearsal', () => {
  const cast = (...lines: unknown[]): string =>
    [{ version: 2, width: 80, height: 24 }, ...lines].map((line) => JSON.stringify(line)).join('\n');

  it('says what rules make of a recording, and when', () => {
    const recording = parseRecording(
      cast([0.5, 'o', '\u001b]0;⠂ x\u0007'], [1, 'r', '100x30'], [2, 'o', '\u001b]0;✳ x\u0007'], [9, 'm', 'end']),
    );
    const changes = rehearse(recording, builtInRules(), 'claude');
    expect(changes.map(({ atMs, decision }) => [Math.round(atMs / 100), decision.state, decision.rule])).toEqual([
      [5, 'working', 'claude/title-spins'],
      [70, 'done', 'claude/title-rests'],
    ]);
  });

  it.each([
    ['', 'its first line is no header'],
    ['{"version":1,"width":80,"height":24}', 'its first line is no header'],
    ['{"version":2}', 'its header has no size'],
    [cast([1, 'o']), 'line 2 is no event'],
    [cast([1, 'o', 'x'], 'y'), 'line 3 is no event'],
  ])('refuses what is no recording (%#)', (text, why) => {
    expect(() => parseRecording(text)).toThrow(why);
  });
});
