import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { processesWithEnv, waitUntil } from '../../support/index.ts';
import { CAN_RUN_KUBECTL, KubeApi } from '../../support/kube-api.ts';
import { execFailure, runExec, stopExecRuns } from './run-exec.ts';

describe.runIf(CAN_RUN_KUBECTL)('the real kubectl, against an API that speaks exec', () => {
  let api: KubeApi;
  beforeAll(async () => {
    api = await KubeApi.start();
  });
  afterEach(stopExecRuns);
  afterAll(() => api?.stop());

  const shell = (script: string) => ['sh', '-c', script];
  const kubectl = (words: readonly string[], command: readonly string[], more = {}) =>
    runExec(['kubectl', 'exec', ...words], { localEnv: api.env, command, ...more });

  it('a terminal, its size, and the size it gets later', async () => {
    const run = kubectl(
      ['-i', 'web', '--'],
      // Its first size comes after it has begun, or when it can already hear of it.
      shell('trap "stty size; stty size | grep -q 120 && exit 3" WINCH; stty size; while :; do sleep 0.1; done'),
      {
        cols: 91,
        rows: 17,
      },
    );
    await waitUntil(() => run.transport.status === 'ready', 'it is ready', { detail: () => run.state });
    await run.says(/\d+ \d+/);
    run.transport.resize(120, 40);
    await run.says('40 120');
    expect(await run.over()).toEqual({ exitCode: 3 });
    expect(run.transport.launchCommand.slice(0, 5)).toEqual(['kubectl', 'exec', '-it', 'web', '--']);
  });

  it('[S33] argv, folder and environment as they are, also without the two dashes', async () => {
    const words = ['$(touch /tmp/canary)', "it's", 'a\nb', '!!', '-n', ''];
    const run = kubectl(['web'], ['sh', '-c', 'printf "<%s>" "$@" "$SECRET"; pwd', 'sh', ...words], {
      mode: 'pipes',
      cwd: '/usr',
      farEnv: { SECRET: '`touch /tmp/canary`' },
    });
    const end = await run.over();
    expect(end).toEqual({ exitCode: 0 });
    expect(run.text).toBe(`${words.map((word) => `<${word}>`).join('')}<\`touch /tmp/canary\`>/usr\n`);
  });

  it.each(['pty', 'pipes'] as const)('with %s, stopping ends what runs in there, whatever it ignores', async (mode) => {
    const sessionId = `kube-${mode}-${process.pid}`;
    const run = kubectl(['web', '--'], shell('trap "" HUP TERM INT; echo it runs; while :; do sleep 1; done'), {
      mode,
      sessionId,
      farEnv: { IRIS_SESSION_ID: sessionId },
    });
    await run.says('it runs');
    await run.transport.stop();
    await waitUntil(() => processesWithEnv('IRIS_SESSION_ID', sessionId).length === 0, 'nothing is left');
  });

  it('[T15] failures have their class', async () => {
    const failed = (...words: string[]) => execFailure(kubectl(words, ['claude']));
    const missing = await failed('no-such', '--');
    expect(missing).toMatchObject({ code: 'unreachable', retriable: false });
    expect(missing.line).toContain('pods "no-such" not found: correct the pod');
    expect(await failed('forbidden', '--')).toMatchObject({ code: 'login-refused', retriable: false });
    expect(await failed('web', '--')).toMatchObject({ code: 'program-missing', retriable: false });
    const context = await failed('--context', 'none', 'web', '--');
    expect(context.retriable).toBe(false);
    const gone = await execFailure(
      runExec(['kubectl', '-s', 'http://127.0.0.1:1', 'exec', 'web', '--'], { localEnv: api.env, command: ['true'] }),
    );
    expect(gone).toMatchObject({ code: 'unreachable', retriable: true });
  });
});
