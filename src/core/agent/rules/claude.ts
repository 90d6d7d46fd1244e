import type { DialogCondition, RuleSet } from '../types.ts';

const dialog = (ask: string, footer: string): DialogCondition => ({ ask, marker: '❯', footer, top: '^[─╌]{8,}$' });
const FOOTER = '^Esc to cancel(?: ·|$)';

/** The title spins while it works and is the same when it waits as when it is idle: then the screen decides. */
export const claude: RuleSet = {
  agent: 'claude',
  version: 1,
  measured: 'claude-code 2.1.197',
  starts: { title: '^✳ ', rows: { last: 14, match: ['^─{8,}', '^❯(?: |$)', '^─{8,}'], apart: 8 } },
  titles: '^[✳⠁-⣿◐◓◑◒] ',
  answers: { approve: '^Yes\\b', deny: '^No\\b', denyKey: 'Escape', listens: '^No(?!, exit\\b)' },
  // Above it stands a rule, with a name in it where it has one.
  box: { first: '^[❯!#>](?: |$)', other: '^[!#]', above: '^─{4,}', below: '^─{8,}', last: 60 },
  transcript: {
    prompt: '^[❯>!#] ',
    says: '^● (?![A-Z][A-Za-z_]{0,60}\\()',
    other: '^(?:●|⎿| {2}⎿|✻|✽|✶|✢|·|∴|※) ?',
    chrome: '^─{8,}|^[✻✽✶✢·] |^ {2}(?:\\? for|esc to)',
    indent: 2,
  },
  rules: [
    {
      id: 'permission',
      state: 'blocked',
      when: { noTitle: '^[⠁-⣿◐◓◑◒] ', dialog: dialog('(?:Do you want|Would you like) to [^?]{1,300}\\?$', FOOTER) },
    },
    {
      id: 'plan',
      state: 'blocked',
      when: {
        noTitle: '^[⠁-⣿◐◓◑◒] ',
        dialog: dialog('Would you like to proceed\\?$', '^ctrl[-+]g to edit in '),
      },
    },
    {
      id: 'trust',
      state: 'blocked',
      when: { dialog: dialog('\\btrust\\b', '^Enter to confirm · Esc to (?:cancel|exit)$') },
    },
    {
      id: 'question',
      state: 'blocked',
      when: {
        noTitle: '^[⠁-⣿◐◓◑◒] ',
        rows: { last: 16, match: ['^\\W{0,6}\\d\\. Type something'] },
        dialog: dialog('\\S', '^Enter to select · .{1,40} to navigate · Esc to cancel$'),
      },
    },
    // A dialog without choices, where the input box was (2.1.329: `Auto mode can't check actions in this session`).
    {
      id: 'dialog',
      state: 'blocked',
      when: { title: '^✳ ', rows: { last: 4, match: ['^ {1,4}Enter to .{1,200}'], none: '^─{8,}|^[❯!#>](?: |$)' } },
      question: '^ {1,4}(Enter to .{1,200})$',
      holdMs: 300,
    },
    { id: 'title-spins', state: 'working', when: { title: '^[⠁-⣿◐◓◑◒] ' } },
    {
      id: 'prompt',
      state: 'idle',
      when: { title: '^✳ ', rows: { last: 16, match: ['^─{8,}', '^[❯!#>](?: |$)', '^─{8,}'], apart: 8 } },
    },
    // A title at rest over something unknown, for long: rather look than wait for ever.
    { id: 'title-rests', state: 'idle', when: { title: '^✳ ' }, holdMs: 5000 },
    // Below: its titles are switched off.
    {
      id: 'footer-interrupt',
      state: 'working',
      when: { noTitle: '^[✳⠁-⣿◐◓◑◒] ', cursor: 'hidden', rows: { last: 2, match: ['^ {2}esc to interrupt\\b'] } },
    },
    {
      id: 'prompt-untitled',
      state: 'idle',
      when: {
        noTitle: '^[✳⠁-⣿◐◓◑◒] ',
        cursor: 'hidden',
        rows: { last: 16, match: ['^─{8,}', '^[❯!#>](?: |$)', '^─{8,}'], apart: 8, none: 'esc to interrupt' },
      },
    },
  ],
};
