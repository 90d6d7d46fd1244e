import { HUB_OPTION, JSON_OPTION, SESSION, type Verb, type VerbArgument } from './types.ts';

const both = [JSON_OPTION, HUB_OPTION];

const TEAMS: VerbArgument = {
  name: 'TEAM',
  summary: 'names of teams of the config; all of them when left out',
  optional: true,
  rest: true,
  complete: 'team',
};

/** Teams of the config, and connections to other machines. */
export const teamVerbs: readonly Verb[] = [
  {
    name: 'up',
    group: 'teams',
    summary: 'start teams of the config',
    description: [
      'Starts the sessions of teams that have none running, all at once, and prints what became of each; those without connection try at once. Connections are made in the background: the screen, ls and connection show how they fare, and the first one may ask for a password in its pane.',
      'Ends with 1 when one of them could not be started.',
    ],
    args: [TEAMS],
    options: both,
    examples: [
      ['iris-tui up', 'all teams'],
      ['iris-tui up api gpu && iris-tui', 'two of them, then the screen'],
    ],
    load: async () => (await import('../actions/teams.ts')).runUp,
  },
  {
    name: 'down',
    group: 'teams',
    summary: 'end the sessions of teams',
    description: [
      'Does not ask, as kill, and leaves them listed: up starts them again. Sessions that are of no team go on.',
    ],
    args: [TEAMS],
    options: both,
    examples: [
      ['iris-tui down gpu', 'one team'],
      ['iris-tui down', 'all teams'],
    ],
    load: async () => (await import('../actions/teams.ts')).runDown,
  },
  {
    name: 'teams',
    group: 'teams',
    summary: 'list the teams of the config',
    description: [
      'Also those that are gone from the config and still run. What is wrong with the config is said on standard error; then the last good one is in force.',
    ],
    options: [{ flags: '--names', summary: 'only the names, one a line; never starts a hub' }, ...both],
    examples: [
      ['iris-tui teams', 'a table'],
      ["iris-tui teams --json | jq -r '.teams[] | select(.needsRestart).name'", 'whose entry was changed'],
    ],
    load: async () => (await import('../actions/teams.ts')).runTeams,
  },
  {
    name: 'retry',
    aliases: ['reconnect'],
    group: 'teams',
    summary: 'connect a session now',
    description: [
      'Whatever the next attempt was to be, and also after it was given up. Questions for a password appear in its pane.',
    ],
    args: [SESSION],
    options: [{ flags: '--stop', summary: 'stop trying instead' }, ...both],
    examples: [
      ['iris-tui retry gpu', 'now'],
      ['iris-tui retry --stop gpu', 'no more attempts'],
    ],
    load: async () => (await import('../actions/connection.ts')).runRetry,
  },
  {
    name: 'connection',
    aliases: ['conn'],
    group: 'teams',
    summary: 'say how a session is connected',
    description: [
      'The command that connects it, its state and since when, what went wrong and what to do about it, round-trip time, bytes in and out, and what the transport logged.',
    ],
    args: [SESSION],
    options: [{ flags: '--no-log', summary: 'without the log' }, ...both],
    examples: [['iris-tui connection gpu', '']],
    load: async () => (await import('../actions/connection.ts')).runConnection,
  },
];
