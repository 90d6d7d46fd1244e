import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { LaunchSpec } from '../../../src/core/index.ts';
import { describeTransport, Run } from '../../contract/transport.ts';
import { isAlive, processInfo, waitUntil } from '../../support/index.ts';
import { local } from './launch.ts';

describeTransport('a local process with a terminal', 'pty', local);

const runs: Run[] = [];
afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.transport.stop()));
});

function launch(script: string | string[], more: Partial<LaunchSpec> = {}): Run {
  const env = { PATH: process.env.PATH!, LANG: 'C.UTF-8' };
  const run = new Run(
    local(
      {
        command: typeof script === 'string' ? ['bash', '-c', script] : script,
        cwd: '/',
        env,
        mode: 'pty',
        cols: 91,
        rows: 17,
        ...more,
      },
      'pty-test',
    ),
  );
  runs.push(run);
  return run;
}

describe('the terminal of a local process', () => {
  it('has the size that was asked for, and changes it with a signal', async () => {
    const run = launch('stty size; trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done');
    await run.says('ready');
    expect(run.text).toContain('17 91');
    run.transport.resize(120, 40);
    await run.says('40 120');
  });

  it('counts in characters when it erases (IUTF8)', async () => {
    const run = launch('echo ready; read line; printf "<%s>" "$line" | od -An -c');
    await run.says('ready');
    run.transport.write(Buffer.from('xé\u007f!\r'));
    await run.over();
    expect(run.text.replaceAll(' ', '')).toContain('<x!>');
  });

  it('turns Ctrl-C into an interrupt of what is in the foreground, at once in the middle of a flood', async () => {
    const run = launch('trap "echo over; exit 3" INT; while :; do echo flood; done');
    await waitUntil(() => run.bytes.output > 1_000_000, 'a flood');
    run.transport.write(Uint8Array.of(3));
    expect(await run.over()).toEqual({ exitCode: 3 });
    expect(run.tail).toMatch(/over\r\n$/);
  });

  it('sends signals to the job in the foreground, not to the shell', async () => {
    const run = launch(['bash', '--norc', '--noprofile', '-i'], {
      env: { PATH: process.env.PATH!, PS1: '$ ', TERM: 'dumb' },
    });
    await run.says('$ ');
    run.transport.write(Buffer.from('sleep 600; echo status=$?\r'));
    const shell = run.transport.pid!;
    const foreground = () => Number(readFileSync(`/proc/${shell}/stat`, 'latin1').split(' ')[7]);
    await waitUntil(() => foreground() !== shell && processInfo(foreground())?.command === 'sleep 600', 'the job runs');
    run.transport.signal('SIGTERM');
    await run.says('status=143');
    expect(isAlive({ pid: shell })).toBe(true);
  });

  it('gives each turn of the event loop to every flood in equal parts, and to keystrokes', async () => {
    const floods = [launch('stty raw; cat /dev/zero'), launch('stty raw; cat /dev/zero')];
    await waitUntil(() => floods.every((run) => run.bytes.output > 500_000), 'two floods');
    const counts: number[][] = floods.map(() => []);
    const largest: number[] = floods.map(() => 0);
    const total = (all: readonly number[]): number => all.reduce((sum, n) => sum + n, 0);
    // On a busy machine most turns pass before a flood gets a core.
    const deadline = performance.now() + 20_000;
    for (let turn = 0; turn < 200 || (counts.some((all) => total(all) <= 20) && performance.now() < deadline); turn++) {
      const before = floods.map((run) => [run.calls.length, run.bytes.output] as const);
      await new Promise((resolve) => setImmediate(resolve));
      floods.forEach((run, i) => {
        const calls = run.calls.length - before[i]![0];
        counts[i]!.push(calls);
        if (calls > 0) largest[i] = Math.max(largest[i]!, (run.bytes.output - before[i]![1]) / calls);
      });
    }
    // One read a turn, of what the kernel holds at most.
    expect(Math.max(...counts.flat())).toBe(1);
    expect(Math.max(...largest)).toBeLessThanOrEqual(65_536);
    for (const all of counts) expect(total(all)).toBeGreaterThan(20);

    const quiet = launch('stty raw -echo; printf ready; exec cat');
    await quiet.says('ready');
    quiet.transport.write(Buffer.from('key'));
    await quiet.says('key');
  });

  it('is hung up when its process is over: what still holds it open reads its end', async () => {
    const run = launch(
      '(trap "" HUP; echo deaf; while :; do sleep 0.02; echo still here || exit; done >&2) & echo pid=$!; read go',
    );
    await run.says('deaf');
    run.transport.write(Buffer.from('\n'));
    await run.over();
    const pid = Number(/pid=(\d+)/.exec(run.text)?.[1]);
    await waitUntil(() => !isAlive({ pid }), 'it failed to write');
  });

  it('does not lose input when the process reads late', async () => {
    const run = launch('stty raw -echo; printf ready; kill -STOP $$; exec head -c 300000');
    await run.says('ready');
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => 33 + (i % 90)));
    for (let at = 0; at < bytes.length; at += 1000) run.transport.write(bytes.subarray(at, at + 1000));
    await waitUntil(() => processInfo(run.transport.pid!)?.state === 'T', 'it is stopped');
    process.kill(run.transport.pid!, 'SIGCONT');
    await run.over();
    expect(run.text.slice(5) === bytes.toString()).toBe(true);
  });
});
