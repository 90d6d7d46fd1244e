import { HUB_OPTION, JSON_OPTION, SESSION, type Verb, type VerbOption } from './types.ts';

const both = [JSON_OPTION, HUB_OPTION];

/** Who gets a text, where it is not one session. */
export const TARGET_OPTIONS: readonly VerbOption[] = [
  {
    flags: '-t, --target <SESSION>',
    summary: 'to this session; may be given several times, and SESSION is then left out',
    many: true,
    complete: 'session',
  },
  {
    flags: '--team <TEAM>',
    summary: 'to all sessions of a team that run; may be given several times',
    many: true,
    complete: 'team',
  },
  { flags: '--all', summary: 'to all agents that run; not to shells' },
];

/** How a text is given to an agent. */
export const WAIT_OPTIONS: readonly VerbOption[] = [
  { flags: '-w, --wait', summary: 'wait until the agent has finished, and print its answer' },
  { flags: '--timeout <SECONDS>', summary: 'with --wait: give up after this; without it, never' },
  { flags: '--no-queue', summary: 'fail when it cannot be submitted now, in place of waiting in the queue' },
];

/** Speaking with agents. */
export const promptVerbs: readonly Verb[] = [
  {
    name: 'prompt',
    group: 'sessions',
    summary: 'give an agent a prompt, and wait for its answer if asked to',
    description: [
      'The prompt is submitted once, and that is verified. While the agent works, asks something, or has half-typed text in its box, the prompt waits in its queue.',
      'With --wait: 0 and the answer on standard output; 1 when the agent asks something before it has finished (the question on standard error; with --json the outcome is "blocked"), or ended; 4 when the time is over.',
    ],
    args: [
      { ...SESSION, optional: true },
      { name: 'TEXT', summary: 'the prompt; after -- it may begin with a dash', optional: true, rest: true },
    ],
    options: [
      ...WAIT_OPTIONS,
      { flags: '--stdin', summary: 'take the prompt from standard input, without its last line feed' },
      ...TARGET_OPTIONS,
      ...both,
    ],
    examples: [
      ['iris-tui prompt api --wait which tests fail', 'ask, and print the answer'],
      ['iris-tui prompt api --stdin --wait --timeout 600 < task.md', 'a longer one, ten minutes at most'],
      ['iris-tui prompt -t api -t web update the readme', 'the same to two'],
    ],
    load: async () => (await import('../actions/prompt.ts')).runPrompt,
  },
  {
    name: 'queue',
    group: 'sessions',
    summary: 'list the prompts that wait for an agent',
    description: ['The first says why it waits. They are submitted in order, and are kept while the hub runs.'],
    args: [SESSION],
    options: [
      { flags: '--remove <ID>', summary: 'take one out' },
      { flags: '--clear', summary: 'take all out' },
      ...both,
    ],
    examples: [
      ['iris-tui queue api', ''],
      ['iris-tui queue api --remove m3', 'take one back'],
    ],
    load: async () => (await import('../actions/queue.ts')).runQueue,
  },
  {
    name: 'messages',
    group: 'sessions',
    summary: 'print what was said in a headless session',
    description: [
      'Whole messages, with all their blocks: text (user behind >), thinking (~), tool calls (*), their results (=, failed !). With --json also what was used, the id by which the agent goes on, and "next": give it to --after to get what was said since.',
    ],
    args: [SESSION],
    options: [{ flags: '--after <N>', summary: 'only what was said, or grew, after this' }, ...both],
    examples: [
      ['iris-tui messages api', ''],
      ["iris-tui messages api --json | jq '.messages[-1]'", 'the last one'],
    ],
    load: async () => (await import('../actions/messages.ts')).runMessages,
  },
  {
    name: 'answer',
    group: 'sessions',
    summary: 'answer what an agent asks',
    description: [
      'Without an answer the question is printed, with its choices and its id. An answer is typed only if the question still stands there; with --prompt, only if it is that one. Otherwise it ends with 1, and nothing was typed.',
    ],
    args: [SESSION],
    options: [
      { flags: '--approve', summary: 'allow it, this once' },
      { flags: '--deny', summary: 'refuse it' },
      { flags: '--choice <N>', summary: 'take a choice by its number' },
      { flags: '--text <TEXT>', summary: 'refuse it, and say this' },
      { flags: '--prompt <ID>', summary: 'only if this is what it asks' },
      ...both,
    ],
    examples: [
      ['iris-tui answer api', 'what does it ask?'],
      ['iris-tui answer api --approve --prompt 41c9a3f07d2e5b18', 'allow that, and nothing else'],
      ["iris-tui answer api --text 'use rm -i'", ''],
    ],
    load: async () => (await import('../actions/answer.ts')).runAnswer,
  },
];
