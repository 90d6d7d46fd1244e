import { KNOWN_AGENTS } from '../../core/index.ts';
import { TARGET_OPTIONS, WAIT_OPTIONS } from './prompt-verbs.ts';
import { HUB_OPTION, JSON_OPTION, SESSION, TMUX_TARGET, type Verb } from './types.ts';

export const AGENT_NAMES = KNOWN_AGENTS.map((agent) => agent.name);
export const WAIT_STATES = ['working', 'blocked', 'idle', 'done', 'exited'] as const;
const both = [JSON_OPTION, HUB_OPTION];

/** What is done to one session, or to find one. */
export const sessionVerbs: readonly Verb[] = [
  {
    name: 'new',
    group: 'sessions',
    summary: 'start a session',
    description: [
      'Starts a shell, an agent, or COMMAND, and shows it. With -d it is only started, and its id is printed. The hub is started when none runs.',
      'The session gets this environment and, unless -c says otherwise, this folder. COMMAND is run as it stands, without a shell: for pipes and variables, run sh -c.',
    ],
    args: [
      {
        name: 'COMMAND',
        summary: 'program and arguments to run; after -- nothing is taken as an option of ours',
        optional: true,
        rest: true,
        complete: 'command',
      },
    ],
    passThrough: true,
    options: [
      { flags: '-n, --name <NAME>', summary: 'name of the session; made from the command when left out' },
      { flags: '-s, --session-name <NAME>', summary: 'as -n, for fingers that know tmux', hidden: true },
      { flags: '-c, --cwd <DIR>', summary: 'folder to start in', complete: 'folder' },
      {
        flags: '-a, --agent <AGENT>',
        summary: 'start this agent; COMMAND, if given, runs in its place',
        complete: AGENT_NAMES,
      },
      {
        flags: '-t, --team <TEAM>',
        summary: 'start another session of this team of the config; the other options go before what it says',
        complete: 'team',
      },
      {
        flags: '--on <HUB>',
        summary:
          'start it in another hub, where it lives on, and show it here: one this device was paired with, or a runner',
        complete: 'hub',
      },
      { flags: '-d, --detach', summary: 'do not show it: print its id' },
      {
        flags: '--headless',
        summary:
          'without a terminal: the agent is spoken to in its own language, and shown as a transcript with an input line; claude, codex, gemini',
      },
      { flags: '--pipes', summary: 'without a terminal: output and errors are kept apart' },
      { flags: '--hooks', summary: 'let hooks on its command line tell what the agent does: claude, codex' },
      { flags: '--no-hooks', summary: 'without hooks, whatever the config says' },
      { flags: '--size <COLSxROWS>', summary: 'its size until somebody looks at it; 80x24 without a terminal' },
      ...both,
    ],
    examples: [
      ['iris-tui new -a claude -c ~/src/api', 'claude in a folder, on the screen'],
      ['iris-tui new -d -n api -a claude --headless', 'for prompt, answer and messages, without a terminal of its own'],
      ['iris-tui new -d -n build -- make -j8', 'a build in the background'],
      ['iris-tui new --on office -a codex -c ~/src/api', 'there; the pane is here'],
      ["id=$(iris-tui new -d -- sh -c 'sleep 5; date')", 'keep the id'],
    ],
    load: async () => (await import('../actions/new.ts')).runNew,
  },
  {
    name: 'ls',
    aliases: ['list'],
    group: 'sessions',
    summary: 'list sessions',
    options: [{ flags: '--names', summary: 'only the names, one a line; never starts a hub' }, ...both],
    examples: [
      ['iris-tui ls', 'a table'],
      ['iris-tui ls --json | jq -r \'.[] | select(.agent.state == "blocked").name\'', 'who waits for an answer'],
    ],
    load: async () => (await import('../actions/list.ts')).runList,
  },
  {
    name: 'attach',
    aliases: ['a'],
    group: 'sessions',
    summary: 'open the screen, on a session',
    description: [
      'Opens the same screen as iris-tui without arguments, with SESSION in focus. Sessions go on when it is left.',
      'HUB/SESSION of a hub this device was paired with is brought in as a pane among the others, as iris-tui open does.',
    ],
    args: [{ ...SESSION, optional: true }],
    options: [
      { flags: '-r, --read-only', summary: 'look, and type nothing' },
      { ...TMUX_TARGET, hidden: true },
      HUB_OPTION,
    ],
    examples: [
      ['iris-tui attach api', 'go to a session'],
      ['iris-tui attach api --read-only', 'only watch'],
      ['iris-tui attach office/train', 'a session of another hub, here'],
    ],
    load: async () => (await import('../actions/attach.ts')).runAttach,
  },
  {
    name: 'send',
    group: 'sessions',
    summary: 'type text into a session, then Enter',
    description: [
      'To an agent it is submitted as a prompt: once, and verified; while it can not be, it waits in the queue of the session (iris-tui queue). Anything else gets it typed, one line as it stands, several pasted, in brackets if the program asked for that.',
      'Words are joined by a blank.',
    ],
    args: [
      { ...SESSION, optional: true },
      { name: 'TEXT', summary: 'what to type; after -- it may begin with a dash', optional: true, rest: true },
    ],
    options: [
      { flags: '--stdin', summary: 'type what comes from standard input, without its last line feed' },
      { flags: '--no-enter', summary: 'do not press Enter after it' },
      { flags: '--paste', summary: 'paste it even if it is one line' },
      ...WAIT_OPTIONS,
      ...TARGET_OPTIONS,
      ...both,
    ],
    examples: [
      ['iris-tui send api run the tests again', 'ask an agent'],
      ['git diff | iris-tui send api --stdin', 'paste a diff and press Enter'],
      ["iris-tui send --no-enter db 'select '", 'leave the line open'],
      ["iris-tui send -t web1 -t web2 'uptime'", 'the same to two'],
    ],
    load: async () => (await import('../actions/type.ts')).runSend,
  },
  {
    name: 'keys',
    group: 'sessions',
    summary: 'press keys in a session',
    description: [
      'Keys have their names in tmux: Enter, Escape, Tab, BTab, BSpace, Space, Up, F1, C-c, M-x, S-Left, PPage. A word that names no key is typed as it stands.',
    ],
    args: [SESSION, { name: 'KEY', summary: 'a key, or text', rest: true }],
    options: [{ flags: '-l, --literal', summary: 'type every word as text' }, ...both],
    examples: [
      ['iris-tui keys api Escape', 'press Escape'],
      ['iris-tui keys vim : wq Enter', 'leave vim'],
      ['iris-tui keys top C-c', 'interrupt'],
    ],
    load: async () => (await import('../actions/type.ts')).runKeys,
  },
  {
    name: 'capture',
    group: 'sessions',
    summary: 'print what a session shows',
    args: [SESSION],
    options: [
      { flags: '--ansi', summary: 'with colours and attributes' },
      { flags: '--history <N>', summary: 'with N lines of what scrolled off' },
      ...both,
    ],
    examples: [
      ['iris-tui capture api', 'the screen as text'],
      ['iris-tui capture build --history 500 | grep -n error', 'search the last 500 lines'],
    ],
    load: async () => (await import('../actions/capture.ts')).runCapture,
  },
  {
    name: 'logs',
    group: 'sessions',
    summary: 'print what a session wrote',
    description: [
      'Prints everything that is kept of the output of this run, oldest first, as text: escape sequences are left out. What is no longer kept is named on standard error.',
      'With --follow it outlives connections and hubs: it goes on where it was once the hub is back, says on standard error that it waits for one, and ends with the session, or when it is refused for good.',
    ],
    args: [SESSION],
    options: [
      { flags: '-f, --follow', summary: 'go on until the session ends' },
      { flags: '--since <SEQ>', summary: 'only what came after this entry (`seq` of ls --json)' },
      { flags: '--raw', summary: 'the bytes as they came; not onto a terminal' },
      ...both,
    ],
    examples: [
      ['iris-tui logs build -f', 'watch a build in a script'],
      ['iris-tui logs api --raw > api.typescript', 'keep everything'],
    ],
    load: async () => (await import('../actions/logs.ts')).runLogs,
  },
  {
    name: 'wait',
    group: 'sessions',
    summary: 'wait until a session is in a state, or shows a text',
    description: [
      'Ends with 0 when it is so, with 4 when the time is over first, with 1 when it ended and can no longer become so.',
      'It outlives connections and hubs, and says on standard error that it waits for one. Ends with 6 when the time is over and there is none.',
      'idle: it waits for a prompt. done: it has finished something that nobody has seen yet, or finishes it while we wait. blocked: it asks for a permission.',
    ],
    args: [SESSION],
    options: [
      { flags: '-u, --until <STATE>', summary: 'working, blocked, idle, done or exited', choices: WAIT_STATES },
      { flags: '--text <REGEX>', summary: 'a text on the screen, as a JavaScript regular expression' },
      { flags: '--timeout <SECONDS>', summary: 'give up after this; without it, never' },
      ...both,
    ],
    examples: [
      ['iris-tui wait build --until exited --timeout 600', 'ten minutes at most'],
      ["iris-tui wait web --text 'listening on \\d+'", 'until a server is up'],
    ],
    load: async () => (await import('../actions/wait.ts')).runWait,
  },
  {
    name: 'explain',
    group: 'sessions',
    summary: 'say why a session is said to be working, blocked or idle',
    description: [
      'Which rule decided, on what text, when; which one matches now, and what is pending. docs/agent-state.md has the rules.',
    ],
    args: [SESSION],
    options: both,
    examples: [['iris-tui explain api', '']],
    load: async () => (await import('../actions/explain.ts')).runExplain,
  },
  {
    name: 'kill',
    group: 'sessions',
    summary: 'end a session and forget it',
    description: ['Its processes get HUP, then TERM, then KILL. Its log goes too.'],
    args: [SESSION],
    options: both,
    examples: [['iris-tui kill build', 'end it']],
    load: async () => (await import('../actions/manage.ts')).runKill,
  },
  {
    name: 'restart',
    group: 'sessions',
    summary: 'start a session again, from the same command',
    args: [SESSION],
    options: both,
    examples: [['iris-tui restart api', 'ends it first if it runs']],
    load: async () => (await import('../actions/manage.ts')).runRestart,
  },
  {
    name: 'rename',
    group: 'sessions',
    summary: 'give a session another name',
    args: [SESSION, { name: 'NAME', summary: 'the new name' }],
    options: both,
    examples: [['iris-tui rename api-2 api', '']],
    load: async () => (await import('../actions/manage.ts')).runRename,
  },
  {
    name: 'cancel',
    group: 'sessions',
    summary: 'interrupt what a session does (Ctrl-C)',
    args: [SESSION],
    options: both,
    examples: [['iris-tui cancel build', 'as Ctrl-C in its pane']],
    load: async () => (await import('../actions/manage.ts')).runCancel,
  },
];
