import { HUB_OPTION, JSON_OPTION, type Verb, type VerbArgument } from './types.ts';

const HUB: VerbArgument = { name: 'HUB', summary: 'a hub that this device was paired with', complete: 'hub' };

/** Sessions of other hubs here, and ours there. */
export const linkVerbs: readonly Verb[] = [
  {
    name: 'open',
    group: 'hub',
    summary: 'bring sessions of another hub into this one, as panes among the others',
    description: [
      'HUB alone: all of its sessions, also those to come. HUB/SESSION: that one. They are called HUB/SESSION here, live on there, and keep their screen and scrollback here while the connection is away.',
      'iris-tui close takes them away until they are opened again; they go on there. Runners are opened and closed the same way.',
    ],
    args: [{ name: 'HUB', summary: 'HUB or HUB/SESSION, of a hub this device was paired with', complete: 'hub' }],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [
      ['iris-tui open office/train', ''],
      ['iris-tui open office', 'everything that runs there'],
    ],
    load: async () => (await import('../actions/link.ts')).runOpen,
  },
  {
    name: 'close',
    group: 'hub',
    summary: 'take sessions of another hub away here; they go on there',
    args: [{ name: 'HUB', summary: 'HUB or HUB/SESSION', complete: 'hub' }],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui close office', '']],
    load: async () => (await import('../actions/link.ts')).runClose,
  },
  {
    name: 'link add',
    group: 'hub',
    summary: 'offer sessions of this hub to another one, which this one dials',
    description: [
      'For a machine that nobody can reach: its hub dials out, and its sessions appear in the other hub as NAME/SESSION. It dials again by itself; what was written meanwhile is kept here and sent then.',
      'HUB is one that this device was paired with, or its address together with --pair and a code of iris-tui hub pair --runner there.',
      'What the people of that hub may do here is at most what --allow says: look (view), type as well (type), start and end sessions as well (start).',
    ],
    args: [{ name: 'HUB', summary: 'a hub that this device was paired with, or its URL', complete: 'hub' }],
    options: [
      { flags: '--pair <CODE>', summary: 'pair with it first, by this code' },
      { flags: '-n, --name <NAME>', summary: 'what the hub is called here, for --pair' },
      {
        flags: '--fingerprint <FP>',
        summary: 'its certificate, for --pair: sha256: and 64 digits, as hub pair prints it',
      },
      {
        flags: '--allow <WHAT>',
        summary: 'view, type or start; view when left out',
        choices: ['view', 'type', 'start'],
      },
      {
        flags: '-s, --session <SESSION>',
        summary: 'only this session; several times: these',
        many: true,
        complete: 'session',
      },
      {
        flags: '-t, --team <TEAM>',
        summary: 'only sessions of this team; several times: of these',
        many: true,
        complete: 'team',
      },
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [
      ['iris-tui link add https://office:7000#sha256:… --pair 7K3M-9QXC-V2HT-B5WN --allow type', ''],
      ['iris-tui link add office --team train', ''],
    ],
    load: async () => (await import('../actions/link.ts')).runLinkAdd,
  },
  {
    name: 'link list',
    aliases: ['ls'],
    group: 'hub',
    summary: 'list the hubs that sessions of this one are offered to',
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui link ls', '']],
    load: async () => (await import('../actions/link.ts')).runLinks,
  },
  {
    name: 'link remove',
    aliases: ['rm'],
    group: 'hub',
    summary: 'offer nothing to a hub any more',
    args: [HUB],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui link rm office', '']],
    load: async () => (await import('../actions/link.ts')).runLinkRemove,
  },
];
