import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeHomes,
  disposeTuis,
  machineWithIris,
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

/** A machine with iris-tui, and a config here with teams on it that shall be kept there. */
async function stage(): Promise<{ sshd: Sshd; here: TempHome; there: TempHome }> {
  const { sshd, there, remote } = await machineWithIris();
  const here = tempHome();
  const command = ['sh', '-c', 'echo ready; i=0; while read l; do i=$((i+1)); echo "$i <$l>"; done'];
  const spoken = { agent: 'claude', mode: 'headless', command: [process.execPath, FAKE_CLAUDE] };
  here.config(
    JSON.stringify({
      teams: { train: { remote, command, persist: 'auto' }, api: { remote, ...spoken, persist: 'auto' } },
    }),
  );
  return { sshd, here, there };
}

const FAKE_CLAUDE = fileURLToPath(new URL('../support/fake-claude.mjs', import.meta.url));

/** Starts the headless team, and returns what it answers, once it is connected. */
async function spoken(here: TempHome): Promise<(...words: string[]) => Promise<string>> {
  expect(await runCli(['up', 'api'], { home: here })).toMatchObject({ code: 0, stderr: '' });
  await waitUntil(async () => (await session(here))?.agent.state === 'idle', 'its agent waits for a prompt');
  return async (...words) => {
    const { stdout, stderr } = await runCli(['prompt', 'api', '--wait', ...words], { home: here });
    return stdout + stderr;
  };
}

/** The only one, or the one of that name. */
async function session(home: TempHome, name?: string): Promise<SessionInfo | undefined> {
  const { stdout } = await runCli(['ls', '--json'], { home });
  return (JSON.parse(stdout) as SessionInfo[]).find((one) => name === undefined || one.name === name);
}

/** Cuts its connection, and waits for another one. Perhaps it is away for less than a look takes. */
async function reconnected(sshd: Sshd, home: TempHome, name: string): Promise<void> {
  const before = (await session(home, name))?.connection.since;
  await sshd.killConnections();
  await waitUntil(async () => {
    const { state, since } = (await session(home, name))!.connection;
    return state === 'online' && since !== before;
  }, 'another connection is there');
}

