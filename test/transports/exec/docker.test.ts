import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CAN_RUN_CONTAINERS, Containers } from '../../support/containers.ts';
import { waitUntil } from '../../support/index.ts';
import { execFailure, runExec, stopExecRuns } from './run-exec.ts';

describe.runIf(CAN_RUN_CONTAINERS)('the docker client, against real containers', () => {
  let containers: Containers;
  let name = '';
  beforeAll(async () => {
    containers = await Containers.start();
    name = containers.run();
  });
  afterEach(stopExecRuns);
  afterAll(() => containers?.stop());

  const shell = (script: string) => ['sh', '-c', script];
  const docker = (command: readonly string[], more = {}) =>
    runExec(['docker', 'exec', '-i', name], { localEnv: containers.env, command, ...more });

  it('a terminal, its size, and the size it gets later', async () => {
    // The client may tell the first size a second time.
    const run = docker(
      shell('trap "stty size; stty size | grep -q 120 && exit 3" WINCH; stty size; while :; do sleep 0.1; done'),
      {
        cols: 91,
        rows: 17,
      },
    );
    await run.says('17 91');
    expect(run.statuses).toEqual(['connecting', 'spawning', 'ready']);
    run.transport.resize(120, 40);
    await run.says('40 120');
    expect(await run.over()).toEqual({ exitCode: 3 });
    expect(run.transport.launchCommand.slice(0, 4)).toEqual(['docker', 'exec', '-it', name]);
  });

  it('[S33] argv, folder and environment as they are', async () => {
    const words = ['$(touch /canary)', "it's", 'a\nb', '!!', '-n', ''];
    const run = docker(['sh', '-c', 'printf "<%s>" "$@" "$SECRET"; pwd', 'sh', ...words], {
      mode: 'pipes',
      cwd: '/work',
      farEnv: { SECRET: '`touch /canary`' },
    });
    expect(await run.over()).toEqual({ exitCode: 0 });
    expect(run.text).toBe(`${words.map((word) => `<${word}>`).join('')}<\`touch /canary\`>/work\n`);
  });

  it('stdout and stderr apart, and bytes as they are', async () => {
    const run = docker(shell('echo problem >&2; printf ready; exec cat'), { mode: 'pipes' });
    await run.says('ready');
    const all = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7 + (i >> 8)) & 255));
    run.transport.write(all);
    await waitUntil(() => run.bytes.output >= 4096 + 5, 'all bytes back');
    expect(run.bytes).toEqual({ output: 4096 + 5, error: 8 });
  });

  it.each(['pty', 'pipes'] as const)('with %s, stopping ends what runs in there, whatever it ignores', async (mode) => {
    const sessionId = `docker-${mode}`;
    const run = docker(shell('trap "" HUP TERM INT; echo up; while :; do sleep 1; done'), {
      mode,
      sessionId,
      farEnv: { IRIS_SESSION_ID: sessionId },
    });
    await run.says('up');
    const there = () => containers.processes(name).some((args) => args.startsWith('sh -c trap "" HUP'));
    expect(there()).toBe(true);
    await run.transport.stop();
    expect(there()).toBe(false);
  });

  it('what an earlier run left is ended by the next', async () => {
    const more = { sessionId: 'docker-again', farEnv: { IRIS_SESSION_ID: 'docker-again' } };
    const first = docker(shell('echo up; exec sleep 4711'), more);
    await first.says('up');
    process.kill(first.transport.pid!, 'SIGKILL');
    await first.over();
    expect(containers.processes(name).includes('sleep 4711')).toBe(true);
    const second = docker(shell('echo again; exec sleep 4712'), more);
    await second.says('again');
    expect(containers.processes(name).includes('sleep 4711')).toBe(false);
  });

  it('an interrupt reaches a program without a terminal', async () => {
    const run = docker(shell('trap "echo stopped; exit 4" INT; echo up; while :; do sleep 0.1; done'), {
      mode: 'pipes',
    });
    await run.says('up');
    run.transport.signal('SIGINT');
    expect(await run.over()).toEqual({ exitCode: 4 });
  });

  it('[T15] failures have their class', async () => {
    const failed = (words: readonly string[], more = {}) =>
      execFailure(runExec(words, { localEnv: containers.env, command: ['claude'], ...more }));
    const missing = await failed(['docker', 'exec', '-i', 'no-such']);
    expect(missing).toMatchObject({ code: 'unreachable', retriable: false });
    expect(missing.line).toMatch(
      /docker exec -i no-such ended with 1 before anything ran there: .*no such container.*: start the container/,
    );
    const agent = await failed(['docker', 'exec', '-i', name]);
    expect(agent).toMatchObject({ code: 'program-missing', retriable: false });
    expect(agent.line).toContain(`no claude on the remote PATH of docker exec -i ${name}`);
    const bare = containers.run({ shell: false });
    const noShell = await failed(['docker', 'exec', '-i', bare]);
    expect(noShell).toMatchObject({ code: 'program-missing', retriable: false });
    expect(noShell.line).toContain('there has to be a POSIX sh');
    containers.podman('stop', '--time', '0', bare);
    expect(await failed(['docker', 'exec', '-i', bare])).toMatchObject({ code: 'unreachable', retriable: true });
    await containers.stopService();
    const down = await failed(['docker', 'exec', '-i', name]);
    expect(down).toMatchObject({ code: 'unreachable', retriable: true });
    expect(down.line).toContain('start the docker service');
    await containers.startService();
  });
});
