import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { HubCommandResult, PromptOutcome, SessionInfo } from '../../src/core/index.ts';
import {
  type CliResult,
  disposeHomes,
  disposeTuis,
  isAlive,
  PROMPT,
  processInfo,
  runCli,
  spawnTui,
  type TempHome,
  tempHome,
  waitUntil,
} from '../support/index.ts';

afterEach(async () => {
  await disposeTuis();
  await disposeHomes();
});

const AGENT = [process.execPath, fileURLToPath(new URL('../support/fake-claude.mjs', import.meta.url))];
const SHIFT_ENTER = '\x1b[13;2u';

async function start(home: TempHome, ...more: readonly string[]): Promise<SessionInfo> {
  const made = await runCli(['new', '--json', '-n', 'api', '-a', 'claude', '--headless', ...more, '--', ...AGENT], {
    home,
  });
  expect(made).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(made.stdout) as SessionInfo;
}

async function info(home: TempHome, name = 'api'): Promise<SessionInfo> {
  const all = JSON.parse((await runCli(['ls', '--json'], { home })).stdout) as SessionInfo[];
  return all.find((session) => session.name === name)!;
}

const becomes = (home: TempHome, state: SessionInfo['agent']['state']): Promise<unknown> =>
  waitUntil(async () => (await info(home)).agent.state === state, `the agent is ${state}`);

/** Waits until its screen has all of these. */
const shows = (home: TempHome, ...texts: readonly string[]): Promise<unknown> => {
  let screen = '';
  return waitUntil(
    async () => {
      screen = (await runCli(['capture', 'api'], { home })).stdout;
      return texts.every((text) => screen.includes(text));
    },
    `its screen shows ${texts.join(', ')}`,
    { detail: () => screen },
  );
};

const ask = (home: TempHome, ...words: readonly string[]): Promise<CliResult> =>
  runCli(['prompt', 'api', '--wait', ...words], { home });