describe('a team whose session is kept on its machine', () => {
  it('lives in the hub there: connections are cut, and it goes on as the same process', async () => {
    const { sshd, here, there } = await stage();
    const tui = spawnTui({ home: here, args: [], cols: 100, rows: 24 });
    await tui.waitFor('$');
    expect(await runCli(['up', 'train'], { home: here })).toMatchObject({ code: 0, stderr: '' });
    await tui.waitFor('2 train');
    tui.send('\x022');
    await tui.waitFor('ready');
    tui.send('one\r');
    await tui.waitFor('1 <one>');
    await tui.waitFor(/target hub/);
    const before = await session(there);
    expect(before?.process.status).toBe('running');
    await Promise.all([tui.waitFor(/connecting|retry/), reconnected(sshd, here, 'train')]);
    await tui.waitFor((t) => !/connecting|retry/.test(t.text()));
    tui.send('two\r');
    await tui.waitFor('2 <two>');
    // The same process, all the time.
    expect((await session(there))?.process.pid).toBe(before?.process.pid);
    expect(await runCli(['down', 'train'], { home: here })).toMatchObject({ code: 0 });
    await waitUntil(async () => (await session(there)) === undefined, 'it is ended there');
    await runCli(['hub', 'stop', '--force'], { home: there });
    await there.assertNoProcesses();
  });

  it('comes back with the hub there when that was killed; one that was stopped stays so until somebody asks', async () => {
    const { here, there } = await stage();
    there.write('.bashrc', 'echo BASHRC-NOISE >&2\n');
    const hubThere = async (): Promise<number | undefined> => {
      const { code, stdout } = await runCli(['hub', 'status', '--json'], { home: there });
      return code === 0 ? (JSON.parse(stdout) as { pid: number }).pid : undefined;
    };
    expect(await runCli(['up', 'train'], { home: here })).toMatchObject({ code: 0, stderr: '' });
    const online = async (): Promise<boolean> => (await session(here))?.connection.state === 'online';
    await waitUntil(online, 'it is online');
    const pid = await waitUntil(hubThere, 'there is a hub');
    process.kill(pid, 'SIGKILL');
    await waitUntil(async () => ![undefined, pid].includes(await hubThere()), 'another hub was started there');
    await waitUntil(online, 'it is back');
    expect(await runCli(['hub', 'stop', '--force'], { home: there })).toMatchObject({ code: 0 });
    await waitUntil(async () => {
      const { reason, attempt } = (await session(here))!.connection;
      return reason?.includes('the hub there was stopped') && attempt > 2;
    }, 'it was told so, and tried again');
    expect(await hubThere()).toBeUndefined();
    const up = await runCli(['up', 'train'], { home: here });
    expect(up).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^train +is connecting/m) });
    await waitUntil(hubThere, 'a hub was started there, as somebody asked');
    // What ran there has ended with that hub; whoever says `up` wants it to run.
    const runs = async (): Promise<boolean> => (await session(here))?.process.status === 'running';
    await waitUntil(async () => (await online()) && (await runs()), 'it is back, and runs');
    const { stdout } = await runCli(['connection', 'train'], { home: here });
    expect(stdout).not.toContain('BASHRC-NOISE');
  });

  it('lives there headless too: that hub speaks to the agent, and the same conversation goes on after a break', async () => {
    const { sshd, here, there } = await stage();
    const ask = await spoken(here);
    expect(await ask('remember seven')).toBe('kept\n');
    expect(await session(there)).toMatchObject({ mode: 'headless', agent: { kind: 'claude' } });
    const pid = (await session(there))?.process.pid;
    await reconnected(sshd, here, 'api');
    expect(await ask('recall')).toBe('seven\n');
    expect((await session(there))?.process.pid).toBe(pid);
    expect((await runCli(['messages', 'api'], { home: here })).stdout).toContain('> remember seven');
    // Another session there takes the place of the one that ran.
    expect(await runCli(['restart', 'api'], { home: here })).toMatchObject({ code: 0, stderr: '' });
    await waitUntil(async () => (await session(here))?.agent.state === 'idle', 'the new one waits for a prompt');
    expect(await ask('say', 'again')).toBe('again\n');
    expect((await session(there))?.process.pid).not.toBe(pid);
    expect(await runCli(['down', 'api'], { home: here })).toMatchObject({ code: 0 });
    await waitUntil(async () => (await session(there)) === undefined, 'it is ended there');
    await runCli(['hub', 'stop', '--force'], { home: there });
    await there.assertNoProcesses();
  });

  it('is spoken to from here where it could not be kept, and says so', async () => {
    const { here, there } = await stage();
    rmSync(join(there.path, '.local/bin/iris-tui'));
    const ask = await spoken(here);
    expect(await ask('say', 'hello')).toBe('hello\n');
    expect(await session(here)).toMatchObject({ transport: 'openssh', mode: 'headless' });
    expect((await runCli(['connection', 'api'], { home: here })).stdout).toContain('not kept on that machine');
  });

  it('is a plain session where iris-tui is not installed, and says why', async () => {
    const { here, there } = await stage();
    rmSync(join(there.path, '.local/bin/iris-tui'));
    expect(await runCli(['up', 'train'], { home: here })).toMatchObject({ code: 0 });
    expect(await runCli(['wait', 'train', '--text', 'ready'], { home: here })).toMatchObject({
      code: 0,
    });
    expect((await session(here))?.transport).toBe('openssh');
    const { stdout } = await runCli(['connection', 'train'], { home: here });
    expect(stdout).toContain('not kept on that machine');
    expect(stdout).toContain('install iris-tui there');
  });

  it('is tested by doctor, which leaves no session there and no connection that it waits for', async () => {
    const { here, there, sshd } = await stage();
    const { stdout, tookMs } = await runCli(['doctor', '--json', 'train'], { home: here });
    const { teams } = JSON.parse(stdout) as { teams: { steps: object; tookMs: number }[] };
    expect(Object.values(teams[0]!.steps)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok']);
    // A link that sessions share would be kept for another 5 s.
    expect(tookMs - teams[0]!.tookMs).toBeLessThan(4_500);
    await waitUntil(() => sshd.connections().length === 0, 'the connection is closed');
    expect(await session(there)).toBeUndefined();
    expect(JSON.parse((await runCli(['hub', 'status', '--json'], { home: there })).stdout)).toMatchObject({
      sessions: 0,
    });
  });

  it('says of any other program that is missing what is to be done about that one', async () => {
    const { sshd, here } = await stage();
    const teams = {
      there: { remote: ['ssh', ...sshd.words()], command: ['no-such-program'], persist: 'auto' },
      carrier: { remote: ['no-such-carrier', 'x'], command: ['true'], persist: 'auto' },
    };
    here.config(JSON.stringify({ teams }));
    for (const [team, why] of [
      ['there', /not kept on that machine.*no-such-program was not found.*: install it/],
      ['carrier', /not kept on that machine.*no-such-carrier was not found on this machine.*: install it/],
    ] as const) {
      await runCli(['up', team], { home: here });
      const said = async () => (await runCli(['connection', team], { home: here })).stdout.replaceAll(/\s+/g, ' ');
      await waitUntil(async () => why.test(await said()), 'it is said');
      expect(await said()).not.toContain('iris-tui there');
    }
  });
});
