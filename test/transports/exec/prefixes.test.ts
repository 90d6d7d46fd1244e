import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, it } from 'vitest';
import { CAN_MAKE_USERS, isAlive, processesWithEnv, testUser, waitUntil } from '../../support/index.ts';
import { execFailure, runExec, stopExecRuns } from './run-exec.ts';

afterEach(stopExecRuns);

const localEnv = { PATH: `${process.env.PATH}:/usr/sbin`, HOME: '/' };
const HAS_SUDO = CAN_MAKE_USERS && spawnSync('sudo', ['-n', 'true']).status === 0;

describe('a prefix', () => {
  it.each(['pty', 'pipes'] as const)('that takes the environment away, with %s', async (mode) => {
    const run = runExec(['env', '-i'], { localEnv, mode, farEnv: { ONLY: 'this' }, command: ['/usr/bin/env'] });
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(run.text).toContain('ONLY=this');
    expect(run.text).not.toContain('HOME=');
  });

  it('that is not there', async () => {
    const error = await execFailure(runExec(['no-such-tool', 'x'], { localEnv }));
    expect(error).toMatchObject({ code: 'program-missing', retriable: false });
    expect(error.line).toContain('no-such-tool was not found on this machine');
  });

  it('that refuses', async () => {
    const error = await execFailure(runExec(['sh', '-c', 'echo no way >&2; exit 9'], { localEnv }));
    expect(error).toMatchObject({ code: 'failed', retriable: false });
    expect(error.line).toContain('ended with 9 before anything ran there: no way');
  });

  it('[S33] whose words no shell reads', async () => {
    const run = runExec(['env', 'X=$(touch /tmp/canary-exec)'], {
      localEnv,
      mode: 'pipes',
      command: ['sh', '-c', 'printf %s "$X"'],
    });
    await run.over();
    expect(run.text).toBe('$(touch /tmp/canary-exec)');
  });

  it('that asks something: the answer goes to it, what follows to the program', async () => {
    const ask = 'printf "PIN? " >/dev/tty; read pin </dev/tty; [ "$pin" = 42 ] || exit 1; exec "$@"';
    const run = runExec(['sh', '-c', ask, 'ask'], {
      localEnv,
      command: ['sh', '-c', 'echo in; read line; echo "<$line>"'],
    });
    await run.says('PIN? ');
    expect(run.transport.status).toBe('connecting');
    run.transport.write(Buffer.from('42\r'));
    await run.says('in');
    run.transport.write(Buffer.from('typed\r'));
    await run.says('<typed>');
  });
});

describe.runIf(HAS_SUDO)('sudo', () => {
  it.each(['pty', 'pipes'] as const)('runs it as another user, and stopping ends it, with %s', async (mode) => {
    using user = testUser();
    const id = `sudo-${mode}-${process.pid}`;
    const run = runExec(['sudo', '-u', user.name, '-H'], {
      localEnv,
      mode,
      sessionId: id,
      farEnv: { IRIS_SESSION_ID: id },
      command: ['sh', '-c', 'id -un; pwd; trap "" HUP TERM; echo up; while :; do sleep 1; done'],
      cwd: '~',
    });
    await run.says('up');
    expect(run.text.replaceAll('\r', '')).toContain(`${user.name}\n${user.home}\n`);
    const there = processesWithEnv('IRIS_SESSION_ID', id);
    expect(there.length).toBeGreaterThan(0);
    await run.transport.stop();
    await waitUntil(() => there.every((info) => !isAlive(info)), 'it is gone');
  });

  it('does not ask when nobody is there', async () => {
    using user = testUser();
    const error = await execFailure(
      runExec(['sudo', '-u', user.name, 'sudo', '-n'], { localEnv, unattended: true, command: ['true'] }),
    );
    expect(error).toMatchObject({ code: 'login-refused', retriable: false });
  });
});
