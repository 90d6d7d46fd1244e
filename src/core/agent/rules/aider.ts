import type { RuleSet } from '../types.ts';

/** Not measured with the real program. Its screen is line by line: what counts is the row of the cursor. */
export const aider: RuleSet = {
  agent: 'aider',
  version: 1,
  rules: [
    {
      id: 'confirm',
      state: 'blocked',
      when: { cursor: 'end', rows: { last: 2, match: ['\\(Y\\)es/\\(N\\)o.{0,60}\\[\\w{1,12}\\]:$'] } },
      question: '^(.{1,300}\\?) \\(Y\\)es/\\(N\\)o',
    },
    {
      id: 'waiting',
      state: 'working',
      when: { rows: { last: 2, match: ['^(?:[░█]{2} |)Waiting for \\S'] } },
    },
    {
      id: 'prompt',
      state: 'idle',
      when: { cursor: 'end', rows: { last: 1, match: ['^(?:(?:ask|architect|code|context|help|multi|diff) ?)?>'] } },
    },
  ],
};
