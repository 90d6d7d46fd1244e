import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  DEFAULT_NOTICES,
  type HostEvent,
  NO_TEAMS,
  type NoticeRules,
  type SessionHost,
  type SessionInfo,
  type TeamConfig,
} from '../../src/core/index.ts';
import { waitUntil } from '../support/index.ts';
import { closeAll, ENV, newSession, onlineClient, openHub } from './support/index.ts';
import { team } from './teams/support.ts';

afterEach(closeAll);

const PLAYER = fileURLToPath(new URL('../support/play-recording.mjs', import.meta.url));
const PERMISSION = fileURLToPath(new URL('../fixtures/recordings/claude-permission.cast', import.meta.url));

type Attention = Extract<HostEvent, { type: 'attention' }>;

async function stand(notify: Partial<NoticeRules>, more: Partial<TeamConfig> = {}) {
  const { hub, path, socket } = await openHub();
  const file = join(path, 'told');
  const command = [
    '/bin/sh',
    '-c',
    'printf "%s|" "$@" >> "$0"; echo >> "$0"',
    file,
    '{session}',
    '{state}',
    '{question}',
  ];
  hub.setTeams({ ...NO_TEAMS, notify: { ...DEFAULT_NOTICES, command, ...notify }, ...more });
  const host = await onlineClient(socket);
  const heard: Attention[] = [];
  host.on((event) => {
    if (event.type === 'attention') heard.push(event);
  });
  const told = (): string[] => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []);
  return { host, heard, told };
}

function asker(host: SessionHost, ...options: string[]): Promise<SessionInfo> {
  const command = [process.execPath, PLAYER, PERMISSION, '--speed', '30', '--stay', ...options];
  return host.command('session.new', {
    command,
    agent: 'claude',
    name: 'asker',
    cwd: '/tmp',
    env: ENV,
    cols: 120,
    rows: 40,
  });
}

const blocked = async (host: SessionHost, id: string): Promise<void> => {
  await host.command('session.wait', { session: id, until: 'blocked', timeoutMs: 30_000 });
};

/** Something that is told after everything before it. */
async function later(host: SessionHost, told: () => string[]): Promise<void> {
  await newSession(host, 'exit 9');
  await waitUntil(() => told().some((line) => line.includes('exit code 9')), 'what happened later is told');
}

describe('notices', () => {
  it('of an agent that waits come by all the ways that were asked for, with its question', async () => {
    const { host, heard, told } = await stand({ blocked: ['bell', 'osc777', 'command'] });
    const { id } = await asker(host);
    await waitUntil(() => told().length === 1 && heard.length === 1, 'it is told');
    expect(told()[0]).toMatch(/^asker\|blocked\|.*touch made\.txt.*\|$/);
    expect(heard[0]).toMatchObject({ sessionId: id, ways: ['bell', 'osc777'], title: 'iris-tui: asker waits for you' });
    expect(heard[0]?.body).toContain('touch made.txt');
  });

  it('of a process that failed come, of one that was ended by somebody or ended well do not', async () => {
    const { host, told } = await stand({ failed: ['command'] });
    await newSession(host, 'exit 0');
    const killed = await newSession(host, 'sleep 100');
    await host.command('session.kill', { session: killed.id });
    await later(host, told);
    expect(told()).toHaveLength(1);
  });

  it('do not come to somebody who looks', async () => {
    const { host, heard, told } = await stand({ blocked: ['bell', 'command'], failed: ['command'] });
    const { id } = await asker(host, '--wait-at', 'typed');
    await host.command('session.seen', { session: id, looking: true });
    await host.command('session.wait', { session: id, until: 'idle', timeoutMs: 30_000 });
    await host.command('session.keys', { session: id, keys: ['Enter'] });
    await blocked(host, id);
    await later(host, told);
    expect(told()).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it('do not come in quiet hours', async () => {
    const awake = team('awake', {
      command: ['/bin/sh', '-c', 'exit 9'],
      notify: { failed: ['command'], quiet: { from: 0, to: 0 } },
    });
    const quiet = { from: 0, to: 1440 };
    const { host, heard, told } = await stand({ blocked: ['bell', 'command'], quiet }, { teams: [awake] });
    const { id } = await asker(host);
    await blocked(host, id);
    // One that has no such hours, and is told after everything before it.
    await host.command('session.new', { team: 'awake' });
    await waitUntil(() => told().some((line) => line.includes('exit code 9')), 'what happened later is told');
    await host.command('session.list', {});
    expect(told()).toHaveLength(1);
    expect(heard).toEqual([]);
  });
});
