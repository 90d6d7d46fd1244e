import { expect, it } from 'vitest';
import { describeTransport, Run } from '../../contract/transport.ts';
import { local } from './launch.ts';

describeTransport('a local process with pipes', 'pipes', local);

const launch = (script: string) =>
  new Run(
    local(
      {
        command: ['sh', '-c', script],
        cwd: '/',
        env: { PATH: process.env.PATH! },
        mode: 'pipes',
        cols: 80,
        rows: 24,
      },
      'pipes-test',
    ),
  );

it('tells stdout and stderr apart, to the last byte of both', async () => {
  const run = launch('head -c 300000 /dev/zero & head -c 200000 /dev/zero >&2; wait; exit 6');
  expect(await run.over()).toEqual({ exitCode: 6 });
  expect(run.bytes).toEqual({ output: 300_000, error: 200_000 });
});

it('keeps stdin open until the process is over', async () => {
  const run = launch('read a; echo "a=$a"; read b; echo "b=$b"');
  run.transport.write(Buffer.from('1\n'));
  await run.says('a=1');
  run.transport.write(Buffer.from('2\n'));
  await run.over();
  expect(run.text).toBe('a=1\nb=2\n');
});

it('takes a process that closed its stdin for what it is', async () => {
  const run = launch('exec <&-; echo closed; sleep 0.1; exit 2');
  await run.says('closed');
  for (let i = 0; i < 10; i++) run.transport.write(Buffer.alloc(100_000));
  expect(await run.over()).toEqual({ exitCode: 2 });
});
