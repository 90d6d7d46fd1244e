import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HubCommandResult } from '../../src/core/index.ts';
import { Device } from '../hub/support/network.ts';
import {
  disposeHomes,
  disposeTuis,
  freePort,
  IRIS,
  KEY,
  processInfo,
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

async function json<T>(home: TempHome, ...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await iris(home, ...args, '--json');
  expect({ code, stderr }, args.join(' ')).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout) as T;
}
type Status = HubCommandResult<'hub.status'>;
type Invitation = HubCommandResult<'pair.create'> & { command: string };

describe('a hub that listens', () => {
  it('is started with an address, says how it is reached, invites, shares, revokes, and tells who did what', async () => {
    const home = tempHome();
    const started = await iris(home, 'hub', 'start', '--listen', '127.0.0.1:0');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    const status = await json<Status>(home, 'hub', 'status');
    expect(status).toMatchObject({
      listen: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      url: expect.stringMatching(/^https:\/\/127\.0\.0\.1:\d+$/),
      fingerprint: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect((await iris(home, 'hub', 'status')).stdout).toContain(
      `network    ${status.url} (listens on ${status.listen})\ncert       ${status.fingerprint}\n`,
    );
    // The same again is no mistake, another address is.
    expect(await iris(home, 'hub', 'start', '--listen', status.listen!)).toMatchObject({ code: 0 });
    const other = await iris(home, 'hub', 'start', '--listen', '127.0.0.1:1');
    expect(other).toMatchObject({ code: 1, stdout: '' });
    expect(other.stderr).toBe(
      `iris-tui: the hub is already running (pid ${status.pid}), and listens on ${status.listen}: iris-tui hub stop, then start it again\n`,
    );

    await iris(home, 'new', '-d', '-n', 'api', '--', 'cat');
    const printed = (await iris(home, 'hub', 'pair', '--role', 'typer', '--name', 'tablet')).stdout;
    const code = /^code {9}([0-9A-Z-]{19})$/m.exec(printed)?.[1] ?? '';
    expect(printed).toContain(`address      ${status.url}\nfingerprint  ${status.fingerprint}\n`);
    expect(printed).toContain('for          typer of every session, as tablet\n');
    expect(printed).toContain(`\n  iris-tui pair '${status.url}#${status.fingerprint}' ${code}\n`);
    const tablet = new Device(status.url!);
    expect((await tablet.pair(code)).status).toBe(200);

    const shared = await json<Invitation>(home, 'share', 'api', '--expires', '2h');
    expect(shared).toMatchObject({ role: 'viewer', session: expect.any(String), url: status.url });
    expect(shared.command).toBe(`iris-tui pair '${status.url}#${status.fingerprint}' ${shared.code}`);
    const guest = new Device(status.url!);
    expect((await guest.pair(shared.code, 'guest')).json.grants).toEqual([
      { session: shared.session, name: 'api', role: 'viewer', expiresAt: expect.any(Number) },
    ]);
    const listed = (await iris(home, 'clients', 'ls')).stdout.trimEnd().split('\n');
    expect(listed).toHaveLength(2);
    expect(listed[0]).toMatch(/^tablet +[0-9a-f]{8} +\d+s ago +127\.0\.0\.1 +typer +test\/1$/);
    expect(listed[1]).toMatch(/^guest +[0-9a-f]{8} +\d+s ago +127\.0\.0\.1 +viewer of api for 2h +test\/1$/);

    expect(await iris(home, 'clients', 'rename', 'guest', 'ann')).toMatchObject({ code: 0, stdout: '' });
    expect(await iris(home, 'clients', 'revoke', 'ann')).toMatchObject({ code: 0, stdout: '' });
    expect((await guest.refresh()).status).toBe(401);
    expect(await iris(home, 'clients', 'revoke', 'ann')).toMatchObject({ code: 3 });

    const token = (await iris(home, 'token', 'create', '--session', 'api', '--name', 'ci', '--expires', '1d')).stdout;
    expect(token).toMatch(/^iris_t_[\w-]{43}\n$/);
    expect((await iris(home, 'token', 'ls')).stdout).toMatch(/^ci +[0-9a-f]{8} +never +viewer of api +1d\n$/);
    expect(await iris(home, 'token', 'revoke', 'ci')).toMatchObject({ code: 0 });
    expect((await iris(home, 'token', 'ls')).stdout).toBe('');

    expect((await tablet.command('session.kill', { session: 'api' })).status).toBe(403);
    const audit = (await iris(home, 'audit', '--since', '1h')).stdout.trimEnd().split('\n');
    const words = audit.map((line) =>
      line
        .replace(/^\S+ \S+ +/, '')
        .replace(/ +/g, ' ')
        .replace(`(${shared.session})`, '(ID)')
        .replace(/\([0-9a-f]{8}\)/, '(ID)'),
    );
    expect(words).toEqual([
      'you here pair.create typer as tablet',
      'tablet 127.0.0.1 pair typer, invited by local',
      'you here pair.create api (ID) viewer for 2h',
      'guest 127.0.0.1 pair api (ID) viewer for 2h, invited by local',
      'you here client.rename guest (ID) is ann',
      'you here client.revoke ann (ID)',
      expect.stringMatching(/^guest 127\.0\.0\.1 refused refresh|^unknown 127\.0\.0\.1 refused refresh/),
      'you here token.create api (ID) ci (ID): viewer for 1d',
      'you here token.revoke ci (ID)',
      'tablet 127.0.0.1 refused session.kill api (ID)',
    ]);
    expect((await iris(home, 'audit', '--since', '2099-01-01')).stdout).toBe('');
    expect(await iris(home, 'audit', '--since', 'yesterday')).toMatchObject({ code: 2 });
    const runner = (await iris(home, 'hub', 'pair', '--runner', '--expires', '30d')).stdout;
    expect(runner).toContain('for          offering its sessions, nothing else, for 30d\n');
    expect((await json<Invitation>(home, 'hub', 'pair', '--runner')).role).toBe('runner');
    const laptop = new Device(status.url!);
    await laptop.pair(/^code {9}(\S+)$/m.exec(runner)?.[1] ?? '', 'laptop');
    expect((await iris(home, 'clients')).stdout).toMatch(/^laptop .* offer its sessions for 30d +test\/1$/m);
    expect((await iris(home, 'audit')).stdout).toMatch(/laptop .*pair +runner for 30d, invited by local$/m);
    expect(await iris(home, 'hub', 'pair', '--runner', '--role', 'owner')).toMatchObject({ code: 2 });
    await iris(home, 'clients', 'grant', 'tablet', 'none', '--session', 'api');
    expect((await iris(home, 'clients')).stdout).toMatch(/^tablet .* typer, nothing of api +test\/1$/m);
    await iris(home, 'clients', 'grant', 'tablet', 'none');
    expect((await iris(home, 'clients')).stdout).toMatch(/^tablet .* nothing +test\/1$/m);
    expect(await iris(home, 'hub', 'pair', '--role', 'king')).toMatchObject({ code: 2 });
  });

  it('that was killed listens again when the next one is started by use; after a stop it does not', async () => {
    const home = tempHome();
    const listen = `127.0.0.1:${await freePort()}`;
    await iris(home, 'hub', 'start', '--listen', listen, '--names', 'office.example');
    const before = await json<Status>(home, 'hub', 'status');
    process.kill(before.pid, 'SIGKILL');
    await waitUntil(() => processInfo(before.pid) === undefined, 'it has let go of the port');
    expect(await iris(home, 'new', '-d', '-n', 'api', '--', 'cat')).toMatchObject({ code: 0, stderr: '' });
    const { pid, url, fingerprint } = await json<Status>(home, 'hub', 'status');
    expect(pid).not.toBe(before.pid);
    expect({ url, fingerprint }).toEqual({ url: before.url, fingerprint: before.fingerprint });
    // Killed once more, while somebody has the port: it serves this machine, and says so.
    process.kill(pid, 'SIGKILL');
    await waitUntil(() => processInfo(pid) === undefined, 'it has let go of the port');
    const other = createServer().listen(Number(listen.split(':')[1]), '127.0.0.1');
    await once(other, 'listening');
    expect(await iris(home, 'ls')).toMatchObject({ code: 0, stderr: '' });
    expect((await json<Status>(home, 'hub', 'status')).networkProblem).toContain('something else listens there');
    // It takes the port as soon as it is free, and has said each thing once.
    other.close();
    await waitUntil(
      async () => (await json<Status>(home, 'hub', 'status')).url !== undefined,
      'it listens as the port is free',
    );
    expect(await json<Status>(home, 'hub', 'status')).toMatchObject({
      url: before.url,
      fingerprint: before.fingerprint,
    });
    expect((await json<Status>(home, 'hub', 'status')).networkProblem).toBeUndefined();
    expect((await iris(home, 'hub', 'pair')).code).toBe(0);
    const log = readFileSync(join(home.irisHome, 'state/hub.log'), 'utf8');
    expect(log.match(/something else listens there/g)).toHaveLength(1);
    await iris(home, 'hub', 'stop', '--force');
    await iris(home, 'ls');
    expect((await json<Status>(home, 'hub', 'status')).listen).toBeUndefined();
  });

  it('shows the command as a picture on a terminal with room for it', async () => {
    const home = tempHome();
    await iris(home, 'hub', 'start', '--listen', '127.0.0.1:0');
    const wide = spawnTui({ home, args: ['hub', 'pair'], cols: 100, rows: 50 });
    await wide.exited;
    expect(wide.text()).toMatch(/█▀▀▀▀▀█/);
    const narrow = spawnTui({ home, args: ['hub', 'pair'], cols: 40, rows: 50 });
    await narrow.exited;
    expect(narrow.text()).not.toMatch(/█/);
  });

  it('that does not listen invites nobody, and says what to do', async () => {
    const home = tempHome();
    const refused = await iris(home, 'hub', 'pair');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toBe(
      'iris-tui: this hub does not listen on the network: stop it, then: iris-tui hub start --listen HOST:PORT; or hub.listen in the config\n',
    );
  });

  it('[A26] does not start without TLS on an address that others reach, nor without its certificate or its port', async () => {
    const home = tempHome();
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const lines: [string[], RegExp][] = [
      [
        ['--listen', '0.0.0.0:0', '--insecure'],
        /^iris-tui: --insecure is for loopback addresses, not for 0\.0\.0\.0: /,
      ],
      [
        ['--listen', `127.0.0.1:${port}`],
        /^iris-tui: can't listen on 127\.0\.0\.1:\d+: something else listens there: /,
      ],
      [
        ['--listen', '127.0.0.1:0', '--cert', 'no.pem', '--key', 'no.pem'],
        /^iris-tui: the certificate .*no\.pem can't be read/,
      ],
      [['--listen', '127.0.0.1'], /^iris-tui: 127\.0\.0\.1 is no address to listen on: write HOST:PORT/],
      [['--cert', 'no.pem', '--key', 'no.pem'], /none is named/],
    ];
    for (const [words, line] of lines) {
      for (const verb of ['run', 'start']) {
        const { code, stdout, stderr } = await iris(home, 'hub', verb, ...words);
        expect(code, stderr).not.toBe(0);
        expect(stdout).toBe('');
        expect(stderr).toMatch(line);
        expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      }
    }
    await home.assertNoProcesses();
    // By use, it serves this machine all the same, and says what is wrong.
    home.config(`hub:\n  listen: 127.0.0.1:${port}\n`);
    const status = await json<Status>(home, 'hub', 'start');
    expect(status).toMatchObject({ networkProblem: expect.stringContaining('something else listens there') });
    expect((await iris(home, 'hub', 'status')).stdout).toContain("network    none: can't listen on ");
    expect(readFileSync(join(home.irisHome, 'state/hub.log'), 'utf8')).toContain('something else listens there');
    await iris(home, 'hub', 'stop', '--force');
    // In the foreground it does not start with a config like that.
    expect((await iris(home, 'hub', 'run')).code).toBe(1);
    home.config('hub:\n  listen: nowhere\n');
    expect(await iris(home, 'hub', 'run')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('config.yaml:2:11: hub.listen'),
    });
    expect(await json<Status>(home, 'hub', 'start')).toMatchObject({
      networkProblem: expect.stringContaining('hub.listen'),
    });
    taken.close();
  });

  it('runs as a service: tells systemd when it is ready, and ends on TERM with a word to those who are there', async () => {
    const port = await freePort();
    const home = tempHome();
    home.config(`hub:\n  listen: 127.0.0.1:${port}\n  name: office\n`);
    home.write('bin/systemd-notify', `#!/bin/sh\necho "$NOTIFY_SOCKET $*" > ${home.path}/bin/told\n`, 0o755);
    const env = { ...home.env, PATH: `${home.path}/bin:${home.env.PATH}`, NOTIFY_SOCKET: '/run/notify' };
    const [file = '', ...first] = IRIS;
    const child = spawn(file, [...first, 'hub', 'run'], { cwd: home.path, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = once(child, 'exit');
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await waitUntil(() => said.includes('listens on'), 'it says where it listens');
    expect(said).toMatch(
      /^hub running at .*\nlistens on 127\.0\.0\.1:\d+, as https:\/\/127\.0\.0\.1:\d+ \(sha256:[0-9a-f]{64}\)\n$/,
    );
    const told = join(home.path, 'bin/told');
    await waitUntil(() => existsSync(told) && readFileSync(told, 'utf8') !== '', 'systemd is told');
    expect(readFileSync(told, 'utf8')).toBe('/run/notify --ready\n');
    // Nobody in a session can speak to systemd in its place.
    await iris(home, 'new', '-d', '-n', 'env', '--', 'sh', '-c', 'env | grep NOTIFY; echo looked; exec cat');
    await iris(home, 'wait', 'env', '--text', 'looked');
    expect((await iris(home, 'capture', 'env')).stdout.trimEnd()).toBe('looked');

    const { code } = await json<Invitation>(home, 'hub', 'pair', '--role', 'owner');
    const device = new Device(`https://127.0.0.1:${port}`);
    expect((await device.pair(code)).json.hub.name).toBe('office');
    const peers = await Promise.all(Array.from({ length: 5 }, () => device.peer()));
    for (const peer of peers) await peer.welcome();
    const started = performance.now();
    child.kill('SIGTERM');
    for (const peer of peers) expect(await peer.closes()).toMatchObject({ code: 4000 });
    expect(await exited).toEqual([0, null]);
    // Long before systemd would kill it.
    expect(performance.now() - started).toBeLessThan(30_000);
    await home.assertNoProcesses();
  });

  it('says what of its config was changed and counts only from the next start', async () => {
    const home = tempHome();
    home.config('hub:\n  listen: 127.0.0.1:0\n');
    const [file = '', ...first] = IRIS;
    const words = [...first, 'hub', 'run', '--names', 'localhost'];
    const child = spawn(file, words, { cwd: home.path, env: home.env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    await waitUntil(() => said.includes('listens on'), 'it says where it listens');
    expect((await json<Status>(home, 'hub', 'status')).url).toMatch(/^https:\/\/localhost:/);
    expect((await iris(home, 'config', 'check')).stdout).toMatch(/: no problems\n$/);

    // The names are those of the command line then as now.
    const path = home.config('hub:\n  listen: 127.0.0.1:1\n  names: [office]\n');
    const what = 'hub.listen was changed, and counts from the next start of the hub';
    const line = `${what}: iris-tui hub stop, then start it again\n`;
    await waitUntil(() => said.endsWith(line), 'it says so', { detail: () => said });
    expect(readFileSync(join(home.irisHome, 'state/hub.log'), 'utf8')).toContain(what);
    expect((await iris(home, 'hub', 'status')).stdout).toContain(`config     ${line}`);
    expect((await iris(home, 'hub', 'start')).stdout).toContain(`config     ${line}`);
    expect((await iris(home, 'doctor', '--no-teams')).stdout).toContain(what);
    expect(await iris(home, 'config', 'check')).toMatchObject({
      code: 0,
      stdout: `${path}: ${what} (iris-tui hub stop, then start it again)\n`,
    });

    home.config('settings:\n  scrollbackLines: 5\nhub:\n  listen: 127.0.0.1:1\n');
    await waitUntil(() => said.includes('hub.listen, settings.scrollbackLines were changed'), 'it says what else');
    home.config('hub:\n  listen: 127.0.0.1:0\n');
    await waitUntil(
      async () => (await json<Status>(home, 'hub', 'status')).pendingConfig === undefined,
      'all is as it was',
    );
    child.kill('SIGTERM');
    await once(child, 'exit');
  });

  it('is there for the screen of another user too, by name', async () => {
    const here = tempHome();
    const there = tempHome();
    await iris(there, 'hub', 'start', '--listen', '127.0.0.1:0');
    await iris(there, 'new', '-d', '-n', 'agent', '--', 'sh', '-c', 'echo hello; exec cat');
    const { command } = await json<Invitation>(there, 'share', 'agent', '--role', 'typer');
    const words = command.replaceAll("'", '').split(' ').slice(1);
    expect(await iris(here, ...words, '--name', 'there')).toMatchObject({ code: 0, stderr: '' });
    const tui = spawnTui({ home: here, args: ['--hub', 'there'] });
    await tui.waitFor('hello');
    tui.send(`typed from here${KEY.enter}`);
    await tui.waitFor('typed from here');
    expect((await iris(there, 'wait', 'agent', '--text', 'typed from here')).code).toBe(0);
    const [client] = await json<{ id: string }[]>(there, 'clients');
    await iris(there, 'clients', 'revoke', client!.id);
    await tui.waitFor(/not let this device in|revoked/);
  });
});
