import type { SessionInfo, TeamInfo } from '../../core/index.ts';

/** Options of ssh that take the next word (ssh(1)). */
const SSH_VALUES = new Set([...'BbcDEeFIiJLlmOopQRSWw']);

/** Where a team runs, for people: the host of `me@gpu-01`, `docker web` of `docker exec -i web`. */
export function placeOfTeam(team: Pick<TeamInfo, 'transport' | 'remote'>): string {
  const words = (team.remote ?? '').split(/\s+/).filter(Boolean);
  if (team.transport === 'local') return 'local';
  if (team.transport === 'exec') {
    const [program = 'exec'] = words;
    const base = program.slice(program.lastIndexOf('/') + 1).replace(/\.exe$/, '');
    const target = words.slice(1).findLast((word) => !word.startsWith('-'));
    return target === undefined || target === 'exec' ? base : `${base} ${target.replace(/^.*\//, '')}`;
  }
  return hostOf(words) ?? team.transport;
}

/** The destination among what is written after `ssh`, without the user, a scheme and a port. */
function hostOf(words: readonly string[]): string | undefined {
  const rest = words[0] === 'ssh' ? words.slice(1) : words;
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    if (word === '--') return bare(rest[i + 1]);
    if (!word.startsWith('-')) return bare(word);
    if (word.length === 2 && SSH_VALUES.has(word[1] ?? '')) i += 1;
  }
  return undefined;
}

function bare(destination: string | undefined): string | undefined {
  const url = destination?.match(/^ssh:\/\/(.*?)(?::\d+)?\/?$/);
  return (url?.[1] ?? destination)?.replace(/^.*@/, '');
}

/** A session of another hub that was not started for a team of ours: closed here, it goes on there. */
export function livesElsewhere({ transport, team }: Pick<SessionInfo, 'transport' | 'team'>): boolean {
  return transport === 'websocket' && team === undefined;
}

/** Where a session runs, for people. */
export function placeOf(session: SessionInfo, teams: readonly TeamInfo[]): string {
  if (session.transport === 'local') return 'local';
  // It lives there, and outlives the connection.
  if (session.transport === 'websocket') return `${session.hub.replace(/^.*@/, '')} hub`;
  const team = teams.find((t) => t.name === session.team);
  return team && team.transport === session.transport ? placeOfTeam(team) : (session.team ?? session.transport);
}
