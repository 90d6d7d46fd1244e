import { agentOf, sshWords, type TeamEntry } from './team-schema.ts';

/** Sections that other programs put into the same file, or that later versions read. */
export const INEFFECTIVE_SECTIONS = ['hubs', 'dashboard', 'database'] as const;

export const INEFFECTIVE_SETTINGS = [
  'spawnTimeout',
  'responseTimeout',
  'healthCheckInterval',
  'httpPort',
  'defaultTransport',
  'wonderLoggerConfig',
  'hotReloadConfig',
  'sessionMcpEnabled',
  'sessionMcpPath',
] as const;

/** Keys of a team whose feature is not there yet. */
export const INEFFECTIVE_TEAM_KEYS = [
  'enableReverseMcp',
  'reverseMcpPort',
  'allowHttp',
  'sessionMcpEnabled',
  'sessionMcpPath',
  'mcpConfigScript',
  'forward',
  'remoteType',
  'authentication',
] as const;

/** Is what stands at a path accepted without doing anything? */
export function hasNoEffect(path: readonly (string | number)[]): boolean {
  const [section, name, key] = path.map(String);
  if (path.length === 1) return has(INEFFECTIVE_SECTIONS, section);
  if (path.length === 2) return section === 'settings' && has(INEFFECTIVE_SETTINGS, name);
  return path.length === 3 && section === 'teams' && has(INEFFECTIVE_TEAM_KEYS, key);
}

function has(names: readonly string[], name: string | undefined): boolean {
  return name !== undefined && names.includes(name);
}

/** Every such place in plain data, in the order of the file. */
export function ineffective(data: unknown): string[][] {
  const paths = keysOf(data).map((key) => [key]);
  const { settings, teams } = (data ?? {}) as { settings?: unknown; teams?: unknown };
  for (const name of keysOf(settings)) paths.push(['settings', name]);
  for (const team of keysOf(teams)) {
    for (const key of keysOf((teams as Record<string, unknown>)[team])) paths.push(['teams', team, key]);
  }
  return paths.filter(hasNoEffect);
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** Arguments that claude alone has. */
const CLAUDE_KEYS = [
  'grantPermission',
  'skipPermissions',
  'allowedTools',
  'disallowedTools',
  'appendSystemPrompt',
] as const;

/** What every program in a terminal of ours is told, whatever its environment said. */
const OWN_VARIABLES = ['TERM', 'COLORTERM', 'TERM_PROGRAM'];

interface Idle {
  /** Below the team. */
  readonly path: readonly string[];
  readonly message: string;
  readonly remedy?: string;
}

/** What in a team means nothing beside the rest of it, and why. */
export function idleKeys(team: TeamEntry): Idle[] {
  const found: Idle[] = [];
  const idle = (path: string | readonly string[], message: string, remedy?: string): void => {
    found.push({ path: [path].flat(), message, ...(remedy === undefined ? {} : { remedy }) });
  };
  const program = team.remote?.[0];
  if (isHub(team))
    idle(
      'remote',
      'an address says nothing of who you are there: the team is left out',
      'iris-tui pair makes the hub known; then remote: hub NAME',
    );
  if (team.remoteOptions !== undefined && sshWords(team.remote) === undefined && !isHub(team)) {
    const why = program === undefined ? 'has no effect without remote' : `has no effect on ${program}`;
    idle('remoteOptions', why, 'it is about ssh');
  }
  if (team.persist !== false) {
    if (program === undefined) idle('persist', 'has no effect without remote');
    else if (program === 'hub') idle('persist', 'has no effect on hub: sessions live there anyway');
  }
  const kept =
    program === 'hub' ? 'on hub' : program !== undefined && team.persist !== false ? 'beside persist' : undefined;
  if (kept !== undefined && team.restart !== 'never') {
    const plainly = program !== 'hub' && team.persist === 'auto' ? ', but where it could not be kept there' : '';
    idle(
      'restart',
      `has no effect ${kept}: what has ended in the hub there stays so${plainly}`,
      'iris-tui up starts it again',
    );
  }
  if (team.claudePath !== undefined && team.command !== undefined) idle('claudePath', 'has no effect beside command');
  if (team.skipPermissions !== undefined && team.grantPermission !== undefined) {
    idle('skipPermissions', 'has no effect beside grantPermission');
  }
  const agent = agentOf(team);
  for (const key of CLAUDE_KEYS) {
    if (team[key] !== undefined && agent !== 'claude') idle(key, `has no effect on ${agent}`);
  }
  for (const name of Object.keys(team.env ?? {})) {
    const own = name.startsWith('IRIS_') || (program === undefined && OWN_VARIABLES.includes(name));
    if (own) idle(['env', name], 'has no effect: iris-tui sets it');
  }
  return found;
}

/** Does a team live in another hub? */
export function isHub(team: Pick<TeamEntry, 'remote'>): boolean {
  return team.remote?.length === 1 && /^(https?|wss?):\/\//i.test(team.remote[0]!);
}
