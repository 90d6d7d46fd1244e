import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import {
  disposeTuis,
  KEY,
  PROMPT,
  runCli,
  spawnTui,
  type TempHome,
  type Tui,
  tempHome,
  waitUntil,
} from '../support/index.ts';

const homes: TempHome[] = [];
afterEach(async () => {
  await disposeTuis();
  for (const home of homes.splice(0)) await home.dispose();
});

const support = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** A home whose config is this. */
function configured(yaml: string): TempHome {
  const home = tempHome();
  homes.push(home);
  home.config(yaml);
  return home;
}

/** A recorded agent that asks, and goes on when it is answered with 1. */
async function asker(home: TempHome, name: string): Promise<void> {
  const play = [support('support/play-recording.mjs'), support('fixtures/recordings/claude-done.cast')];
  const options = ['--speed', '10', '--wait-at', 'approve', '--answers', '1', '--stay'];
  const made = await runCli(
    ['new', '-d', '-n', name, '--size', '120x40', '-a', 'claude', '--', process.execPath, ...play, ...options],
    { home },
  );
  expect(made).toMatchObject({ code: 0, stderr: '' });
}

/** Presses a key until it has done something: a question must have stood there for a moment before it can be answered. */
async function pressUntil(tui: Tui, key: string, what: string | RegExp): Promise<void> {
  const shown = (): boolean => (typeof what === 'string' ? tui.text().includes(what) : what.test(tui.text()));
  await waitUntil(
    () => {
      if (!shown()) tui.send(key);
      return shown();
    },
    `${key} shows ${what}`,
    { everyMs: 150, detail: () => tui.text() },
  );
}

describe('the fleet view', () => {
  it('shows who needs somebody, and an agent is answered from there without going to it', async () => {
    const tui = spawnTui({ cols: 120, rows: 40 });
    await tui.waitFor(PROMPT);
    await asker(tui.home, 'api');
    await tui.waitFor(/1 waiting/);
    tui.send(`${KEY.prefix}g`);
    await tui.waitFor(/╭─ fleet ─[\s\S]*⚑ api +waiting \d+:\d\d +claude [\s\S]*touch made\.txt[\s\S]*\*● bash/);
    await tui.waitFor(/ api asks ─[\s\S]*1 Yes \(a\)/);
    await pressUntil(tui, 'a', /● api +(?:working|done) /);
    await tui.waitFor((t) => /● api +done \d+:\d\d +claude +\S/.test(t.text()) && !t.text().includes('1 waiting'));
    tui.send(KEY.enter);
    await tui.waitFor(/2 api\*/);
    await tui.waitFor('tool done');
  });

  it('stays whole from 40x10 on, and as it shrinks and grows', async () => {
    const tui = spawnTui({ cols: 120, rows: 40 });
    await tui.waitFor(PROMPT);
    await asker(tui.home, 'api');
    await tui.waitFor(/1 waiting/);
    tui.send(`${KEY.prefix}g`);
    await tui.waitFor('api asks');
    tui.resize(40, 10);
    await tui.waitFor(
      /╭─ fleet ─{20,30}╮[\s\S]*⚑ api +waiting \d+:\d\d +\S[\s\S]* 1 Yes \(a\) {2}2 Yes, a… {2}3 No \(d\)[\s\S]*╰─{38}╯/,
    );
    tui.resize(200, 60);
    await tui.waitFor(/╭─ fleet ─{150,}╮[\s\S]*api asks[\s\S]*3 No \(d\)/);
  });
});

describe('notices', () => {
  it('reach the terminal when nobody looks at the agent, by the ways of the config', async () => {
    const home = configured('settings:\n  notify:\n    blocked: [bell, osc9, osc777]\n');
    const tui = spawnTui({ cols: 120, rows: 40, home });
    await tui.waitFor(PROMPT);
    await asker(home, 'api');
    await tui.waitFor(
      () => /\x07\x1b\]9;iris-tui: api waits for you: [^\x1b]*touch made\.txt/.test(tui.output().toString('utf8')),
      {
        what: 'OSC 9',
      },
    );
    await tui.waitFor(() => /\x1b\]777;notify;iris-tui: api waits for you;/.test(tui.output().toString('utf8')), {
      what: 'OSC 777',
    });
  });
});

describe('hooks', () => {
  it('tell what an agent does, in the real program, once somebody wants them', async () => {
    const home = configured('settings:\n  hooks: true\n');
    const agent = support('support/hooked-agent.mjs');
    const claude = home.write('claude', `#!/bin/sh\nexec '${process.execPath}' '${agent}' "$@"\n`, 0o755);
    const cli = (...args: string[]) => runCli(args, { home });
    expect(await cli('new', '-d', '-n', 'one', '--', claude)).toMatchObject({ code: 0 });
    expect(await cli('wait', 'one', '--text', 'hooks: \\d+, token: [\\w-]{32}')).toMatchObject({
      code: 0,
    });
    await cli('keys', 'one', '-l', 'UserPromptSubmit');
    await cli('keys', 'one', 'Enter');
    expect(await cli('wait', 'one', '--until', 'working')).toMatchObject({ code: 0 });
    await cli('keys', 'one', '-l', 'PermissionRequest {"tool_name":"Bash","tool_input":{"command":"make"}}');
    await cli('keys', 'one', 'Enter');
    expect(await cli('wait', 'one', '--until', 'blocked')).toMatchObject({ code: 0 });
    const [told] = JSON.parse((await cli('ls', '--json')).stdout) as SessionInfo[];
    expect(told).toMatchObject({ agent: { kind: 'claude', question: 'Bash: make' }, command: [claude] });
    expect((await cli('explain', 'one')).stdout).toMatch(/decides +its hook\n +hooks +on the command line of claude/);
    expect(await cli('new', '-d', '-n', 'two', '--no-hooks', '--', claude)).toMatchObject({ code: 0 });
    expect(await cli('wait', 'two', '--text', 'hooks: 0, token: none')).toMatchObject({ code: 0 });
  });
});
