import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { startSshd, stopSshds } from '../../support/index.ts';
import { closeAll, errorOf, folder, onlineClient, openHub } from '../support/index.ts';
import { config, session } from '../teams/support.ts';
import { farTeam, is } from './support.ts';

afterEach(async () => {
  await closeAll();
  await stopSshds();
});

const AGENT = [process.execPath, fileURLToPath(new URL('../../support/fake-claude.mjs', import.meta.url))];

describe('a headless session on another machine', () => {
  test('speaks over ssh; when the connection dies whoever waits is told, and it goes on with its conversation', async () => {
    const sshd = await startSshd();
    const team = farTeam('far', sshd, { agent: 'claude', command: AGENT, mode: 'headless' });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([team]) });
    const host = await onlineClient(socket);
    await host.command('team.up', { teams: ['far'] });
    const before = await session(host, 'far', 'is online', is('online'));
    expect(before).toMatchObject({ mode: 'headless', transport: 'openssh' });
    const ask = (text: string) =>
      host.command('session.prompt', { session: 'far', text, wait: true, timeoutMs: 30_000 });
    expect(await ask('remember the tea')).toMatchObject({ outcome: 'answered', answer: 'kept' });
    const waiting = errorOf(ask('slow'));
    await session(host, 'far', 'works', ({ agent }) => agent.state === 'working');
    await sshd.killConnections();
    expect(await waiting).toMatchObject({ code: 'failed' });
    await session(host, 'far', 'is back', (info) => info.epoch !== before.epoch && info.connection.state === 'online');
    expect(await ask('recall')).toMatchObject({ outcome: 'answered', answer: 'the tea' });
    const { text } = await host.command('session.capture', { session: 'far', history: 100 });
    expect(text).toContain('> remember the tea');
    expect(text).toContain('goes on');
  });
});
