import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, runCli, type TempHome, tempHome, waitUntil } from '../support/index.ts';

const AGENT = fileURLToPath(new URL('../support/fake-agent.mjs', import.meta.url));

let home: TempHome;
beforeAll(() => {
  home = tempHome();
});
afterAll(() => home.dispose());

const iris = (...args: string[]): Promise<CliResult> => runCli(args, { home });

async function start(name: string): Promise<void> {
  const made = await iris('new', '-d', '-n', name, '-a', 'claude', '--', process.execPath, AGENT);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(await iris('wait', name, '--until', 'idle')).toMatchObject({ code: 0 });
}

describe('iris-tui prompt', () => {
  it('prints the answer, and only that', async () => {
    await start('asked');
    const asked = await iris('prompt', 'asked', '--wait', 'how', 'are', 'you');
    expect(asked).toMatchObject({ code: 0, stdout: 'echo: how are you\n', stderr: '' });
    const input = 'from standard input\nin two lines\n';
    const piped = await runCli(['send', 'asked', '--stdin', '--wait'], { home, input });
    expect(piped).toMatchObject({ code: 0, stdout: 'echo: from standard input\nin two lines\n' });
    expect(await iris('prompt', 'asked', 'quietly')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  it('ends with 1 and the question when there is one, which answer answers', async () => {
    await start('asks');
    const asked = await iris('prompt', 'asks', '--wait', 'ask rm -rf build');
    expect(asked).toMatchObject({ code: 1, stdout: '' });
    expect(asked.stderr).toMatch(/^iris-tui: asks asks: .*rm -rf build.*: iris-tui answer asks\n$/);
    const shown = await iris('answer', 'asks');
    expect(shown.stdout).toMatch(
      /rm -rf build[\s\S]*1\. Yes \(--approve\)\n {2}2\. No \(--deny\)\n {2}--prompt [0-9a-f]{16}\n$/,
    );
    const { prompt } = JSON.parse((await iris('answer', 'asks', '--json')).stdout) as { prompt: { id: string } };
    const late = await iris('answer', 'asks', '--approve', '--prompt', '0123456789abcdef', '--json');
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(late.stderr)).toMatchObject({ code: 'conflict' });
    expect(await iris('answer', 'asks', '--deny', '--prompt', prompt.id)).toMatchObject({ code: 0, stderr: '' });
    expect(await iris('wait', 'asks', '--text', '● refused')).toMatchObject({ code: 0 });
    // The answer stands there a moment before its state is read again.
    await waitUntil(
      async () => /^asks asks nothing: it is /.test((await iris('answer', 'asks')).stdout),
      'it asks nothing any more',
    );
  });

  it('says that it waits, and queue shows and removes it', async () => {
    await start('busy');
    // Until there is a file of that name: as long as this takes.
    await iris('prompt', 'busy', 'work ever');
    await iris('wait', 'busy', '--until', 'working');
    const held = await iris('prompt', 'busy', 'and then this');
    expect(held).toMatchObject({ code: 0, stdout: 'held in the queue of busy: it works\n', stderr: '' });
    expect((await iris('queue', 'busy')).stdout).toBe('m2  it works  and then this\n');
    const refused = await iris('prompt', 'busy', '--no-queue', 'or this');
    expect(refused).toMatchObject({ code: 1, stderr: "iris-tui: busy can't take it now: it works\n" });
    expect(await iris('prompt', 'busy', '--wait', '--timeout', '0.3', 'x')).toMatchObject({ code: 4, stdout: '' });
    const { queued } = (
      JSON.parse((await iris('ls', '--json')).stdout) as { name: string; agent: { queued?: number } }[]
    ).find(({ name }) => name === 'busy')!.agent;
    expect(queued).toBe(1);
    expect(await iris('queue', 'busy', '--remove', 'm2')).toMatchObject({ code: 0, stdout: '' });
    expect((await iris('queue', 'busy')).stdout).toBe('');
    expect(await iris('queue', 'busy', '--remove', 'm2')).toMatchObject({ code: 3 });
  });

  it('goes to several at once, and says of each what became of it', async () => {
    await Promise.all([start('one'), start('two')]);
    const both = await iris('prompt', '-t', 'one', '-t', 'two', '--wait', '--json', 'hello', 'all');
    expect(both.code).toBe(0);
    expect(JSON.parse(both.stdout)).toMatchObject([
      { name: 'one', outcome: 'answered', answer: 'echo: hello all' },
      { name: 'two', outcome: 'answered', answer: 'echo: hello all' },
    ]);
    await iris('new', '-d', '-n', 'shell', '--', 'sh');
    const mixed = await iris('send', '-t', 'shell', '-t', 'one', 'echo $((6*7))');
    expect(mixed).toMatchObject({ code: 0, stderr: '' });
    expect(mixed.stdout.split('\n').sort()).toEqual(['', 'one: submitted', 'shell: typed']);
    await waitUntil(async () => (await iris('capture', 'shell')).stdout.includes('\n42'), 'the shell ran it');
    expect(await iris('prompt', '--team', 'nobody', 'x')).toMatchObject({ code: 3 });
    expect(await iris('prompt')).toMatchObject({ code: 2 });
    expect(await iris('prompt', 'one')).toMatchObject({ code: 2 });
  });
});
