import type { RuleSet } from '../types.ts';

/** Shell integration (OSC 133). A shell without it says nothing of itself, and nothing is guessed. */
export const shell: RuleSet = {
  agent: 'shell',
  version: 1,
  measured: 'OSC 133 as it is specified',
  rules: [
    // Most commands are over before anyone could read that they run.
    { id: 'command', state: 'working', when: { mark: 'command' }, holdMs: 300 },
    { id: 'prompt', state: 'idle', when: { mark: 'prompt' }, holdMs: 200 },
  ],
};
