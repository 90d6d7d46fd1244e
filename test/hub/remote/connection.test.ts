import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type SessionHost, withoutSecrets } from '../../../src/core/index.ts';
import { type Sshd, startSshd, stopSshds } from '../../support/index.ts';
import {
  client,
  closeAll,
  ENV,
  errorOf,
  eventsOf,
  eventually,
  folder,
  onlineClient,
  openHub,
  Watcher,
} from '../support/index.ts';
import { config, named, session } from '../teams/support.ts';
import { farAgent, farTeam, is } from './support.ts';

afterEach(async () => {
  await closeAll();
  await stopSshds();
});

const up = (host: SessionHost, ...teams: string[]) => host.command('team.up', { teams });
const epochAfter = (before: string) => (info: { epoch: string; connection: { state: string } }) =>
  info.epoch !== before && info.connection.state === 'online';

describe('a session on another machine', () => {
  test('whose connection dies is offline, comes back by itself, and its agent goes on with its conversation', async () => {
    const sshd = await startSshd();
    const { command: _none, ...entry } = farTeam('far', sshd, { agent: 'claude', claudePath: farAgent(sshd) });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
    const host = await onlineClient(socket);
    expect((await up(host, 'far')).started).toMatchObject([
      { name: 'far', transport: 'openssh', agent: { kind: 'claude' } },
    ]);
    const before = await session(host, 'far', 'is online', is('online'));
    expect(before.connection).toMatchObject({ attempt: 0, transport: 'ready' });
    const watch = new Watcher(host, before.id);
    await watch.shows(/called with: --session-id [0-9a-f-]{36}/);
    const id = /--session-id (\S+)/.exec(watch.text)![1];
    const states = new Set<string>();
    host.on(() => states.add(named(host, 'far')?.connection.state ?? ''));
    await sshd.killConnections();
    const after = await session(host, 'far', 'is back', epochAfter(before.epoch));
    // Tried again at once: it may be told only of the attempt.
    expect(states.has('offline') || states.has('connecting')).toBe(true);
    expect(after.process.begun).toBe('resumed');
    await watch.shows(`called with: --resume ${id}`);
    watch.type('there?\r');
    await watch.shows('<there?>');
  });

  test('what is typed meanwhile is held, and refused with its text when another process began', async () => {
    const sshd = await startSshd();
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([farTeam('far', sshd)]) });
    const host = await onlineClient(socket);
    const other = await onlineClient(socket);
    await up(host, 'far');
    const before = await session(host, 'far', 'is online', is('online'));
    const watch = new Watcher(host, before.id);
    await watch.shows('up');
    // Nobody takes the next connection: first it hangs, then it is refused.
    process.kill(sshd.pid!, 'SIGSTOP');
    await sshd.killConnections();
    await sshd.killListener();
    const mine = eventsOf(host);
    const theirs = eventsOf(other);
    await session(host, 'far', 'is offline', is('offline'));
    watch.type('ls ');
    watch.type('-l\r');
    await session(host, 'far', 'holds it', (info) => info.connection.heldBytes === 6);
    const script = await errorOf(host.command('session.keys', { session: 'far', keys: ['Enter'] }));
    expect(script).toMatchObject({ code: 'unreachable', retriable: true });
    expect(script.message).toContain('far has no connection');
    await sshd.restart();
    await host.command('session.retry', { session: 'far' });
    await session(host, 'far', 'is back', epochAfter(before.epoch));
    const refused = await eventually('it is refused', () => mine.find((event) => event.type === 'refused'));
    expect(refused).toMatchObject({ sessionId: before.id, bytes: 6, text: 'ls -l\r' });
    await session(host, 'far', 'holds nothing', (info) => info.connection.heldBytes === undefined);
    expect(theirs.some(({ type }) => type === 'refused')).toBe(false);
    watch.type('now\r');
    await watch.shows('<now>');
    expect(watch.text).not.toContain('<ls -l>');
  });

  test('[T15] a refused port is tried again, by itself, until it is not', async () => {
    const sshd = await startSshd();
    await sshd.killListener();
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([farTeam('far', sshd)]) });
    const host = await onlineClient(socket);
    await up(host, 'far');
    const offline = await session(
      host,
      'far',
      'is tried a third time',
      (i) => is('offline')(i) && i.connection.attempt >= 3,
    );
    expect(offline.connection).toMatchObject({ maxAttempts: 0, nextRetryAt: expect.any(Number) });
    expect(offline.connection.reason).toContain('refused');
    expect(offline.process.status).toBe('offline');
    await sshd.restart();
    await session(host, 'far', 'is online', is('online'));
  });

  test('[T15] a refused key and a changed host key are errors with a remedy, and nothing is tried again', async () => {
    const sshd = await startSshd({ authorizedKeys: [] });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([farTeam('key', sshd)]) });
    const host = await onlineClient(socket);
    const tries = (at: Sshd) => at.log.split('Connection from').length - 1;
    await up(host, 'key');
    const refused = await session(host, 'key', 'is an error', is('error'));
    expect(refused.connection).toMatchObject({ attempt: 1, reason: expect.any(String), remedy: expect.any(String) });
    expect(refused.connection).not.toHaveProperty('nextRetryAt');
    await eventually('it is logged', () => tries(sshd) > 0);
    expect(tries(sshd)).toBe(1);
    await sshd.restart({ newHostKey: true });
    await host.command('session.retry', { session: 'key' });
    const changed = await session(
      host,
      'key',
      'says something else',
      (i) => is('error')(i) && i.connection.reason !== refused.connection.reason,
    );
    expect(changed.connection.reason).toMatch(/host key|identification/i);
    expect(changed.connection.remedy).toBeDefined();
    await eventually('it is logged', () => tries(sshd) > 0);
    expect(tries(sshd)).toBe(1);
    const details = await host.command('session.connection', { session: 'key' });
    expect(details).toMatchObject({ name: 'key', transport: 'openssh', connection: { state: 'error' } });
    expect(details.launchCommand[0]).toBe('ssh');
    expect(details.log.length).toBeGreaterThan(0);
  });

  test('is given up after maxAttempts, and tried again when somebody says so', async () => {
    const sshd = await startSshd();
    await sshd.killListener();
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([farTeam('far', sshd, { maxAttempts: 2 })]) });
    const host = await onlineClient(socket);
    await up(host, 'far');
    const over = await session(host, 'far', 'is given up', is('error'));
    expect(over.connection).toMatchObject({ maxAttempts: 2, attempt: 2 });
    expect(over.connection.reason).toContain('given up after 2 attempts');
    expect(over.process.status).toBe('failed');
    await sshd.restart();
    await host.command('session.retry', { session: 'far' });
    await session(host, 'far', 'is online', is('online'));
  });

  test('is left alone when somebody says so, and waits end with the reason', async () => {
    const sshd = await startSshd();
    await sshd.killListener();
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([farTeam('far', sshd)]) });
    const host = await onlineClient(socket);
    await up(host, 'far');
    await session(host, 'far', 'is offline', is('offline'));
    const waited = errorOf(host.command('session.wait', { session: 'far', text: 'never' }));
    await host.command('session.stop-retrying', { session: 'far' });
    const left = await session(host, 'far', 'is left alone', is('error'));
    expect(left.connection.reason).toContain('no longer tried');
    expect(left.connection).not.toHaveProperty('nextRetryAt');
    expect((await waited).message).toContain('far ended before');
  });

  test('a wait goes on while the connection is away', async () => {
    const sshd = await startSshd();
    const entry = farTeam('far', sshd, {
      command: ['/bin/sh', '-c', 'echo "run $$"; while read -r l; do echo "<$l>"; done'],
    });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
    const host = await onlineClient(socket);
    await up(host, 'far');
    const before = await session(host, 'far', 'is online', is('online'));
    const waited = host.command('session.wait', { session: 'far', text: '<after>', timeoutMs: 30_000 });
    await sshd.killConnections();
    await session(host, 'far', 'is back', epochAfter(before.epoch));
    await host.command('session.send', { session: 'far', text: 'after' });
    expect((await waited).matched).toBe('<after>');
  });

  test('[T14] what the agent prints never changes the connection', async () => {
    const sshd = await startSshd();
    const lies =
      'Permission denied (publickey).\\r\\nConnection reset by peer\\r\\nssh: connect to host x port 22: Connection refused\\r\\nNo such file or directory\\r\\nHost key verification failed.\\r\\n';
    const entry = farTeam('far', sshd, {
      command: ['/bin/sh', '-c', `printf '${lies}'; printf '${lies}' >&2; read x; exit 7`],
    });
    const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
    const host = await onlineClient(socket);
    await up(host, 'far');
    const before = await session(host, 'far', 'is online', is('online'));
    const watch = new Watcher(host, before.id);
    await watch.shows('Host key verification failed.');
    expect(named(host, 'far')?.connection.state).toBe('online');
    watch.type('\r');
    const over = await session(host, 'far', 'has ended', (info) => info.process.status === 'exited');
    expect(over).toMatchObject({ process: { exitCode: 7 }, connection: { state: 'online', transport: 'stopped' } });
  });
});

