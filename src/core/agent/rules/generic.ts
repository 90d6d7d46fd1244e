import type { RuleSet } from '../types.ts';

/** Programs nobody knows, after the rules of a shell: only what they say with sequences made for it. */
export const generic: RuleSet = {
  agent: 'generic',
  version: 1,
  measured: 'OSC 9;4 as it is specified',
  rules: [
    { id: 'notified', state: 'idle', when: { notified: true, progress: [1, 2, 3, 4] }, holdMs: 0 },
    // A program that was killed leaves its progress behind.
    { id: 'silence', state: 'idle', when: { progress: [1, 3], quietMs: 60_000 }, holdMs: 0 },
    { id: 'progress', state: 'working', when: { progress: [1, 3] } },
    { id: 'progress-over', state: 'idle', when: { progress: [0, 2, 4] } },
  ],
};
