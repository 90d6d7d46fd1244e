import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { HUB_START_DEADLINE_MS } from '../../src/cli/launch-hub.ts';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  isAlive,
  runCli,
  spawnTui,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

const iris = (home: TempHome, ...args: string[]) => runCli(args, { home });
const hubs = (home: TempHome) => home.processes().filter((p) => p.command.includes('hub run --background'));

interface Status {
  pid: number;
  version: string;
  protocol: number;
  socket: string;
  sessions: number;
  viewers: number;
  uptimeMs: number;
  rssBytes: number;
}

async function status(home: TempHome): Promise<Status> {
  const { code, stdout, stderr } = await iris(home, 'hub', 'status', '--json');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as Status;
}

describe('the hub', () => {
  it('is started, asked and stopped', async () => {
    const home = tempHome();
    const none = await iris(home, 'hub', 'status', '--json');
    expect(none).toMatchObject({ code: 6, stdout: '' });
    expect(JSON.parse(none.stderr)).toMatchObject({ code: 'hub-unreachable', remedy: expect.any(String) });
    expect(await iris(home, 'hub', 'stop')).toMatchObject({ code: 6, stdout: '' });

    const started = await iris(home, 'hub', 'start');
    expect(started).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^hub started \(pid \d+\)\n$/),
    });
    const now = await status(home);
    expect(now).toEqual({
      pid: expect.any(Number),
      version: JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version,
      protocol: 1,
      socket: join(home.irisHome, 'run/hub.sock'),
      sessions: 0,
      viewers: expect.any(Number),
      uptimeMs: expect.any(Number),
      rssBytes: expect.any(Number),
    });
    expect(started.stdout).toContain(`pid ${now.pid}`);
    expect((await iris(home, 'hub', 'start')).stdout).toBe(`the hub is already running (pid ${now.pid})\n`);

    expect(await iris(home, 'hub', 'stop', '--json')).toMatchObject({
      code: 0,
      stdout: `${JSON.stringify({ stopped: true, pid: now.pid })}\n`,
    });
    await home.assertNoProcesses();
    expect(existsSync(now.socket)).toBe(false);
  });

  it('has a socket for its user alone, and no terminal, folder or parent of whoever started it', async () => {
    const home = tempHome();
    await iris(home, 'hub', 'start');
    const { pid, socket } = await status(home);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    for (const folder of ['run', 'state']) expect(statSync(join(home.irisHome, folder)).mode & 0o777).toBe(0o700);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    const [, , group, session, tty] = stat;
    expect({ group, session, tty }).toEqual({ group: String(pid), session: String(pid), tty: '0' });
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('IRIS_SESSION_ID');
  });

  it('survives the hang-up of the terminal it was started from, and of itself', async () => {
    const home = tempHome();
    const tui = spawnTui({ home });
    await tui.waitFor('$ ');
    const { pid } = await status(home);
    tui.kill('SIGHUP');
    await tui.exited;
    process.kill(pid, 'SIGHUP');
    expect((await status(home)).pid).toBe(pid);
    expect((await status(home)).sessions).toBe(1);
  });

  it('is one, however many are started at once: the others attach to it', async () => {
    const home = tempHome();
    const results = await Promise.all(
      ['a', 'b', 'c', 'd'].map((name) =>
        name === 'a' ? iris(home, 'hub', 'start') : iris(home, 'new', '-d', '-n', name, '--', 'sleep', '600'),
      ),
    );
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual(Array(4).fill({ code: 0, stderr: '' }));
    const sessions = JSON.parse((await iris(home, 'ls', '--json')).stdout) as SessionInfo[];
    expect(sessions.map((s) => s.name).sort()).toEqual(['b', 'c', 'd']);
    await waitUntil(() => hubs(home).length === 1, 'one hub is left');
  });

  it('does not stop over running sessions, unless forced', async () => {
    const home = tempHome();
    await iris(home, 'new', '-d', '-n', 'busy', '--', 'sleep', '600');
    const refused = await iris(home, 'hub', 'stop', '--json');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(refused.stderr)).toEqual({
      code: 'conflict',
      message: expect.stringContaining('1 session'),
      remedy: expect.stringContaining('--force'),
    });
    expect(await iris(home, 'hub', 'stop', '--force')).toMatchObject({ code: 0 });
    await home.assertNoProcesses();
  });

  it('asks before it stops over running sessions, where there is somebody to ask', async () => {
    const home = tempHome();
    await iris(home, 'new', '-d', '-n', 'busy', '--', 'sleep', '600');
    const no = spawnTui({ home, args: ['hub', 'stop'] });
    await no.waitFor('[y/N]');
    no.send('\r');
    expect(await no.exited).toMatchObject({ code: 1 });
    expect(no.text()).toMatch(/the hub was\s+left running/);
    const yes = spawnTui({ home, args: ['hub', 'stop'] });
    await yes.waitFor('[y/N]');
    yes.send('y\r');
    expect(await yes.exited).toMatchObject({ code: 0 });
    await home.assertNoProcesses();
  });

  it('that was killed comes back with its sessions, which died, and can restart them', async () => {
    const home = tempHome();
    await iris(home, 'new', '-d', '-n', 'work', '--', 'sh', '-c', 'echo before the end; exec sleep 600');
    await iris(home, 'wait', 'work', '--text', 'before the end');
    const { pid } = await status(home);
    const [before] = JSON.parse((await iris(home, 'ls', '--json')).stdout) as SessionInfo[];
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => !isAlive({ pid }), 'the hub is dead');
    const list = await iris(home, 'ls', '--json');
    expect(list).toMatchObject({ code: 0, stderr: '' });
    const [after] = JSON.parse(list.stdout) as SessionInfo[];
    expect(after).toMatchObject({ id: before!.id, name: 'work', process: { status: 'died' } });
    expect((await iris(home, 'capture', 'work')).stdout).toContain('before the end');
    await waitUntil(() => !isAlive({ pid: before!.process.pid! }), 'what the killed hub left is gone');
    expect((await iris(home, 'restart', 'work', '--json')).code).toBe(0);
    expect((await iris(home, 'wait', 'work', '--text', 'before the end')).code).toBe(0);
  });

  it('runs in the foreground too, and ends on Ctrl-C', async () => {
    const home = tempHome();
    const foreground = spawnTui({ home, args: ['hub', 'run'] });
    await foreground.waitFor('hub running at');
    const { pid } = await status(home);
    await foreground.waitFor(String(pid));
    const second = await iris(home, 'hub', 'run');
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining('already') });
    foreground.send('\u0003');
    expect(await foreground.exited).toMatchObject({ code: 0 });
    await home.assertNoProcesses();
  });

  it('is never started by a question about it, nor by completion', async () => {
    const home = tempHome();
    for (const args of [
      ['hub', 'status'],
      ['ls', '--names'],
      ['workspace', 'list', '--names'],
      ['doctor'],
      ['has-session', '-t', 'x'],
    ]) {
      await iris(home, ...args);
      expect(hubs(home), args.join(' ')).toEqual([]);
    }
  });
});

