import { mkdirSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  disposeHomes,
  disposeTuis,
  processesWithEnv,
  runCli,
  spawnTui,
  tempHome,
  waitUntil,
} from '../support/index.ts';

let hole: Server;
let hub = '';
beforeAll(async () => {
  // It accepts, and never speaks.
  hole = createServer(() => {});
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  const address = hole.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  hub = `ssh://127.0.0.1:${address.port}`;
});
afterAll(() => void hole.close());
afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

/** What there is of an ssh that has this folder for its files. */
function leftIn(folder: string) {
  const ssh = () => processesWithEnv('TMPDIR', folder).filter(({ command }) => command.startsWith('ssh '));
  return { ssh, left: () => readdirSync(folder).filter((name) => name.startsWith('iris-tui-ssh-')) };
}

describe('a host that accepts a connection and says nothing', () => {
  it.each([
    ['ls', 'SIGINT'],
    ['ls', 'SIGTERM'],
    ['ls', 'SIGHUP'],
    ['', 'SIGINT'],
    ['', 'SIGHUP'],
  ] as const)('is told of; iris-tui %s takes its ssh along when it is ended by %s', async (verb, signal) => {
    const home = tempHome();
    const TMPDIR = join(home.path, 'tmp');
    mkdirSync(TMPDIR);
    const args = ['--hub', hub, ...(verb === '' ? [] : [verb])];
    const tui = spawnTui({ home, args, env: { TMPDIR }, cols: 100 });
    await tui.waitFor(`iris-tui: no answer yet from ${hub} …`);
    const { ssh, left } = leftIn(TMPDIR);
    expect(ssh()).toHaveLength(1);
    expect(left()).toHaveLength(1);
    if (signal === 'SIGINT') tui.send('\x03');
    else process.kill(tui.pid, signal);
    expect(await tui.exited).toMatchObject({ signal });
    await waitUntil(() => ssh().length === 0, 'its ssh is gone');
    expect(left()).toEqual([]);
  });

  it('keeps no ssh of a hub that is stopped while it waits for one', async () => {
    const home = tempHome();
    const TMPDIR = join(home.path, 'tmp');
    mkdirSync(TMPDIR);
    const remote = ['ssh', '-F', 'none', '-p', hub.split(':')[2]!, '127.0.0.1'];
    home.config(JSON.stringify({ teams: { kept: { remote, agent: 'shell', persist: true } } }));
    const up = runCli(['up', 'kept'], { home, env: { TMPDIR } });
    const { ssh, left } = leftIn(TMPDIR);
    await waitUntil(() => ssh().length > 0, 'it is tried');
    expect(await runCli(['hub', 'stop', '--force'], { home })).toMatchObject({ code: 0 });
    await up;
    await waitUntil(() => ssh().length === 0, 'its ssh is gone');
    expect(left()).toEqual([]);
  });

  it('gets no word on standard error with --json', async () => {
    const tui = spawnTui({ args: ['--hub', hub, 'ls', '--json'], cols: 100 });
    expect(await tui.exited).toMatchObject({ code: 6 });
    expect(JSON.parse(tui.text().replaceAll('\n', ''))).toEqual({
      code: 'hub-unreachable',
      message: '127.0.0.1 did not answer within 30 s',
      remedy: 'check the network and the address',
    });
  }, 60_000);
});