describe('keys of an agent', () => {
  test('are those of whoever asked last, also when nobody is there: the one of the start may be gone', async () => {
    const sshd = await startSshd({ authorizedKeys: [] });
    const identity = sshd.makeIdentity('held-by-agent');
    sshd.authorize(identity);
    const agent = join(sshd.folder, 'agent.sock');
    const { pid } = spawn('ssh-agent', ['-D', '-a', agent], { stdio: 'ignore' });
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: agent };
      await eventually('the agent has it', () => spawnSync('ssh-add', ['-q', identity], { env }).status === 0);
      sshd.addHost({ name: 'by-agent', lines: ['IdentityAgent SSH_AUTH_SOCK', `IdentityFile ${identity}.pub`] });
      rmSync(identity);
      const entry = farTeam('far', { words: () => sshd.words('by-agent') });
      const { socket } = await openHub(folder(), '0.1.0', { teams: config([entry]) });
      const host = await onlineClient(socket);
      await host.command('team.up', { env: { ...ENV, SSH_AUTH_SOCK: agent } });
      const before = await session(host, 'far', 'is online', is('online'));
      await sshd.killConnections();
      await session(host, 'far', 'is back', epochAfter(before.epoch));
    } finally {
      process.kill(pid!);
    }
  });
});

describe('a hub that comes back', () => {
  test('connects what has a rule to restart, as its team says; nothing secret was written', async () => {
    const sshd = await startSshd();
    const passphrase = 'correct horse battery staple';
    const identity = sshd.makeIdentity('locked');
    sshd.authorize(identity);
    const entry = farTeam('far', sshd, { restart: 'always' }, { identity, passphrase });
    const place = folder();
    const first = await openHub(place, '0.1.0', { teams: config([entry, farTeam('plain', sshd)]) });
    const host = client(first.socket);
    await eventually('online', () => host.connection.state === 'online');
    await up(host);
    await up(host, 'far', 'plain');
    const before = await session(host, 'far', 'is online', is('online'));
    await session(host, 'plain', 'is online', is('online'));
    await first.hub.stop();
    const stored = readFileSync(join(place.paths.state, 'state.db'), 'latin1');
    expect(stored).toContain('"far"');
    expect(stored).not.toContain(passphrase);
    expect(JSON.stringify(withoutSecrets(entry.remote!))).not.toContain(passphrase);
    await openHub(place, '0.1.0', { teams: config([entry, farTeam('plain', sshd)]) });
    const after = await session(host, 'far', 'is back', epochAfter(before.epoch));
    expect(after).toMatchObject({ id: before.id, transport: 'openssh', process: { begun: 'restarted' } });
    expect(named(host, 'plain')).toMatchObject({ transport: 'openssh', process: { status: 'exited' } });
  });
});
