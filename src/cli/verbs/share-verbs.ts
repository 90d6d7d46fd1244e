import { HUB_OPTION, JSON_OPTION, SESSION, type Verb, type VerbOption } from './types.ts';

const ROLES = ['viewer', 'typer', 'owner'] as const;
const ROLE: VerbOption = {
  flags: '--role <ROLE>',
  summary: 'viewer looks, typer types too, owner does everything; viewer when left out',
  choices: ROLES,
};
const EXPIRES = (what: string): VerbOption => ({ flags: '--expires <TIME>', summary: what });
const WHO = { name: 'CLIENT', summary: 'a name, an id, or the beginning of one' } as const;
const TOKEN = { name: 'TOKEN', summary: 'the name or the id of a token, or the beginning of the id' } as const;

/** Who may come in over the network. */
export const shareVerbs: readonly Verb[] = [
  {
    name: 'hub pair',
    group: 'hub',
    summary: 'invite another machine to this hub',
    description: [
      'Prints a code that is good once, for five minutes, and the command to type on the other machine; on a terminal with room for it also as a picture. The hub must listen on a network (hub start --listen, or hub.listen in the config).',
    ],
    options: [
      ROLE,
      {
        flags: '--runner',
        summary: 'it may offer its own sessions here (iris-tui link add there), and nothing else; without --role',
      },
      { flags: '-n, --name <NAME>', summary: 'what the device is called here; as it calls itself when left out' },
      EXPIRES('how long it may come in, from when it pairs: 30m, 2h, 7d; until it is revoked when left out'),
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [
      ['iris-tui hub pair --role owner', 'a laptop of your own'],
      ['iris-tui hub pair --runner', 'a machine behind a firewall, whose sessions shall appear here'],
      ['iris-tui hub pair --expires 2h', 'somebody who looks over your shoulder'],
    ],
    load: async () => (await import('../actions/share.ts')).runHubPair,
  },
  {
    name: 'share',
    group: 'hub',
    summary: 'invite another machine to one session',
    description: ['As hub pair, for this session alone: of the others nothing is to be seen.'],
    args: [SESSION],
    options: [
      ROLE,
      { flags: '-n, --name <NAME>', summary: 'what the device is called here; as it calls itself when left out' },
      EXPIRES('how long: 30m, 2h, 7d; until it is revoked when left out'),
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [['iris-tui share api --role typer --expires 1h', '']],
    load: async () => (await import('../actions/share.ts')).runShare,
  },
  {
    name: 'keyboard',
    group: 'hub',
    summary: 'say who is on a session; ask for its keyboard, give it, take it back',
    description: [
      'Without an action: who watches the session, what each may do, and who typed last.',
      'ask tells whoever could give it and has the screen open. give lets somebody who is there type; from one who only types it goes over, and take brings it back as long as their screen is open. take, by an owner, is from one, or from all who type without owning the session: their next key is refused.',
      'WHO is a name, or an id as it is listed.',
    ],
    args: [
      SESSION,
      { name: 'ACTION', summary: 'ask, give or take', optional: true, complete: ['ask', 'give', 'take'] },
      { name: 'WHO', summary: 'who gets it, or loses it', optional: true },
    ],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [
      ['iris-tui keyboard api', 'who is there'],
      ['iris-tui keyboard api give ada', ''],
      ['iris-tui keyboard api take', 'from all who only type'],
    ],
    load: async () => (await import('../actions/keyboard.ts')).runKeyboard,
  },
  {
    name: 'clients list',
    aliases: ['ls'],
    group: 'hub',
    summary: 'list the devices that may come in over the network',
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui clients ls --json', '']],
    load: async () => (await import('../actions/clients.ts')).runClients,
  },
  {
    name: 'clients revoke',
    group: 'hub',
    summary: 'take all rights of a device away',
    description: ['Its connections are closed at once, and its tokens are worth nothing any more.'],
    args: [WHO],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui clients revoke laptop', '']],
    load: async () => (await import('../actions/clients.ts')).runRevokeClient,
  },
  {
    name: 'clients grant',
    group: 'hub',
    summary: 'say what a device may do',
    description: [
      'In place of what was said before, on everything or with --session on that session alone; one for a session goes before the one for everything. ROLE is viewer, typer, owner, or none: then it does not even see it. It counts with the next keystroke, also for somebody who is in.',
    ],
    args: [
      WHO,
      { name: 'ROLE', summary: 'viewer, typer, owner, or none: not even see it', complete: [...ROLES, 'none'] },
    ],
    options: [
      { flags: '--session <SESSION>', summary: 'on this session', complete: 'session' },
      EXPIRES('how long: 30m, 2h, 7d; until it is changed when left out'),
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [
      ['iris-tui clients grant ann viewer', 'she looks, and types no more'],
      ['iris-tui clients grant ann typer --session api --expires 1h', ''],
      ['iris-tui clients grant ann none --session db', 'that one she does not see'],
    ],
    load: async () => (await import('../actions/clients.ts')).runGrantClient,
  },
  {
    name: 'clients rename',
    group: 'hub',
    summary: 'call a device something else',
    args: [WHO, { name: 'NAME', summary: 'its new name' }],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui clients rename ann@laptop ann', '']],
    load: async () => (await import('../actions/clients.ts')).runRenameClient,
  },
  {
    name: 'clients',
    group: 'hub',
    summary: 'list the devices that may come in over the network',
    description: ['The same as clients list.'],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui clients', '']],
    load: async () => (await import('../actions/clients.ts')).runClients,
  },
  {
    name: 'token create',
    group: 'hub',
    summary: 'make a token for a script',
    description: [
      'Prints it, this once. Whoever has it may use it, without a key: keep it as a password. It goes into the Authorization header of POST /api/commands/NAME, or into IRIS_TOKEN beside --hub wss://HOST:PORT.',
    ],
    options: [
      ROLE,
      {
        flags: '--session <SESSION>',
        summary: 'for this session alone; every session when left out',
        complete: 'session',
      },
      EXPIRES('how long it is good for: 30m, 2h, 7d; 30 days when left out'),
      { flags: '-n, --name <NAME>', summary: 'what it is called in lists' },
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [['iris-tui token create --role typer --session api --expires 7d', '']],
    load: async () => (await import('../actions/clients.ts')).runCreateToken,
  },
  {
    name: 'token list',
    aliases: ['ls'],
    group: 'hub',
    summary: 'list the tokens of scripts',
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui token ls', '']],
    load: async () => (await import('../actions/clients.ts')).runTokens,
  },
  {
    name: 'token revoke',
    group: 'hub',
    summary: 'take a token back',
    args: [TOKEN],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui token revoke ci', '']],
    load: async () => (await import('../actions/clients.ts')).runRevokeToken,
  },
  {
    name: 'audit',
    group: 'hub',
    summary: 'show who came in over the network, and what they did',
    description: [
      'Every pairing, login, refusal, attachment and act of whoever is not at this machine, and who was invited or revoked: with the name a session had then, and with the program that was started, not its arguments. The hub keeps the newest 100000; at most 10000 are shown at once, and standard error says so when there are more.',
    ],
    options: [
      { flags: '--since <TIME>', summary: 'from then on: a duration (2h, 7d) or a time (2026-03-01T14:00)' },
      { flags: '--until <TIME>', summary: 'up to then: the same' },
      JSON_OPTION,
      HUB_OPTION,
    ],
    examples: [['iris-tui audit --since 1d', '']],
    load: async () => (await import('../actions/audit.ts')).runAudit,
  },
];
