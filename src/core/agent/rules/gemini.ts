import type { DialogCondition, RuleSet } from '../types.ts';

const approval: DialogCondition = {
  ask: '(?:Allow execution of|Allow|Apply|Do you want to|Do you trust) [^?]{1,300}\\?$',
  marker: '●',
  footer: '^╰─{8,}╯$',
  top: '^╭─{8,}╮$',
};
const TITLES = '^(?:◇|✦|⏲|✋) {1,2}\\S';

export const gemini: RuleSet = {
  agent: 'gemini',
  version: 1,
  measured: 'gemini-cli 0.61.0',
  starts: { title: '^(?:◇ {1,2}Ready|✦ {1,2}Working|⏲ {1,2}Working) ?', cursor: 'hidden' },
  titles: TITLES,
  answers: {
    approve: '^(?:Allow once|Yes\\b|Apply\\b)',
    deny: '^No\\b',
    denyKey: 'Escape',
    listens: '^No, suggest changes',
  },
  box: {
    first: '^ [>!*](?: |$)',
    other: '^ !',
    // Without 24-bit colour its edges are empty rows.
    above: '^(?:[▄─]{8,}|)$',
    below: '^(?:[▀─]{8,}|)$',
    // What the user said looks the same.
    notUnder: '^(?:✦|╭|ℹ|✕|│)',
    last: 60,
    placeholder: '^ {0,2}(?:Type your message or @path/to/file|Type your shell command)$',
  },
  transcript: {
    prompt: '^ > ',
    says: '^✦ ',
    other: '^(?:╭|ℹ|✕|⚠|[?✓xo⊷-] )',
    chrome: '^[▀▄─]{8,}| {8,}\\? for shortcuts',
    indent: 2,
  },
  rules: [
    {
      id: 'title-action',
      state: 'blocked',
      when: { title: '^✋ {1,2}Action Required\\b' },
      question: approval,
    },
    { id: 'title-works', state: 'working', when: { title: '^[✦⏲] {1,2}\\S' } },
    { id: 'title-ready', state: 'idle', when: { title: '^◇ {1,2}Ready\\b' } },
    // Below: its titles are switched off.
    {
      id: 'permission',
      state: 'blocked',
      when: {
        noTitle: TITLES,
        dialog: approval,
      },
    },
    {
      id: 'spinner',
      state: 'working',
      when: { noTitle: TITLES, cursor: 'hidden', rows: { last: 12, match: ['^ [⠁-⣿] .{1,80}\\(esc to cancel\\b'] } },
    },
    {
      id: 'prompt',
      state: 'idle',
      when: {
        noTitle: TITLES,
        cursor: 'hidden',
        rows: { last: 12, match: ['^─{8,}', '^ [>!*] '], apart: 4, none: '\\(esc to cancel\\b' },
      },
    },
  ],
};