describe('a headless session', () => {
  it('answers prompts with exactly what the agent said, and keeps messages whole', async () => {
    const home = tempHome();
    expect(await start(home)).toMatchObject({ mode: 'headless', agent: { kind: 'claude' } });
    expect(await ask(home, 'say', 'one  two\nthree')).toMatchObject({
      code: 0,
      stdout: 'one  two\nthree\n',
      stderr: '',
    });
    const big = await ask(home, 'big', '64');
    expect(big.stdout.length).toBe(64 * 1024);
    const printed = await runCli(['messages', 'api', '--json'], { home });
    const said = JSON.parse(printed.stdout) as HubCommandResult<'session.messages'>;
    expect(said).toMatchObject({ name: 'api', agent: 'claude', dropped: 0, usage: { inputTokens: 100, costUsd: 0.5 } });
    expect(said.agentSession).toMatch(/^[0-9a-f-]{36}$/);
    expect(said.messages.map(({ number, role }) => [number, role])).toEqual([
      [1, 'user'],
      [2, 'assistant'],
      [3, 'user'],
      [4, 'assistant'],
    ]);
    expect(said.messages[1]?.blocks).toEqual([{ type: 'text', text: 'one  two\nthree' }]);
    const none = await runCli(['messages', 'api', '--json', '--after', String(said.next)], { home });
    expect(JSON.parse(none.stdout)).toMatchObject({ messages: [], next: said.next });
    await becomes(home, 'done');
    await shows(home, '100 tokens in · 10 out · $0.500 in all');
  });

  it('asks, and is answered from elsewhere, bound to the question', async () => {
    const home = tempHome();
    await start(home);
    const blocked = await ask(home, '--json', 'ask', 'make all');
    expect(blocked.code).toBe(1);
    const outcome = JSON.parse(blocked.stdout) as PromptOutcome;
    expect(outcome).toMatchObject({ outcome: 'blocked', prompt: { text: 'Allow Bash: make all?', takesText: true } });
    expect(await info(home)).toMatchObject({
      agent: { state: 'blocked', question: 'Allow Bash: make all?', prompt: { id: outcome.prompt!.id } },
    });
    const approve = ['answer', 'api', '--approve', '--prompt', outcome.prompt!.id];
    expect(await runCli(approve, { home })).toMatchObject({ code: 0 });
    await becomes(home, 'done');
    const again = await runCli(approve, { home });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('no longer asks that') });
    const messages = (await runCli(['messages', 'api'], { home })).stdout;
    expect(messages).toBe('> ask make all\nLet me see.\n* Bash {"command":"make all"}\n= ran make all\ndone\n');
  });

  it('is cancelled when cancel says so, and lives on', async () => {
    const home = tempHome();
    const { process: begun } = await start(home);
    expect(await runCli(['prompt', 'api', 'slow'], { home })).toMatchObject({ code: 0 });
    await becomes(home, 'working');
    const queued = await runCli(['prompt', 'api', '--json', 'say', 'later'], { home });
    expect(JSON.parse(queued.stdout)).toMatchObject({ outcome: 'held', held: 'working', ahead: 0 });
    expect((await runCli(['queue', 'api'], { home })).stdout).toContain('say later');
    expect(await runCli(['cancel', 'api'], { home })).toMatchObject({ code: 0, stderr: '' });
    // It is the agent that says when it has stopped.
    await shows(home, 'cancelled', '> say later');
    expect(await ask(home, 'say', 'here')).toMatchObject({ code: 0, stdout: 'here\n' });
    expect((await info(home)).process.pid).toBe(begun.pid);
  });

  it('[43] tells whoever waits at once when the agent dies', async () => {
    const home = tempHome();
    await start(home);
    const waiting = ask(home, 'slow');
    await becomes(home, 'working');
    const { pid } = (await info(home)).process;
    process.kill(pid!, 'SIGKILL');
    const killed = await waiting;
    expect(killed).toMatchObject({ code: 1, stderr: expect.stringContaining('the agent was ended by SIGKILL') });
    await runCli(['restart', 'api'], { home });
    const died = await ask(home, 'die');
    expect(died).toMatchObject({ code: 1, stderr: expect.stringContaining('ended with code 3') });
    expect(await info(home)).toMatchObject({ process: { status: 'exited', exitCode: 3 }, agent: { state: 'exited' } });
    await shows(home, '! fatal: out of ideas');
    expect(await ask(home, 'say', 'x')).toMatchObject({ code: 1, stderr: expect.stringContaining('is not running') });
  });

  it('goes on with its conversation after a restart, and after the hub was stopped', async () => {
    const home = tempHome();
    await start(home);
    await ask(home, 'remember', 'the number 7');
    expect(await runCli(['restart', 'api'], { home })).toMatchObject({ code: 0 });
    await shows(home, '> remember the number 7');
    await ask(home, 'remember', 'and 8');
    expect(await runCli(['hub', 'stop', '--force'], { home })).toMatchObject({ code: 0 });
    expect(await info(home)).toMatchObject({ mode: 'headless', process: { status: 'exited' } });
    expect(await runCli(['restart', 'api'], { home })).toMatchObject({ code: 0 });
    expect(await ask(home, 'recall')).toMatchObject({ code: 0, stdout: 'the number 7, and 8\n' });
  });

  it('begins anew when the conversation is not there any more', async () => {
    const home = tempHome();
    await start(home);
    await ask(home, 'remember', 'x');
    await runCli(['keys', 'api', 'C-c'], { home });
    home.write('.fake-claude/keep', '');
    const { agentSession } = JSON.parse((await runCli(['messages', 'api', '--json'], { home })).stdout) as {
      agentSession: string;
    };
    const { rmSync } = await import('node:fs');
    rmSync(`${home.path}/.fake-claude/${agentSession}.json`);
    await runCli(['restart', 'api'], { home });
    await becomes(home, 'exited');
    await shows(home, 'No conversation found');
    await runCli(['restart', 'api'], { home });
    expect(await ask(home, 'recall')).toMatchObject({ code: 0, stdout: 'nothing\n' });
  });

  it('of a team is started as the config says, and ends without leaving anything', async () => {
    const home = tempHome();
    home.config(`teams:\n  helper:\n    agent: claude\n    mode: headless\n    command: ${JSON.stringify(AGENT)}\n`);
    expect(await runCli(['up', 'helper'], { home })).toMatchObject({ code: 0 });
    const answer = await runCli(['prompt', 'helper', '--wait', 'say', 'hello'], { home });
    expect(answer).toMatchObject({ code: 0, stdout: 'hello\n' });
    const { mode, process: running } = await info(home, 'helper');
    expect(mode).toBe('headless');
    const agent = processInfo(running.pid!)!;
    await runCli(['down', 'helper'], { home });
    await waitUntil(() => !isAlive(agent), 'the agent has ended');
  });

  it('is refused for programs that cannot be spoken to', async () => {
    const home = tempHome();
    const refused = await runCli(['new', '-d', '--headless', '--', 'bash'], { home });
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("shell can't be run headless") });
  });
});

describe('a headless session in a pane', () => {
  it('is typed into, asks with choices, and looks the same to everybody', async () => {
    const tui = spawnTui({ cols: 100, rows: 40 });
    await tui.waitFor(PROMPT);
    const { home } = tui;
    await start(home, '-d');
    const other = spawnTui({ cols: 100, rows: 40, home });
    await tui.waitFor(/2 api/);
    tui.send('\x022');
    await other.waitFor(/1 bash\*? {2}2 api/);
    other.send('\x022');
    await other.waitFor(/2 api\*/);
    await tui.waitFor(/╭─ 1 api · claude[\s\S]*│> /);
    tui.send('say # Title');
    tui.send(SHIFT_ENTER);
    tui.send('and `code`');
    await tui.waitFor(/│> say # Title +│\n│ {2}and `code`/);
    tui.send('\r');
    await tui.waitFor(/│Title +│\n│and code +│/);
    await tui.waitFor(/100 tokens in/);
    await other.waitFor(/│Title +│\n│and code +│/);
    tui.send('ask make\r');
    await tui.waitFor(/\? Allow Bash: make\?[\s\S]*1 Yes \(y\)[\s\S]*2 No \(n\)/);
    await tui.waitFor(/waiting \d:\d\d/);
    // Nobody can have read it sooner: until then a key goes into the line.
    await waitUntil(() => {
      tui.send('\x15y');
      return tui.text().includes('ran make');
    }, 'the question was answered');
    await other.waitFor(/│ {2}ran make[\s\S]*done/);
    tui.send('\x15slow\r');
    await tui.waitFor(/working · Esc cancels/);
    tui.send('\x1b');
    await tui.waitFor(/cancelled/);
  });
});
