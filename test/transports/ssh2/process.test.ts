import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isAlive, processInfo, startSshd, stopSshds, waitUntil } from '../../support/index.ts';
import { failure, run, shell, stopRuns } from './launch.ts';

afterEach(async () => {
  await stopRuns();
  await stopSshds();
});

describe('a process through ssh2', () => {
  it('has a terminal of the size that was asked for, follows changes of it, and knows its session', async () => {
    const sshd = await startSshd();
    const one = shell(
      'stty size; echo "$TERM $COLORTERM $IRIS_SESSION_NAME $X"; trap "stty size" WINCH; echo ready; while :; do sleep 0.02; done',
      {
        words: sshd.words(),
        cols: 91,
        rows: 17,
        env: { X: "a 'b' $c" },
      },
    );
    await one.says('ready');
    expect(one.text).toContain('17 91');
    expect(one.text).toContain("xterm-256color truecolor test a 'b' $c");
    one.transport.resize(120, 40);
    await one.says('40 120');
    expect(one.statuses).toEqual(['connecting', 'spawning', 'ready']);
    await waitUntil(() => one.transport.metrics.roundTripMs !== undefined, 'a round trip was measured');
    expect(one.transport.pid).toBeUndefined();
  });

  it('takes the size that the pane has when it comes to run, though it changed on the way', async () => {
    const sshd = await startSshd();
    const one = shell('stty size', { words: sshd.words() });
    one.transport.resize(101, 33);
    await one.over();
    expect(one.text).toContain('33 101');
  });

  it('has pipes where it is headless: stdout and stderr apart, to the last byte of both', async () => {
    const sshd = await startSshd();
    const one = shell('head -c 300000 /dev/zero & head -c 200000 /dev/zero >&2; wait; exit 6', {
      words: sshd.words(),
      mode: 'pipes',
    });
    expect(await one.over()).toEqual({ exitCode: 6 });
    expect(one.bytes).toEqual({ output: 300_000, error: 200_000 });
  });

  it('gets what was typed before it ran, and answers in order', async () => {
    const sshd = await startSshd();
    const one = shell('read a; read b; echo "<$a$b>"', { words: sshd.words() });
    one.transport.write(Buffer.from('on'));
    one.transport.write(Buffer.from('e\ntwo\n'));
    await one.over();
    expect(one.text).toContain('<onetwo>');
  });

  it('passes bytes on as they are through compression', async () => {
    const sshd = await startSshd();
    const one = shell('stty raw -echo; printf ready; head -c 1000000 | sha256sum', {
      words: sshd.words(),
      options: { compression: true },
    });
    await one.says('ready');
    const bytes = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => (i * 7 + (i >> 8)) & 255));
    one.transport.write(bytes);
    await one.over();
    expect(one.text).toContain(createHash('sha256').update(bytes).digest('hex'));
  });

  it('says how it ended: exit code, or signal by its name', async () => {
    const sshd = await startSshd();
    const words = sshd.words();
    const ends = await Promise.all([
      shell('exit 42', { words }).over(),
      shell('kill -KILL $$', { words }).over(),
      shell('kill -TERM $$', { words, mode: 'pipes' }).over(),
    ]);
    expect(ends).toEqual([{ exitCode: 42 }, { signal: 'SIGKILL' }, { signal: 'SIGTERM' }]);
  });

  it('is stopped there without a trace: HUP first, then what does not hear', async () => {
    const sshd = await startSshd();
    const polite = shell('trap "echo goodbye; exit 5" HUP; echo ready; while :; do sleep 0.05; done', {
      words: sshd.words(),
    });
    const deaf = shell('trap "" HUP TERM INT; echo pid=$$; while :; do sleep 600; done', { words: sshd.words() });
    await Promise.all([polite.says('ready'), deaf.says(/pid=\d+/)]);
    const pid = Number(/pid=(\d+)/.exec(deaf.text)?.[1]);
    expect(isAlive({ pid })).toBe(true);
    await Promise.all([polite.transport.stop(), deaf.transport.stop()]);
    expect(await polite.over()).toEqual({ exitCode: 5 });
    expect(polite.text).toContain('goodbye');
    expect(await deaf.over()).toEqual({ signal: 'SIGKILL' });
    expect(isAlive({ pid })).toBe(false);
    await waitUntil(() => sshd.connections().length === 0, 'no connection is left');
    expect(polite.statuses).toEqual(['connecting', 'spawning', 'ready', 'terminating', 'stopped']);
  });

  it('is stopped where the server allows one channel only, by the signals of that, or by hanging up', async () => {
    const sshd = await startSshd({ maxSessions: 1 });
    const one = shell('echo pid=$$; exec sleep 600', { words: sshd.words() });
    await one.says(/pid=\d+/);
    const pid = Number(/pid=(\d+)/.exec(one.text)?.[1]);
    await one.transport.stop();
    await waitUntil(() => !isAlive({ pid }), 'it is gone');
  });

  it('is told signals, the foreground of its terminal first', async () => {
    const sshd = await startSshd();
    const one = run({ words: sshd.words(), command: ['bash', '--norc', '--noprofile', '-i'], env: { PS1: '$ ' } });
    await one.says('$ ');
    one.transport.write(Buffer.from('sleep 600; echo status=$?\r'));
    await waitUntil(() => sshd.processes().some(({ command }) => command === 'sleep 600'), 'the job runs');
    one.transport.signal('SIGTERM');
    await one.says('status=143');
    one.transport.write(Buffer.from('sleep 601\r'));
    await waitUntil(() => sshd.processes().some(({ command }) => command === 'sleep 601'), 'the next job runs');
    one.transport.signal('SIGINT');
    await one.says('^C');
    one.transport.write(Buffer.from('echo status=$?\r'));
    await one.says('status=130');
    const pipes = shell('echo pid=$$; exec sleep 600', { words: sshd.words(), mode: 'pipes' });
    await pipes.says(/pid=\d+/);
    const pid = Number(/pid=(\d+)/.exec(pipes.text)?.[1]);
    pipes.transport.signal('SIGSTOP');
    await waitUntil(() => processInfo(pid)?.state === 'T', 'it is stopped');
    pipes.transport.signal('SIGCONT');
    await waitUntil(() => processInfo(pid)?.state !== 'T', 'it goes on');
  });

  it('starts ten at once, each on a connection of its own', async () => {
    const sshd = await startSshd();
    const all = Array.from({ length: 10 }, (_, i) => shell(`echo "<$((${i} * 11))>"; read x`, { words: sshd.words() }));
    await Promise.all(all.map((one, i) => one.says(`<${i * 11}>`)));
    expect(sshd.connections()).toHaveLength(10);
  });

  it('[S33] runs argv as it is, in a folder with any name', async () => {
    const sshd = await startSshd();
    const folder = "a 'b' $(touch canary) `touch canary` é";
    execFileSync('mkdir', [join(sshd.remoteHome, folder)]);
    const args = ['$(touch canary)', '`touch canary`', '; touch canary', 'a b', "it's", '"q"', '', '-n', 'né\n'];
    const one = run({
      words: sshd.words(),
      command: ['sh', '-c', 'stty raw; pwd; printf "<%s>" "$@"', 'sh', ...args],
      cwd: `~/${folder}`,
      env: { X: '$(touch canary)' },
    });
    await one.over();
    const text = Buffer.from(one.text, 'latin1').toString();
    expect(text).toContain(args.map((arg) => `<${arg}>`).join(''));
    expect(text).toContain(folder);
    expect(execFileSync('find', [sshd.folder, '-name', 'canary'], { encoding: 'utf8' })).toBe('');
  });

  it('tells a missing folder and a missing program, permanently, with their remedies', async () => {
    const sshd = await startSshd();
    const noFolder = await failure(run({ words: sshd.words(), cwd: '~/nowhere' }));
    expect(noFolder).toMatchObject({ code: 'folder-missing', retriable: false });
    const noProgram = await failure(run({ words: sshd.words(), command: ['iris-no-such-program'] }));
    expect(noProgram).toMatchObject({ code: 'program-missing', retriable: false });
    expect(noProgram.line).toContain('claudePath');
    await sshd.restart({ options: { config: ['PermitTTY no'] } });
    const noTerminal = await failure(run({ words: sshd.words() }));
    expect(noTerminal).toMatchObject({ retriable: false });
    expect(noTerminal.line).toContain('terminal');
    expect(await failure(run({ words: sshd.words(), command: [''] }))).toMatchObject({ code: 'usage' });
    expect(await failure(run({ words: ['-L', '1:b:2', 'x'] }))).toMatchObject({ code: 'usage', retriable: false });
  });
});
