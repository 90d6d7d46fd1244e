/**
 * How an agent that is started again goes on with its conversation. Measured with the command lines of claude-code 2.1.197 (`--session-id`, `--resume`),
 * codex 0.169.0 (`codex resume`) and gemini-cli 0.61.0 (`--resume`). Pure: words in, words out.
 */
export const RESUMING_AGENTS = ['claude', 'codex', 'gemini'] as const;
export type ResumingAgent = (typeof RESUMING_AGENTS)[number];

/** What is known of the conversation of a session. */
export interface Conversation {
  readonly agent: ResumingAgent;
  /** Its name in the agent's own store, where one is known: a UUID. */
  readonly id?: string;
}

export interface AgentStart {
  readonly command: readonly string[];
  /** Absent: the agent gives its own name to it. */
  readonly id?: string;
}

interface Grammar {
  /** Options that take the next word. */
  readonly values: ReadonlySet<string>;
  /** Options that take the next word unless that is an option. */
  readonly optional: ReadonlySet<string>;
  /** Options that take all words up to the next option. */
  readonly lists: ReadonlySet<string>;
  /** First words that make it another program. */
  readonly subcommands: ReadonlySet<string>;
  /** The user says himself which conversation it is, or there is none to go on with. */
  readonly own: ReadonlySet<string>;
  start(command: Words, id: string): AgentStart;
  resume(command: Words, id: string | undefined): readonly string[];
}

interface Words {
  readonly program: string;
  /** As given. */
  readonly args: readonly string[];
  /** Without a first prompt: that was said, and is not said again. */
  readonly options: readonly string[];
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/).filter(Boolean));

const GRAMMARS: Readonly<Record<ResumingAgent, Grammar>> = {
  claude: {
    values:
      set(`--agent --agents --append-system-prompt --debug-file --effort --fallback-model --input-format --json-schema --max-budget-usd --model -n --name
      --output-format --permission-mode --plugin-dir --plugin-url --setting-sources --settings --system-prompt --permission-prompt-tool --max-turns
      --remote-control-session-name-prefix`),
    optional: set('-d --debug --prompt-suggestions --remote-control -w --worktree'),
    lists: set(
      '--add-dir --allowedTools --allowed-tools --disallowedTools --disallowed-tools --betas --file --mcp-config --tools',
    ),
    subcommands: set(
      'agents auth auto-mode config doctor gateway install mcp migrate-installer plugin plugins project setup-token ultrareview update upgrade',
    ),
    own: set(
      '--session-id -r --resume -c --continue --fork-session --from-pr -p --print --bg --background -h --help -v --version',
    ),
    start: ({ program, args }, id) => ({ command: [program, '--session-id', id, ...args], id }),
    // Of no known name (an older store): the newest of the folder.
    resume: ({ program, options }, id) => [program, ...(id ? ['--resume', id] : ['--continue']), ...options],
  },
  codex: {
    values:
      set(`-c --config --enable --disable --remote --remote-auth-token-env -m --model --local-provider -p --profile -s --sandbox
      -C --cd --add-dir -a --ask-for-approval`),
    optional: set(''),
    lists: set('-i --image'),
    subcommands:
      set(`agents exec e review login logout mcp plugin app-server remote-control completion update doctor sandbox debug apply a
      resume queue archive delete migrate-rollouts migrate-nfs-db unarchive fork cloud exec-server features help proto mcp-server`),
    own: set('-h --help -V --version'),
    start: ({ program, args }) => ({ command: [program, ...args] }),
    // --last is the newest of the folder.
    resume: ({ program, options }, id) => [program, 'resume', ...options, id ?? '--last'],
  },
  gemini: {
    values: set('-m --model --approval-mode -o --output-format'),
    optional: set('-w --worktree'),
    lists: set(
      '--policy --admin-policy --allowed-mcp-server-names --allowed-tools -e --extensions --include-directories',
    ),
    subcommands: set('mcp extensions extension skills skill hooks hook gemma'),
    own: set(`-r --resume --session-file --session-id --list-sessions --delete-session -p --prompt -l --list-extensions --acp --experimental-acp
      -h --help -v --version`),
    // --session-id is younger than --resume: an older one would refuse to start.
    start: ({ program, args }) => ({ command: [program, ...args] }),
    resume: ({ program, options }, id) => [program, '--resume', id ?? 'latest', ...withoutValue(options, GEMINI_FIRST)],
  },
};

/** Says something first and goes on. */
const GEMINI_FIRST = set('-i --prompt-interactive');

/** Does this agent go on with a conversation when these words are run again? `agent`: whose words they are. */
export function resumes(agent: string, command: readonly string[]): agent is ResumingAgent {
  if (!isResuming(agent) || command.length === 0) return false;
  const { subcommands, own } = GRAMMARS[agent];
  const args = command.slice(1);
  if (args[0] !== undefined && subcommands.has(args[0])) return false;
  const end = args.indexOf('--');
  const options = end < 0 ? args : args.slice(0, end);
  return !options.some((word) => own.has(word.startsWith('--') ? (word.split('=')[0] ?? word) : word));
}

/** Whose words a command is, by its program: `claude`, `/opt/bin/claude`. Undefined: of none that can go on. */
export function resumingAgentOf(command: readonly string[]): ResumingAgent | undefined {
  const program = (command[0] ?? '').replace(/^.*\//, '');
  return isResuming(program) && resumes(program, command) ? program : undefined;
}

/** The first start of a conversation. `id`: a fresh UUID, for agents that take one. */
export function startConversation(agent: ResumingAgent, command: readonly string[], id: string): AgentStart {
  return GRAMMARS[agent].start(wordsOf(agent, command), id);
}

/** The same command, to go on with the conversation. */
export function resumeConversation({ agent, id }: Conversation, command: readonly string[]): readonly string[] {
  return GRAMMARS[agent].resume(wordsOf(agent, command), id);
}

/** codex and gemini say at their end how to go on: `codex resume 0199…`. Taken only as a name, and only if it is a UUID. */
export function conversationNamed(agent: ResumingAgent, text: string): string | undefined {
  const words = { claude: /claude (?:-r|--resume)/, codex: /codex resume/, gemini: /gemini (?:-r|--resume)/ }[agent];
  const named = [...text.matchAll(new RegExp(`${words.source}[ =]['"]?(${UUID})\\b`, 'g'))];
  return named.at(-1)?.[1]?.toLowerCase();
}

const UUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';

function isResuming(agent: string): agent is ResumingAgent {
  return (RESUMING_AGENTS as readonly string[]).includes(agent);
}

function wordsOf(agent: ResumingAgent, command: readonly string[]): Words {
  const [program = agent, ...args] = command;
  return { program, args, options: optionsOf(args, GRAMMARS[agent]) };
}

/** Options with their values, without the words that stand for themselves. */
function optionsOf(args: readonly string[], { values, optional, lists }: Grammar): string[] {
  const options: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const word = args[i]!;
    if (word === '--') break;
    if (!isOption(word)) continue;
    options.push(word);
    if (lists.has(word)) while (args[i + 1] !== undefined && !isOption(args[i + 1]!)) options.push(args[++i]!);
    else if (args[i + 1] === undefined) break;
    else if (values.has(word) || (optional.has(word) && !isOption(args[i + 1]!))) options.push(args[++i]!);
  }
  return options;
}

function isOption(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** gemini's `-i TEXT` is a prompt with a flag: gone with its value. */
function withoutValue(options: readonly string[], names: ReadonlySet<string>): string[] {
  return options.filter((word) => !names.has(word.split('=')[0] ?? word));
}
