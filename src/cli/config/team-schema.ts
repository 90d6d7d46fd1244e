import { z } from 'zod';
import {
  agentKindOf,
  HEADLESS_AGENTS,
  IrisError,
  isHeadlessAgent,
  KNOWN_AGENTS,
  nearest,
  plainText,
  RESTART_RULES,
} from '../../core/index.ts';
import { accepted, colour, commaList, commandLine, complain, TIME_LIMIT_MS, words } from './fields.ts';
import { teamNotify } from './notify-schema.ts';

/** A name is shown in borders and lists, and typed on command lines. */
const NAME_LIMIT_CHARS = 64;
/** Teams of one file; whoever needs more has a generator, and a fleet of hubs. */
const TEAMS_LIMIT = 1000;

export const AGENTS = [...KNOWN_AGENTS.map((agent) => agent.name), 'shell'] as const;

const path = z.string().min(1).max(4096);
const port = z.number().int().min(1).max(65_535);
const duration = (leastMs: number) => z.number().int().min(leastMs).max(TIME_LIMIT_MS);

export const remoteOptions = z.strictObject({
  identity: path.optional().describe('path of a private key; relative to this file'),
  passphrase: z.string().optional().describe('of the private key; written as a variable'),
  port: port.optional().describe('port of the ssh server'),
  strictHostKeyChecking: z
    .union([z.boolean(), z.literal('accept-new')])
    .optional()
    .describe(
      'true: unknown and changed hosts are refused; accept-new: unknown ones are remembered; false: all are taken',
    ),
  connectTimeout: duration(100).optional().describe('milliseconds until an attempt to connect has failed'),
  serverAliveInterval: duration(1000)
    .optional()
    .describe('milliseconds without a sign of the server until it is asked for one'),
  serverAliveCountMax: z.number().int().min(1).max(1000).optional().describe('questions without an answer'),
  compression: z.boolean().optional(),
  forwardAgent: z.boolean().optional().describe('let the other machine use the ssh agent of this one'),
  extraSshArgs: words.optional().describe('further words for ssh, before the host'),
});

const environment = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .superRefine((variables, context) => {
    for (const [name, value] of Object.entries(variables)) {
      complain(context, () => checkVariable(name, String(value)), [name], { onKey: true });
    }
  })
  .transform((variables) => Object.fromEntries(Object.entries(variables).map(([name, v]) => [name, String(v)])));

/** Say how a shell works, or where it is: a start over ssh passes through one. */
const SHELLS_OWN = new Set(['IFS', 'SHELLOPTS', 'BASHOPTS', 'PPID', 'UID', 'EUID', 'PWD', 'OLDPWD', '_']);

function checkVariable(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new IrisError('usage', `${JSON.stringify(name)} is no name of a variable`, {
      remedy: 'letters, digits and _ make one',
    });
  }
  if (SHELLS_OWN.has(name)) refuse(`${name} is the shell's own`, 'leave it out');
  if (value.includes('\0')) throw new IrisError('usage', 'a variable can hold no NUL');
}

/** As it is written. */
export const teamSchema = z
  .strictObject({
    description: z.string().max(1000).optional().describe('what it is for'),
    path: path.optional().describe('folder to work in; here relative to this file, there to the home'),
    remote: commandLine
      .optional()
      .describe(
        'where it runs: hub NAME (paired with), ssh …, docker exec -i NAME, kubectl exec -i POD --, or any command that runs a command',
      ),
    ssh2: z.boolean().optional().describe('connect with a library in place of the ssh program'),
    remoteOptions: remoteOptions.optional(),
    agent: z
      .string()
      .min(1)
      .max(64)
      .optional()
      .describe(`${AGENTS.join(', ')}`),
    command: commandLine.optional().describe("in place of the agent's own program; a line or a list"),
    args: words.optional().describe('further arguments; a line or a list'),
    env: environment.optional().describe('environment variables of the process'),
    claudePath: path.optional().describe("path of the agent's program, there"),
    mode: z.enum(['interactive', 'headless']).default('interactive'),
    autostart: z.boolean().default(false).describe('start it with the hub'),
    restart: z.enum(RESTART_RULES).default('never').describe('when its process has ended by itself'),
    maxAttempts: z.number().int().min(0).max(1_000_000).optional().describe('attempts to connect; 0: no bound'),
    giveUpAfter: duration(1000)
      .optional()
      .describe('milliseconds without a connection until it is given up; 3 h when left out'),
    idleTimeout: duration(0).optional().describe('end it when nobody used it for so many milliseconds; 0: never'),
    sessionInitTimeout: duration(1).optional().describe('milliseconds within which its process has to run'),
    color: colour.optional().describe('of its name'),
    hooks: z.boolean().optional().describe('let hooks on its command line tell what it does'),
    grantPermission: z.enum(['yes', 'no', 'ask', 'forward']).optional().describe('what becomes of its questions'),
    skipPermissions: z.boolean().optional().describe('older word for grantPermission: yes'),
    allowedTools: commaList.optional().describe('a list, or text with commas'),
    disallowedTools: commaList.optional().describe('a list, or text with commas'),
    appendSystemPrompt: z.string().optional(),
    enableReverseMcp: z.boolean().optional(),
    reverseMcpPort: port.optional(),
    allowHttp: z.boolean().optional(),
    sessionMcpEnabled: z.boolean().optional(),
    sessionMcpPath: path.optional(),
    mcpConfigScript: path.optional(),
    notify: teamNotify.optional().describe('what is told of its agents, where it is not as in settings.notify'),
    persist: z
      .union([z.boolean(), z.literal('auto')])
      .default(false)
      .describe(
        'keep its session in the hub of that machine, where it outlives the connection; auto: if iris-tui is installed there',
      ),
    ...accepted(['forward', 'remoteType', 'authentication']),
  })
  .superRefine((team, context) => {
    complain(context, () => checkAgent(team.agent, team.command !== undefined), ['agent']);
    complain(context, () => checkRemote(team.remote), ['remote']);
    complain(context, () => checkMode(team), ['mode']);
    if (team.ssh2 && sshWords(team.remote) === undefined) {
      complain(context, () => refuse('has no meaning without ssh', 'write remote: ssh HOST, or leave it out'), [
        'ssh2',
      ]);
    }
  });