describe('a hub that cannot come up', () => {
  it('says why on one line, at once', async () => {
    const home = tempHome();
    mkdirSync(home.irisHome);
    writeFileSync(join(home.irisHome, 'state'), 'a file in the way');
    const { code, stderr, stdout, tookMs } = await iris(home, 'ls');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^iris-tui: .*state is not a folder.*\n$|^iris-tui: .*state.*\n$/);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    // It does not wait until a hub that starts would be given up.
    expect(tookMs).toBeLessThan(HUB_START_DEADLINE_MS);
  });

  it('because of its database says so', async () => {
    const home = tempHome();
    mkdirSync(join(home.irisHome, 'state/hub.lock'), { recursive: true });
    chmodSync(join(home.irisHome, 'state'), 0o700);
    const { code, stderr } = await iris(home, 'ls', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'storage', message: expect.stringContaining('hub.lock') });
    await home.assertNoProcesses();
  });
});

describe('--hub', () => {
  it('says so when something takes the connection and never answers', async () => {
    const home = tempHome();
    const path = join(home.path, 'mute.sock');
    const taken = new Set<Socket>();
    const mute = createServer((socket) => taken.add(socket)).listen(path);
    await once(mute, 'listening');
    try {
      const { code, stdout, stderr } = await iris(home, 'ls', '--hub', path);
      expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
      expect(stderr).toMatch(/does not answer/);
    } finally {
      for (const socket of taken) socket.destroy();
      mute.close();
    }
  });

  it('takes local and the path of a socket, and starts no hub of that path', async () => {
    const home = tempHome();
    const other = tempHome();
    const path = join(other.irisHome, 'run/hub.sock');
    expect(await iris(home, 'ls', '--hub', path)).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringContaining(path),
    });
    expect(hubs(other)).toEqual([]);
    await iris(other, 'new', '-d', '-n', 'there', '--', 'sleep', '600');
    expect((await iris(home, 'ls', '--names', '--hub', path)).stdout).toBe('there\n');
    expect((await iris(home, '--hub', `unix:${path}`, 'ls', '--names')).stdout).toBe('there\n');
    expect(JSON.parse((await iris(home, 'ls', '--hub', 'local', '--json')).stdout)).toEqual([]);
    expect(await iris(home, 'ls', '--hub', 'wss://host:1')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('this device was not paired with host:1'),
    });
    home.config('teams: { office: { remote: ssh office }, here: { agent: shell } }');
    expect(await iris(home, 'ls', '--hub', 'ofice')).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('did you mean office?'),
    });
    expect(await iris(home, 'ls', '--hub', 'here')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('lives on this machine'),
    });
  });
});
