import { HUB_OPTION, JSON_OPTION, type Verb } from './types.ts';

/** The process that owns the sessions. */
export const hubVerbs: readonly Verb[] = [
  {
    name: 'hub start',
    group: 'hub',
    summary: 'start the hub in the background',
    description: [
      'Rarely needed: whatever needs a hub starts one. Two at once are no problem: one of them becomes the hub.',
    ],
    options: [{ flags: '--listen <HOST:PORT>', summary: 'serve other machines too; not yet' }, JSON_OPTION],
    examples: [['iris-tui hub start', '']],
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
    ],
    examples: [['ssh HOST iris-tui connect --stdio', 'the protocol of docs/protocol.md, as bytes']],
    load: async () => (await import('../actions/connect.ts')).runConnect,
  },
  {
    name: 'hub run',
    group: 'hub',
    summary: 'be the hub, in the foreground',
    description: ['For service managers and containers. Ends on Ctrl-C, TERM, or iris-tui hub stop.'],
    options: [
      { flags: '--listen <HOST:PORT>', summary: 'serve other machines too; not yet' },
      { flags: '--background', summary: 'as hub start runs it', hidden: true },
    ],
    examples: [['iris-tui hub run', '']],
    load: async () => (await import('../actions/hub.ts')).runHubRun,
  },
];
