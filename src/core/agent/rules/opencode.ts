import type { RuleSet } from '../types.ts';

/** Not measured with the real program: where it looks otherwise than here, the state stays unknown. */
export const opencode: RuleSet = {
  agent: 'opencode',
  version: 1,
  rules: [
    {
      id: 'permission',
      state: 'blocked',
      when: {
        alternateScreen: true,
        rows: {
          last: 14,
          match: ['△ Permission required', '\\bAllow once {1,8}Allow always {1,8}Reject\\b'],
          apart: 12,
        },
      },
      question: '△ (Permission required.{0,200})',
    },
    {
      id: 'interrupt',
      state: 'working',
      when: { alternateScreen: true, rows: { last: 4, match: ['\\besc (?:again to )?interrupt\\b'] } },
    },
    {
      id: 'prompt',
      state: 'idle',
      when: {
        alternateScreen: true,
        rows: { last: 6, match: ['\\bctrl\\+p commands\\b'], none: '\\besc (?:again to )?interrupt\\b' },
      },
    },
  ],
};
