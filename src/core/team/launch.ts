import { headlessAgent } from '../agent/headless/index.ts';
import { RESUMING_AGENTS } from '../agent/resume.ts';
import { agentCommand, type FindProgram, KNOWN_AGENTS } from '../session/agents.ts';
import type { SessionSpec } from '../session/ports.ts';
import { type Remote, withoutSecrets } from './remote.ts';
import type { Team } from './team.ts';

/** This machine, for teams that live here. Of another machine nothing is looked up here. */
export interface Surroundings {
  /** Of whoever asks. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  readonly shell: string;
  /** Looks on the PATH of `env`, from `cwd`. */
  readonly find: (program: string, cwd: string) => string | undefined;
}

/** The login shell of whoever logs in there, known only there. sshd says it in SHELL; a container may not have said anything. */
export const FAR_SHELL: readonly string[] = [
  'sh',
  '-c',
  'for s in "$SHELL" /bin/bash /bin/sh; do [ -x "$s" ] && exec "$s" -l; done',
];

/**
 * What a session of a team is started with.
 * @throws IrisError `program-missing` when the agent is not installed here, `usage` for an agent that can't be run headless
 */
export function teamSpec(
  team: Team,
  here: Surroundings,
  size: { readonly cols: number; readonly rows: number },
): SessionSpec {
  const headless = team.mode === 'headless';
  if (headless) headlessAgent(team.agent);
  const cwd = team.path ?? (team.remote ? '' : here.home);
  return {
    command: teamCommand(team, here, cwd),
    cwd,
    env: team.remote ? team.env : { ...here.env, ...team.env },
    mode: headless ? 'headless' : 'pty',
    cols: size.cols,
    rows: size.rows,
    name: team.name,
    agent: team.agent,
    team: team.name,
    teamPrint: teamPrint(team),
    restart: team.restart,
    ...(team.remote === undefined ? {} : { remote: team.remote }),
    ...(team.sessionInitTimeoutMs === undefined ? {} : { startTimeoutMs: team.sessionInitTimeoutMs }),
    ...(team.maxAttempts === undefined ? {} : { maxAttempts: team.maxAttempts }),
    ...(team.giveUpAfterMs === undefined ? {} : { giveUpAfterMs: team.giveUpAfterMs }),
    ...(team.hooks === undefined ? {} : { hooks: team.hooks }),
    // A wrapper's arguments are its own: then only its name can say whose they are.
    ...(!headless && team.command === undefined && (RESUMING_AGENTS as readonly string[]).includes(team.agent)
      ? { resumes: team.agent }
      : {}),
  };
}

function teamCommand(team: Team, here: Surroundings, cwd: string): readonly string[] {
  const added = team.agent === 'claude' ? claudeArguments(team) : [];
  return [...programOf(team, here, cwd), ...added, ...team.args];
}

function programOf(team: Team, here: Surroundings, cwd: string): readonly string[] {
  if (team.command) return team.command;
  if (team.agent === 'shell') return team.remote ? (team.args.length > 0 ? ['sh'] : FAR_SHELL) : [here.shell];
  if (team.claudePath !== undefined) return [team.claudePath];
  if (team.remote) return [KNOWN_AGENTS.find(({ name }) => name === team.agent)?.program ?? team.agent];
  const find: FindProgram = (program) => here.find(program, cwd);
  return agentCommand(team.agent, find, here.env.PATH ?? '');
}

/** Each value with its option in one word: options of claude that take several would go on to take what follows. */
function claudeArguments(team: Team): string[] {
  const each = (option: string, values: readonly string[] = []): string[] =>
    values.map((value) => `${option}=${value}`);
  return [
    ...each('--allowedTools', team.allowedTools),
    ...each('--disallowedTools', team.disallowedTools),
    ...(team.appendSystemPrompt === undefined ? [] : ['--append-system-prompt', team.appendSystemPrompt]),
    ...PERMISSION[team.grantPermission ?? 'ask'],
  ];
}

/** `ask` and `forward`: the question stands in the pane, and in the list of what waits. */
const PERMISSION: Readonly<Record<NonNullable<Team['grantPermission']>, readonly string[]>> = {
  yes: ['--dangerously-skip-permissions'],
  no: ['--permission-mode', 'dontAsk'],
  ask: [],
  forward: [],
};

/** Equal for entries that start the same thing. Says nothing about what is secret in them. */
export function teamPrint(team: Team): string {
  const { description: _d, color: _c, autostart: _a, idleTimeoutMs: _i, notify: _n, remote, ...rest } = team;
  return hash(
    JSON.stringify([Object.entries(rest).sort(byName), remote ? Object.entries(plain(remote)).sort(byName) : null]),
  );
}

function plain(remote: Remote): Record<string, unknown> {
  const { options, ...rest } = withoutSecrets(remote);
  return { ...rest, options: Object.entries(options).sort(byName) };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** FNV-1a, twice with different bases: enough to see that something changed. */
function hash(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x01000193;
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return (a >>> 0).toString(16).padStart(8, '0') + (b >>> 0).toString(16).padStart(8, '0');
}

/** Where it lives, as it was written. */
export function remoteWords(remote: Remote): string {
  return (remote.kind === 'openssh' || remote.kind === 'ssh2' ? ['ssh', ...remote.words] : remote.words).join(' ');
}
