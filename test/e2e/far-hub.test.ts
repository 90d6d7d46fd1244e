import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  machineWithIris,
  PROMPT,
  runCli,
  type Sshd,
  spawnTui,
  stopSshds,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
  await stopSshds();
});

/** A machine with iris-tui in the `~/.local/bin` of its user, and a config here that knows it as `office`. */
async function office(): Promise<{ sshd: Sshd; here: TempHome; there: TempHome }> {
  const { sshd, there, remote } = await machineWithIris();
  const here = tempHome();
  here.config(JSON.stringify({ teams: { office: { remote, agent: 'shell' } } }));
  return { sshd, here, there };
}

async function hubPid(home: TempHome): Promise<number | undefined> {
  const { code, stdout } = await runCli(['hub', 'status', '--json'], { home });
  return code === 0 ? (JSON.parse(stdout) as { pid: number }).pid : undefined;
}

describe('a hub on another machine, through ssh', () => {
  it('is started there, lists and starts sessions with the folder and environment of that machine', async () => {
    const { here, there } = await office();
    const iris = (...args: string[]) => runCli(['--hub', 'office', ...args], { home: here });
    expect(await iris('hub', 'status')).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('no hub is running'),
    });
    const started = await iris('new', '-d', '-n', 'there', '--', 'sh', '-c', 'echo "in $PWD of $IRIS_HUB"; exec cat');
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(await iris('wait', 'there', '--text', 'in ')).toMatchObject({ code: 0 });
    expect((await iris('capture', 'there')).stdout.replaceAll('\n', '')).toContain(
      `in ${there.path} of ${join(there.irisHome, 'run/hub.sock')}`,
    );
    const [session] = JSON.parse((await iris('ls', '--json')).stdout) as SessionInfo[];
    expect(session).toMatchObject({ name: 'there', hub: 'local', cwd: there.path });
    // Nothing was started here.
    expect((await runCli(['hub', 'status'], { home: here })).code).toBe(6);
    expect(await iris('hub', 'stop', '--force')).toMatchObject({ code: 0, stderr: '' });
    await there.assertNoProcesses();
  });

  it('is shown in the screen, which comes back to the same session after the connection was cut', async () => {
    const { sshd, here } = await office();
    const tui = spawnTui({ home: here, args: ['--hub', 'office'], cols: 100, rows: 24 });
    await tui.waitFor(/hub office · [\d.]+ ms/);
    await tui.waitFor(PROMPT.trim());
    tui.send('kept=yes; clear\r');
    await tui.waitFor((t) => !t.text().includes('kept=yes'));
    await Promise.all([tui.waitFor(/hub office · (connecting|retry)/), sshd.killConnections()]);
    await tui.waitFor(/hub office · [\d.]+ ms/);
    // The shell of before, not another.
    tui.send('echo still-$kept\r');
    await tui.waitFor('still-yes');
  });

  it('comes back when the hub there was killed: another one is started. One that was stopped stays so until somebody asks', async () => {
    const { here, there } = await office();
    // What a profile prints is no reason for anything.
    there.write('.bashrc', 'case $- in *i*) ;; *) echo BASHRC-NOISE >&2 ;; esac\n');
    const tui = spawnTui({ home: here, args: ['--hub', 'office'], cols: 120, rows: 24 });
    await tui.waitFor(/hub office · [\d.]+ ms/);
    const before = await waitUntil(() => hubPid(there), 'there is a hub');
    process.kill(before, 'SIGKILL');
    await waitUntil(async () => ![undefined, before].includes(await hubPid(there)), 'another hub was started there');
    await tui.waitFor(/hub office · [\d.]+ ms/);
    expect(await runCli(['hub', 'stop', '--force'], { home: there })).toMatchObject({ code: 0 });
    // Told by the program there, which was asked to come back by itself and started nothing.
    await tui.waitFor('the hub there was stopped');
    await tui.waitFor(/try [3-9]/);
    expect(await hubPid(there)).toBeUndefined();
    await tui.waitFor('C-b R retry now');
    tui.send('\x02R');
    await waitUntil(() => hubPid(there), 'a hub was started there, as somebody asked');
    await tui.waitFor(/hub office · [\d.]+ ms/);
    // Started by somebody else it is found as well.
    expect(await runCli(['hub', 'stop', '--force'], { home: there })).toMatchObject({ code: 0 });
    await tui.waitFor('the hub there was stopped');
    expect(await runCli(['hub', 'start'], { home: there })).toMatchObject({ code: 0 });
    await tui.waitFor(/hub office · [\d.]+ ms/);
  });

  it('does not come back to a hub that told it to leave', async () => {
    const { here, there } = await office();
    const tui = spawnTui({ home: here, args: ['--hub', 'office'], cols: 100, rows: 24 });
    await tui.waitFor(/hub office · [\d.]+ ms/);
    spawnTui({ home: there, args: ['attach-session', '-d'] });
    expect(await tui.exited).toMatchObject({ code: 0 });
    expect(tui.text()).toContain('[detached');
  });

  it('tells what the program there says, apart from what a profile prints', async () => {
    const { here, there } = await office();
    there.write('.bashrc', 'echo BASHRC-NOISE >&2; echo MORE\n');
    const message = `no hub is running at ${join(there.irisHome, 'run/hub.sock')}, on office`;
    const remedy = 'start one there: iris-tui hub start';
    expect(await runCli(['--hub', 'office', 'hub', 'status'], { home: here })).toMatchObject({
      code: 6,
      stderr: `iris-tui: ${message}: ${remedy}\n`,
    });
    const { code, stderr } = await runCli(['--hub', 'office', 'hub', 'status', '--json'], { home: here });
    expect(code).toBe(6);
    expect(JSON.parse(stderr)).toEqual({ code: 'hub-unreachable', message, remedy });
    // By hand nothing asks for it, and nothing but the protocol may stand on its output.
    expect(await runCli(['connect', '--stdio', '--no-start'], { home: there })).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(/^iris-tui: no hub is running at /),
    });
  });

  it('is found where sshd finds programs and the login shell does not', async () => {
    const { there, remote } = await machineWithIris({
      folder: 'opt',
      path: ({ path }) => `/usr/local/bin:/usr/bin:/bin:${path}/opt`,
    });
    there.write('.bash_profile', 'PATH=/usr/bin:/bin\n');
    const here = tempHome();
    here.config(JSON.stringify({ teams: { office: { remote, agent: 'shell' } } }));
    expect(await runCli(['--hub', 'office', 'ls'], { home: here })).toMatchObject({ code: 0, stderr: '' });
  });

  it('says in one line what stands in the way', async () => {
    const { here, there, sshd } = await office();
    rmSync(join(there.path, '.local/bin/iris-tui'));
    const none = await runCli(['--hub', 'office', 'ls'], { home: here });
    expect(none).toMatchObject({ code: 1, stdout: '' });
    expect(none.stderr).toMatch(/^iris-tui: no iris-tui on the remote PATH of target .*install iris-tui there.*\n$/);
    sshd.forgetHosts();
    const unknown = await runCli(['--hub', 'office', 'ls', '--json'], { home: here });
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(unknown.stderr)).toEqual({
      code: 'host-key',
      message: 'the host key of target is not known',
      remedy: `connect once by hand, and answer its question: ssh ${sshd.words().join(' ')}`,
    });
    await sshd.killListener();
    const refused = await runCli(['--hub', 'office', 'ls'], { home: here });
    expect(refused).toMatchObject({
      code: 6,
      stdout: '',
      stderr: expect.stringMatching(/refused the connection: no sshd listens there \(port \d+\)/),
    });
    for (const port of ['0', '65536', '999999']) {
      expect(await runCli(['--hub', `ssh://host:${port}`, 'ls'], { home: here })).toMatchObject({
        code: 2,
        stderr: `iris-tui: ssh://host:${port}: there is no port ${port}: it is a number from 1 to 65535\n`,
      });
    }
    for (const hub of ['ssh://-oProxyCommand=x', 'ssh://a b', 'ssh://host:x']) {
      expect(await runCli(['--hub', hub, 'ls'], { home: here })).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('ssh://USER@HOST:PORT'),
      });
    }
  });

  it('connect speaks only to a pipe', async () => {
    const home = tempHome();
    expect(await runCli(['connect'], { home })).toMatchObject({ code: 2, stderr: expect.stringContaining('--stdio') });
    const asked = await runCli(['connect', '--stdio'], { home, input: 'GET / HTTP/1.1\r\nHost: x\r\n\r\n' });
    expect(asked.stdout).toMatch(/^HTTP\/1\.1 426 /);
  });
});