export type TeamEntry = z.output<typeof teamSchema>;

function refuse(message: string, remedy: string): never {
  throw new IrisError('usage', message, { remedy });
}

function checkAgent(agent: string | undefined, hasCommand: boolean): void {
  if (agent === undefined || AGENTS.includes(agent)) return;
  const near = nearest(agent, AGENTS);
  if (!hasCommand) {
    refuse(
      `there is no agent ${JSON.stringify(agent)}`,
      near ? `did you mean ${near}?` : 'name its program as command',
    );
  }
  if (!/^[a-z][a-z0-9_-]*$/.test(agent))
    refuse(`${JSON.stringify(agent)} is no name of an agent`, 'small letters make one');
}

function checkMode({
  mode,
  agent,
  command,
}: {
  mode: string;
  agent?: string | undefined;
  command?: readonly string[] | undefined;
}): void {
  const kind = agentOf({ agent, command });
  if (mode !== 'headless' || isHeadlessAgent(kind)) return;
  refuse(`${kind} cannot be run headless`, `that is for ${HEADLESS_AGENTS.join(', ')}`);
}

/** What a team runs: what it says, or what its command is, or claude. */
export function agentOf({
  agent,
  command,
}: {
  agent?: string | undefined;
  command?: readonly string[] | undefined;
}): string {
  return agent ?? (command === undefined ? 'claude' : agentKindOf(command));
}

function checkRemote(remote: readonly string[] | undefined): void {
  const [program] = remote ?? [];
  if (program === undefined || remote === undefined) return;
  if (program.endsWith('/ssh')) refuse('names a program by its path', 'write ssh: it is looked up on PATH');
  if (program === 'ssh' && remote.length === 1) refuse('names no host', 'write remote: ssh HOST');
}

/**
 * What follows `ssh`, or undefined where something else runs. iris-mcp's documents also have `remote: user@host` alone; no program is called
 * that.
 */
export function sshWords(remote: readonly string[] | undefined): readonly string[] | undefined {
  const [program, ...rest] = remote ?? [];
  if (program === 'ssh') return rest;
  return program !== undefined && rest.length === 0 && /^[^/@]+@[^/@]+$/.test(program) ? [program] : undefined;
}

export const teamsSchema = z.record(z.string(), teamSchema).superRefine((teams, context) => {
  const names = Object.keys(teams);
  for (const name of names) complain(context, () => checkName(name), [name], { onKey: true });
  if (names.length > TEAMS_LIMIT) {
    complain(context, () => refuse(`there are more than ${TEAMS_LIMIT} teams`, 'leave some out'));
  }
});

function checkName(name: string): void {
  if (name.trim() === '') refuse('a team has no name', 'give it one');
  if (name.length > NAME_LIMIT_CHARS) refuse(`the name is longer than ${NAME_LIMIT_CHARS} characters`, 'shorten it');
  if (name.startsWith('-')) refuse('the name begins with a dash', 'command lines would take it for an option');
  if (name.includes('/')) refuse('the name has a slash in it', 'write - in its place');
  if (name !== name.trim()) refuse('the name begins or ends with a blank', 'leave it out');
  if (plainText(name) !== name) refuse('the name has control characters in it', 'leave them out');
}
