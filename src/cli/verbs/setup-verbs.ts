import { HUB_OPTION, JSON_OPTION, type Verb } from './types.ts';

/** About this installation rather than about sessions. */
export const setupVerbs: readonly Verb[] = [
  {
    name: 'doctor',
    group: 'setup',
    summary: 'look for what could be wrong here',
    description: [
      'Looks at Node, the terminal, the hub and its folders, the config, rules of your own, and the agents on PATH. Ends with 1 when something is broken; warnings do not count.',
      'Every team of the config is tested, all at the same time: it is connected to as its session would be, nobody is asked for a password, and its agent is asked for its version.',
    ],
    args: [{ name: 'TEAM', summary: 'test these teams alone', optional: true, rest: true, complete: 'team' }],
    options: [
      { flags: '--no-teams', summary: 'test no teams' },
      { flags: '--timeout <SECONDS>', summary: 'for a machine that does not answer; 10 when left out' },
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [
      ['iris-tui doctor', ''],
      ['iris-tui doctor gpu --timeout 3', 'one team'],
    ],
    load: async () => (await import('../doctor/index.ts')).runDoctor,
  },
  {
    name: 'config path',
    group: 'setup',
    summary: 'print where the config file is, or would be',
    options: [JSON_OPTION],
    examples: [['$EDITOR "$(iris-tui config path)"', 'edit it']],
    load: async () => (await import('../actions/config.ts')).runConfigPath,
  },
  {
    name: 'config check',
    group: 'setup',
    summary: 'say what is wrong in the config file',
    description: [
      'One line a problem: file, line, column, what is wrong, what was probably meant. Ends with 1 when there is an error.',
    ],
    args: [{ name: 'FILE', summary: 'check this one instead', optional: true, complete: 'file' }],
    options: [JSON_OPTION],
    examples: [['iris-tui config check', '']],
    load: async () => (await import('../actions/config.ts')).runConfigCheck,
  },
  {
    name: 'config show',
    group: 'setup',
    summary: 'print the config in force, defaults included',
    options: [JSON_OPTION],
    examples: [['iris-tui config show', '']],
    load: async () => (await import('../actions/config.ts')).runConfigShow,
  },
  {
    name: 'config schema',
    group: 'setup',
    summary: 'print the JSON Schema of the config, for editors',
    options: [JSON_OPTION],
    examples: [['iris-tui config schema > iris-tui.schema.json', '']],
    load: async () => (await import('../actions/config.ts')).runConfigSchema,
  },
  {
    name: 'completion',
    group: 'setup',
    summary: 'print a completion script for a shell',
    description: [
      'bash: put  eval "$(iris-tui completion bash)"  in ~/.bashrc. zsh: the same with zsh in ~/.zshrc, after compinit. fish: iris-tui completion fish > ~/.config/fish/completions/iris-tui.fish.',
    ],
    args: [{ name: 'SHELL', summary: 'bash, zsh or fish', complete: ['bash', 'zsh', 'fish'] }],
    examples: [['eval "$(iris-tui completion bash)"', 'now']],
    load: async () => (await import('../completion/index.ts')).runCompletion,
  },
];
