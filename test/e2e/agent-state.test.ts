import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { type CliResult, runCli, type TempHome, tempHome } from '../support/index.ts';

const PLAYER = fileURLToPath(new URL('../support/play-recording.mjs', import.meta.url));
const recording = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/recordings/${name}.cast`, import.meta.url));

let home: TempHome;
beforeAll(() => {
  home = tempHome();
  home.write(
    'iris/rules/mybot.yaml',
    `agent: mybot
version: 1
rules:
  - {id: asks, state: blocked, when: {rows: {last: 1, match: ['^mybot: sure\\?$']}}, question: '^mybot: (.{1,80})$'}
  - {id: busy, state: working, when: {rows: {last: 1, match: ['^mybot: busy$']}}}
`,
  );
});
afterAll(() => home.dispose());

const iris = (...args: string[]): Promise<CliResult> => runCli(args, { home });
async function ok(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await iris(...args);
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}
const start = (name: string, cast: string, ...options: string[]) =>
  ok(
    'new',
    '-d',
    '-n',
    name,
    '-a',
    cast.split('-')[0]!,
    '--size',
    '120x40',
    '--',
    process.execPath,
    PLAYER,
    recording(cast),
    '--stay',
    ...options,
  );

it('a script waits for an agent, answers it, and waits for the outcome', async () => {
  await start('api', 'claude-done', '--wait-at', 'typed,approve');
  await ok('wait', 'api', '--until', 'idle');
  await ok('keys', 'api', 'Enter');
  const blocked = JSON.parse(await ok('wait', 'api', '--until', 'blocked', '--json')) as {
    session: SessionInfo;
  };
  expect(blocked.session.agent).toMatchObject({
    state: 'blocked',
    question: expect.stringContaining('touch made.txt'),
  });
  expect(await ok('ls')).toMatch(/^api +claude +blocked /m);
  const why = await ok('explain', 'api');
  expect(why).toMatch(/^api: claude, blocked for \d+s\n {2}asks +Bash command · touch made\.txt/);
  expect(why).toContain('claude/permission');
  expect(why).toContain('1. Yes\n');
  await ok('keys', 'api', 'Enter');
  await ok('wait', 'api', '--until', 'done');
  const late = await iris('wait', 'api', '--until', 'blocked', '--timeout', '0.2');
  expect(late.code).toBe(4);
  await ok('kill', 'api');
});

it('rules of the user, beside the config, make a state of their own agent', async () => {
  const script = 'echo mybot: busy; read x; echo mybot: sure?; read y';
  await ok('new', '-d', '-n', 'bot', '-a', 'mybot', '--', 'sh', '-c', script);
  await ok('wait', 'bot', '--until', 'working');
  await ok('keys', 'bot', 'Enter');
  const blocked = JSON.parse(await ok('wait', 'bot', '--until', 'blocked', '--json')) as {
    session: SessionInfo;
  };
  expect(blocked.session.agent).toMatchObject({ kind: 'mybot', question: 'sure?' });
  await ok('kill', 'bot');
});

it('rules list, show and test say what is in force and what it makes of a recording', async () => {
  const list = JSON.parse(await ok('rules', 'list', '--json')) as { agents: { agent: string; file?: string }[] };
  expect(list.agents.map(({ agent }) => agent)).toEqual(expect.arrayContaining(['claude', 'codex', 'gemini', 'mybot']));
  expect(list.agents.find(({ agent }) => agent === 'mybot')?.file).toBe(`${home.irisHome}/rules/mybot.yaml`);
  // What is shown can be put into a file, and says the same.
  const file = home.write('codex.yaml', await ok('rules', 'show', 'codex'));
  const own = await ok('rules', 'test', file, recording('codex-done'));
  expect(own).toBe(await ok('rules', 'test', 'codex', recording('codex-done')));
  expect(own.match(/idle|working|blocked|done(?= )/g)).toEqual(
    expect.arrayContaining(['idle', 'working', 'blocked', 'done']),
  );
  const inShell = JSON.parse(
    await ok('rules', 'test', 'codex', recording('codex-done'), '--as', 'shell', '--json'),
  ) as { kind: string; rule: string }[];
  expect(inShell[0]).toMatchObject({ kind: 'codex', rule: 'codex/starts' });
});

it('rules that are wrong are named, and do not stop anything', async () => {
  const bad = home.write(
    'iris/rules/zz.yaml',
    'agent: codex\nversion: 1\nrules:\n  - {id: a, state: idle, when: {title: "(a+)+"}}\n',
  );
  const list = await iris('rules', 'list');
  expect(list.code).toBe(1);
  expect(list.stdout).toContain(`${bad}: rules › 1 › when › title: the pattern (a+)+ is refused`);
  const test = await iris('rules', 'test', bad, recording('codex-done'));
  expect(test).toMatchObject({ code: 1, stdout: '' });
  expect(test.stderr).toMatch(/^iris-tui: .*the pattern \(a\+\)\+ is refused.*\n$/);
  const missing = await iris('rules', 'test', 'codex', '/nowhere.cast');
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('no such file') });
  const none = await iris('rules', 'test', 'codex', bad);
  expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('this is no recording') });
  expect((await iris('rules', 'show', 'nobody')).code).toBe(2);
  expect((await iris('explain', 'nobody')).code).toBe(3);
});
