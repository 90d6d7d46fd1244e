import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, openProxy } from '../hub/support/index.ts';
import { disposeHomes, runCli, type TempHome, tempHome, waitUntil } from '../support/index.ts';

afterEach(async () => {
  await closeAll();
  await disposeHomes();
});

const SCRIPT = 'echo ready; while read word; do i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo "$word $i"; done; done';

interface Stage {
  readonly home: TempHome;
  readonly proxy: Awaited<ReturnType<typeof openProxy>>;
  iris(...args: string[]): ReturnType<typeof runCli>;
  hub(): Promise<{ pid: number; viewers: number }>;
  /** Somebody is let in besides the one who asks. */
  connected(): Promise<unknown>;
}

/** A session that says every word 300 times, and a way to its hub that can be cut. */
async function stage(): Promise<Stage> {
  const home = tempHome();
  const iris = (...args: string[]) => runCli(args, { home });
  expect(await iris('new', '-d', '-n', 'talker', '--', 'sh', '-c', SCRIPT)).toMatchObject({ code: 0 });
  expect(await iris('wait', 'talker', '--text', 'ready')).toMatchObject({ code: 0 });
  const proxy = await openProxy(join(home.irisHome, 'run/hub.sock'), home);
  const hub = async () =>
    JSON.parse((await iris('hub', 'status', '--json')).stdout) as { pid: number; viewers: number };
  const connected = () => waitUntil(async () => (await hub()).viewers > 0, 'it is connected');
  return { home, proxy, iris, hub, connected };
}

describe('what may take long outlives a connection', () => {
  it('logs -f goes on byte for byte where it was, and ends with the session', async () => {
    const { proxy, iris, connected } = await stage();
    const follower = iris('--hub', proxy.socket, 'logs', 'talker', '-f', '--raw');
    for (const word of ['one', 'two', 'three', 'four']) {
      await connected();
      await iris('send', 'talker', word);
      await iris('wait', 'talker', '--text', `${word} 300`);
      proxy.cut();
    }
    await iris('keys', 'talker', 'C-d');
    const { code, stdout, stderr } = await follower;
    expect({ code, said: stderr.split('\n')[0] }).toEqual({
      code: 0,
      said: 'iris-tui: the connection to the hub broke; this goes on once it is back',
    });
    expect(stderr).not.toContain('no longer kept');
    expect(stdout).toBe((await iris('logs', 'talker', '--raw')).stdout);
    expect(stdout).toContain('four 300');
  });

  it('logs -f waits for a hub that was killed, prints what is kept, and ends as its session has', async () => {
    const { iris, hub, connected } = await stage();
    const follower = iris('logs', 'talker', '-f', '--raw');
    await connected();
    await iris('send', 'talker', 'word');
    await iris('wait', 'talker', '--text', 'word 300');
    const before = (await iris('logs', 'talker', '--raw')).stdout;
    process.kill((await hub()).pid, 'SIGKILL');
    await iris('hub', 'start');
    const { code, stdout, stderr } = await follower;
    expect({ code, lines: stderr.trim().split('\n').length }).toEqual({ code: 0, lines: 1 });
    expect(stderr).toContain('this goes on once it is back');
    expect(stdout).toBe(before);
  });

  it('logs -f says that a session is gone whose last words it could not hear', async () => {
    const { home, proxy, iris } = await stage();
    let printed = '';
    const heard = (text: string) => (printed = text);
    const follower = runCli(['--hub', proxy.socket, 'logs', 'talker', '-f'], { home, heard });
    await waitUntil(() => printed === 'ready\n', 'it has printed what there was');
    proxy.hold(true);
    await iris('kill', 'talker');
    proxy.cut();
    proxy.hold(false);
    const { code, stdout, stderr } = await follower;
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ready\n' });
    expect(stderr).toContain('talker is gone: what it wrote while the connection was away is lost');
  });

  it('wait goes on through several attempts that fail, within its time', async () => {
    const { proxy, iris, connected } = await stage();
    const waiting = iris('--hub', proxy.socket, 'wait', 'talker', '--text', 'found 300', '--timeout', '60');
    await connected();
    proxy.refuse(true);
    await iris('send', 'talker', 'found');
    await waitUntil(() => proxy.refused >= 3, 'it was refused several times');
    proxy.refuse(false);
    expect(await waiting).toMatchObject({ code: 0 });
  });

  it('wait ends when its time is over, also while there is no hub', async () => {
    const { proxy, iris, connected } = await stage();
    const waiting = iris('--hub', proxy.socket, 'wait', 'talker', '--text', 'never', '--timeout', '10');
    await connected();
    proxy.refuse(true);
    const { code, stderr, tookMs } = await waiting;
    expect(code).toBe(6);
    expect(stderr).toMatch(/broke the connection.*hub status says how it is\n$/);
    expect(tookMs).toBeGreaterThanOrEqual(10_000);
  });
});
