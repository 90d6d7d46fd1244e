import type { DialogCondition, RuleSet } from '../types.ts';

const approval: DialogCondition = {
  ask: '^(?:Would you like to|Do you want to|Allow) [^?]{1,300}\\?',
  marker: '›',
  footer: '^Press enter to confirm or esc to ',
  top: '^ {2}(?:Would you like to|Do you want to|Allow) ',
};

/**
 * It says its state itself (OSC 7501), but says `blocked` up to a second before there is anything to answer: title or screen must agree.
 * An older one, or one that has said `clear`, is judged by title and screen.
 */
export const codex: RuleSet = {
  agent: 'codex',
  version: 1,
  measured: 'codex 0.169.0',
  starts: { says: '\\bapp=codex\\b', alternateScreen: true },
  answers: {
    approve: '^Yes, (?:proceed|just this once|provide|grant)|^Yes\\b',
    deny: '^No\\b',
    denyKey: 'Escape',
    listens: '^No\\b',
  },
  box: { first: '^[›!](?: |$)', other: '^!', below: '^$', last: 60 },
  transcript: {
    prompt: '^› ',
    says: '^• (?!(?:Ran|Running|Explored|Exploring|Edited|Added|Deleted|Called|Calling|Working|Searched|Searching|Updated Plan|Viewed|Exited|Waited|Waiting)\\b)',
    other: '^ {0,4}└ |^(?:•|✔|✗|■|⚠|▲|›|↳) ',
    chrome: '^ {2}(?:Worked for|\\S.* · |← for agents)|^─{3,}',
    indent: 2,
  },
  rules: [
    {
      id: 'says-blocked',
      state: 'blocked',
      when: { says: '^state=blocked:app=codex', title: '^\\[ [!.] \\] Action Required\\b' },
      question: approval,
    },
    { id: 'says-blocked-dialog', state: 'blocked', when: { says: '^state=blocked:app=codex', dialog: approval } },
    // It is about to ask: its title spins until the dialog is drawn.
    { id: 'says-blocked-soon', state: 'working', when: { says: '^state=blocked:app=codex', title: '^[⠁-⣿] ' } },
    // Something it asks in a way unknown here: believed when it insists.
    { id: 'says-blocked-long', state: 'blocked', when: { says: '^state=blocked:app=codex' }, holdMs: 3000 },
    { id: 'says-working', state: 'working', when: { says: '^state=working:app=codex' } },
    { id: 'says-idle', state: 'idle', when: { says: '^state=(?:idle|done):app=codex' } },
    // Below: it has not said anything.
    { id: 'permission', state: 'blocked', when: { alternateScreen: true, noTitle: '^[⠁-⣿] ', dialog: approval } },
    { id: 'title-spins', state: 'working', when: { title: '^[⠁-⣿] ' } },
    {
      id: 'composer',
      state: 'idle',
      when: {
        alternateScreen: true,
        cursor: 'shown',
        noTitle: '^(?:[⠁-⣿] |\\[ [!.] \\])',
        rows: { last: 8, match: ['^› '], none: 'esc to interrupt' },
      },
    },
  ],
};
