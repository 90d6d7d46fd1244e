import { HUB_OPTION, JSON_OPTION, type Verb, type VerbOption } from './types.ts';

/** How it serves other machines. */
const NETWORK_OPTIONS: readonly VerbOption[] = [
  { flags: '--listen <HOST:PORT>', summary: 'serve other machines too, with TLS; before hub.listen of the config' },
  { flags: '--cert <FILE>', summary: 'certificate in PEM in place of its own', complete: 'file' },
  { flags: '--key <FILE>', summary: 'its key in PEM', complete: 'file' },
  {
    flags: '--names <NAMES>',
    summary: 'names and addresses by which it is reached, with commas; the first is given out; before hub.names',
  },
  { flags: '--insecure', summary: 'without TLS; on a loopback address only' },
];

/** The process that owns the sessions. */
export const hubVerbs: readonly Verb[] = [
  {
    name: 'hub start',
    group: 'hub',
    summary: 'start the hub in the background',
    description: [
      'Rarely needed: whatever needs a hub starts one. Two at once are no problem: one of them becomes the hub.',
    ],
    options: [...NETWORK_OPTIONS, JSON_OPTION],
    examples: [
      ['iris-tui hub start', ''],
      ['iris-tui hub start --listen 0.0.0.0:4747', 'for other machines too; then: iris-tui hub pair'],
    ],
    load: async () => (await import('../actions/hub.ts')).runHubStart,
  },
  {
    name: 'hub stop',
    group: 'hub',
    summary: 'stop the hub and every session in it',
    description: ['With running sessions it asks first. Without a terminal to ask on, --force is needed then.'],
    options: [{ flags: '-f, --force', summary: 'do not ask' }, JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui hub stop --force', 'end everything']],
    load: async () => (await import('../actions/hub.ts')).runHubStop,
  },
  {
    name: 'hub status',
    group: 'hub',
    summary: 'say whether a hub runs, and how it is',
    description: ['Ends with 6 when none runs. Starts nothing.'],
    options: [JSON_OPTION, HUB_OPTION],
    examples: [['iris-tui hub status --json', '']],
    load: async () => (await import('../actions/hub.ts')).runHubStatus,
  },
  {
    name: 'connect',
    group: 'hub',
    summary: "carry a connection to this machine's hub on standard input and output",
    description: ['What --hub ssh://HOST runs on the other machine. Starts the hub if none runs.'],
    options: [
      { flags: '--stdio', summary: 'on standard input and output; the only way there is' },
      { flags: '--no-start', summary: 'fail when no hub runs' },
      { flags: '--unless-stopped', summary: 'start no hub where the last one was ended by hub stop' },
    ],
    examples: [['ssh HOST iris-tui connect --stdio', 'the protocol of docs/protocol.md, as bytes']],
    load: async () => (await import('../actions/connect.ts')).runConnect,
  },
  {
    name: 'hub run',
    group: 'hub',
    summary: 'be the hub, in the foreground',
    description: ['For service managers and containers. Ends on Ctrl-C, TERM, or iris-tui hub stop.'],
    options: [...NETWORK_OPTIONS, { flags: '--background', summary: 'as hub start runs it', hidden: true }],
    examples: [
      ['iris-tui hub run', ''],
      ['iris-tui hub run --listen 0.0.0.0:4747', 'as a service: docs/hub.md has a unit for systemd'],
    ],
    load: async () => (await import('../actions/hub.ts')).runHubRun,
  },
];
