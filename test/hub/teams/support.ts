import { NO_TEAMS, type SessionHost, type SessionInfo, type Team, type TeamConfig } from '../../../src/core/index.ts';
import { waitUntil } from '../../support/index.ts';

export function team(name: string, more: Partial<Team> = {}): Team {
  return {
    name,
    path: '/tmp',
    agent: 'shell',
    command: ['/bin/sh', '-c', 'echo up; while read -r line; do echo "<$line>"; done'],
    args: [],
    env: {},
    mode: 'interactive',
    autostart: false,
    restart: 'never',
    ...more,
  };
}

export const config = (teams: readonly Team[], more: Partial<TeamConfig> = {}): TeamConfig => ({
  ...NO_TEAMS,
  teams,
  ...more,
});

export const named = (host: SessionHost, name: string): SessionInfo | undefined =>
  host.sessions.find((session) => session.name === name);

/** A session whose info is as it should be. */
export async function session(
  host: SessionHost,
  name: string,
  what: string,
  holds: (info: SessionInfo) => boolean,
  timeoutMs?: number,
): Promise<SessionInfo> {
  const look = (): SessionInfo | undefined => {
    const info = named(host, name);
    return info && holds(info) ? info : undefined;
  };
  return waitUntil(look, `${name} ${what}`, {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    detail: () => JSON.stringify(named(host, name)),
  });
}
