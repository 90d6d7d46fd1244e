import { JSON_OPTION, type Verb, type VerbArgument } from './types.ts';

const NAME: VerbArgument = { name: 'NAME', summary: 'a hub that this device was paired with', complete: 'hub' };

/** Hubs on other machines that this device knows. */
export const pairVerbs: readonly Verb[] = [
  {
    name: 'pair',
    group: 'hub',
    summary: 'make this device known to a hub on another machine',
    description: [
      'Takes the address and the code that iris-tui hub pair printed there. From then on --hub NAME means that hub, in every command and for the screen.',
      'The code is sent only to the certificate whose fingerprint was given, or confirmed here, or that an authority of this machine vouches for. Without a terminal the fingerprint must be given.',
      'A key is made for this hub; it stays on this device, in the keychain of the system or, where there is none, in an encrypted file. Paired again, it is the same device there, with what the new code allows beside what it had.',
    ],
    args: [
      { name: 'URL', summary: 'https://HOST:PORT or HOST:PORT; #sha256:… behind it is the fingerprint' },
      {
        name: 'CODE',
        summary: 'the one-time code; left out, it is asked for, or read from standard input',
        optional: true,
      },
    ],
    options: [
      { flags: '-n, --name <NAME>', summary: 'what the hub is called here; made from its own name when left out' },
      { flags: '--device <NAME>', summary: 'what this device is called there; USER@HOST when left out' },
      {
        flags: '--fingerprint <FP>',
        summary: 'the certificate of the hub: sha256: and 64 digits, as hub pair prints it',
      },
      { flags: '--insecure', summary: 'let URL be http://, to this machine alone' },
      JSON_OPTION,
    ],
    examples: [
      ['iris-tui pair https://office:7000#sha256:… 7K3M-9QXC-V2HT-B5WN', 'as iris-tui hub pair prints it there'],
      [
        'iris-tui pair office.example.com:7000 --name office',
        'asks for the code, and whether the fingerprint is right',
      ],
    ],
    load: async () => (await import('../actions/pair.ts')).runPair,
  },
  {
    name: 'hubs list',
    aliases: ['ls'],
    group: 'hub',
    summary: 'list the hubs this device was paired with',
    options: [{ flags: '--names', summary: 'only the names, one a line' }, JSON_OPTION],
    examples: [['iris-tui hubs ls', '']],
    load: async () => (await import('../actions/pair.ts')).runHubs,
  },
  {
    name: 'hubs rename',
    group: 'hub',
    summary: 'call a hub by another name here',
    args: [NAME, { name: 'NEW', summary: 'its new name' }],
    options: [JSON_OPTION],
    examples: [['iris-tui hubs rename office work', '']],
    load: async () => (await import('../actions/pair.ts')).runRenameHub,
  },
  {
    name: 'hubs move',
    group: 'hub',
    summary: 'a hub is at another address now',
    description: [
      'It is taken only if its certificate is the one that was pinned, or an authority of this machine vouches for it there: the same hub, at another place. Nothing is sent.',
    ],
    args: [NAME, { name: 'URL', summary: 'https://HOST:PORT or HOST:PORT' }],
    options: [JSON_OPTION],
    examples: [['iris-tui hubs move office https://192.168.1.7:4747', 'the router gave it another address']],
    load: async () => (await import('../actions/pair.ts')).runMoveHub,
  },
  {
    name: 'hubs forget',
    group: 'hub',
    summary: 'leave a hub, and forget it',
    description: [
      'The hub is told, so that nothing is left there. One that can not be reached is forgotten here all the same.',
    ],
    args: [NAME],
    options: [JSON_OPTION],
    examples: [['iris-tui hubs forget office', '']],
    load: async () => (await import('../actions/pair.ts')).runForgetHub,
  },
  {
    name: 'hubs',
    group: 'hub',
    summary: 'list the hubs this device was paired with',
    description: ['The same as hubs list.'],
    options: [JSON_OPTION],
    examples: [['iris-tui hubs', '']],
    load: async () => (await import('../actions/pair.ts')).runHubs,
  },
];
