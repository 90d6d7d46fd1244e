import { IrisError } from '../errors.ts';

/** An agent that we know by name. */
export interface KnownAgent {
  readonly name: string;
  /** The program, as looked up on PATH. */
  readonly program: string;
  /** How to get it, for the message when it is missing. */
  readonly install: string;
}

export const KNOWN_AGENTS: readonly KnownAgent[] = [
  { name: 'claude', program: 'claude', install: 'npm install -g @anthropic-ai/claude-code' },
  { name: 'codex', program: 'codex', install: 'npm install -g @openai/codex' },
  { name: 'gemini', program: 'gemini', install: 'npm install -g @google/gemini-cli' },
  { name: 'opencode', program: 'opencode', install: 'npm install -g opencode-ai' },
  { name: 'aider', program: 'aider', install: 'python -m pip install aider-install && aider-install' },
];

/** Where a program is: its absolute path, or undefined. The hub looks on the PATH of whoever asks. */
export type FindProgram = (program: string) => string | undefined;

const SHELLS = new Set([
  'sh',
  'bash',
  'zsh',
  'fish',
  'dash',
  'ash',
  'ksh',
  'tcsh',
  'csh',
  'nu',
  'elvish',
  'xonsh',
  'pwsh',
]);

/** What a command is, going by its program: the name of an agent, `shell`, or `command`. */
export function agentKindOf(command: readonly string[]): string {
  const program = baseName(command[0] ?? '');
  const agent = KNOWN_AGENTS.find((known) => known.program === program);
  return agent?.name ?? (SHELLS.has(program) ? 'shell' : 'command');
}

/**
 * The command of an agent, found now, so that what is missing is said in one line before anything starts.
 * @throws IrisError `usage` for an agent nobody knows, `program-missing` when it is not installed.
 */
export function agentCommand(name: string, find: FindProgram, searched: string): readonly string[] {
  const agent = KNOWN_AGENTS.find((known) => known.name === name);
  if (!agent) {
    const names = KNOWN_AGENTS.map((known) => known.name).join(', ');
    throw new IrisError('usage', `there is no agent "${name}"`, { remedy: `known are ${names}` });
  }
  if (find(agent.program) !== undefined) return [agent.program];
  const found = KNOWN_AGENTS.filter((known) => find(known.program) !== undefined).map((known) => known.name);
  const others = found.length > 0 ? `found here: ${found.join(', ')}` : 'no other agent is installed here';
  throw new IrisError('program-missing', `${agent.program} was not found in ${searched || 'an empty PATH'}`, {
    remedy: `install it (${agent.install}) or name its command after --; ${others}`,
  });
}

/** Last part of a path, without the dash of a login shell. */
export function baseName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1).replace(/^-+/, '');
}
