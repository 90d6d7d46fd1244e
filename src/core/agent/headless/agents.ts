import { IrisError } from '../../errors.ts';
import { AcpAdapter, GEMINI_ARGS } from './acp.ts';
import { CLAUDE_ARGS, ClaudeAdapter } from './claude.ts';
import { CODEX_ARGS, CodexAdapter } from './codex.ts';
import type { Adapter, AdapterPorts } from './types.ts';

interface HeadlessAgent {
  /** What its command line needs to speak to a program. */
  readonly args: readonly string[];
  /** What is added to go on with a session; absent: that is said in its language. */
  readonly resumeArgs?: (id: string) => readonly string[];
  readonly create: (ports: AdapterPorts) => Adapter;
}

/** The one list of agents that can be run without a terminal. */
const AGENTS = {
  claude: {
    args: CLAUDE_ARGS,
    resumeArgs: (id: string) => ['--resume', id],
    create: (ports: AdapterPorts) => new ClaudeAdapter(ports),
  },
  codex: { args: CODEX_ARGS, create: (ports: AdapterPorts) => new CodexAdapter(ports) },
  gemini: { args: GEMINI_ARGS, create: (ports: AdapterPorts) => new AcpAdapter(ports) },
} as const satisfies Record<string, HeadlessAgent>;

export type HeadlessAgentName = keyof typeof AGENTS;
export const HEADLESS_AGENTS = Object.keys(AGENTS) as readonly HeadlessAgentName[];

export function isHeadlessAgent(name: string): name is HeadlessAgentName {
  return Object.hasOwn(AGENTS, name);
}

/** An agent that somebody named. @throws IrisError `usage` when it can't be spoken to */
export function headlessAgent(name: string): HeadlessAgentName {
  if (isHeadlessAgent(name)) return name;
  throw new IrisError('usage', `${name} can't be run headless`, {
    remedy: `that is for ${HEADLESS_AGENTS.join(', ')}`,
  });
}

/**
 * The command line of an agent that speaks to a program: `command` is the agent's own program with the user's arguments, `resume` a session of the agent
 * to go on with.
 */
export function headlessCommand(
  agent: HeadlessAgentName,
  command: readonly string[],
  resume?: string,
): readonly string[] {
  const { args, resumeArgs }: HeadlessAgent = AGENTS[agent];
  return [...command, ...args, ...(resume === undefined ? [] : (resumeArgs?.(resume) ?? []))];
}

export function createAdapter(agent: HeadlessAgentName, ports: AdapterPorts): Adapter {
  return AGENTS[agent].create(ports);
}
