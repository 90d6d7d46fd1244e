import { JSON_OPTION, type Verb } from './types.ts';

/** Rules that say what agents look like in each state. */
export const ruleVerbs: readonly Verb[] = [
  {
    name: 'rules list',
    group: 'setup',
    summary: 'list the agents whose state is known by rules',
    description: [
      'Reads the rules of this version and the files in rules/ beside the config file. Ends with 1 when one of them is wrong.',
    ],
    options: [JSON_OPTION],
    examples: [['iris-tui rules list', '']],
    load: async () => (await import('../actions/rules.ts')).runRulesList,
  },
  {
    name: 'rules show',
    group: 'setup',
    summary: 'print the rules for an agent, as a file could hold them',
    args: [{ name: 'AGENT', summary: 'claude, codex, gemini, …', complete: 'agent' }],
    options: [JSON_OPTION],
    examples: [['iris-tui rules show claude > ~/.config/iris-tui/rules/claude.yaml', 'change them']],
    load: async () => (await import('../actions/rules.ts')).runRulesShow,
  },
  {
    name: 'rules test',
    group: 'setup',
    summary: 'say what rules make of a recorded terminal',
    description: [
      'One line a change of state: when, which rule, on what text. The recording is an asciicast of version 2, as asciinema makes it.',
    ],
    args: [
      { name: 'FILE', summary: 'a file of rules, or the name of an agent', complete: 'file' },
      { name: 'RECORDING', summary: 'the recording', complete: 'file' },
    ],
    options: [
      { flags: '--as <KIND>', summary: 'kind of the session: shell to see whether the agent is recognised in one' },
      { flags: '--size <COLSxROWS>', summary: 'on a screen of this size' },
      JSON_OPTION,
    ],
    examples: [['iris-tui rules test ./claude.yaml session.cast', 'before it goes into rules/']],
    load: async () => (await import('../actions/rules.ts')).runRulesTest,
  },
];
