import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { disposeTuis, KEY, PROMPT, runCli, spawnTui, waitUntil } from '../support/index.ts';

afterEach(disposeTuis);

const support = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

describe('agents that wait', () => {
  it('are counted and marked, and one key goes there from anywhere', async () => {
    const tui = spawnTui({ cols: 140, rows: 44 });
    await tui.waitFor(PROMPT);
    await tui.waitFor(/^ iris {2}1 bash\*/);
    const play = [support('support/play-recording.mjs'), support('fixtures/recordings/claude-permission.cast')];
    const made = await runCli(
      ['new', '-d', '-n', 'asker', '-a', 'claude', '--', process.execPath, ...play, '--speed', '20', '--stay'],
      { home: tui.home },
    );
    expect(made).toMatchObject({ code: 0, stderr: '' });
    await tui.waitFor(/1 waiting/);
    await tui.waitFor(/1 bash\* {2}2 asker⚑/);
    tui.send(`${KEY.prefix}A`);
    await tui.waitFor(/╭─ waiting for you ─[\s\S]*⚑ asker +waiting \d+:\d\d +claude +\S/);
    tui.send(KEY.escape);
    await tui.waitFor((t) => !t.text().includes('waiting for you'));
    tui.send(`${KEY.prefix}a`);
    await tui.waitFor(/2 asker\*⚑/);
    await tui.waitFor(/⚑ local · waiting \d+:\d\d/);
    tui.send(`${KEY.prefix}x`);
    await tui.waitFor('(y/n)');
    tui.send('y');
    await tui.waitFor((t) => !t.text().includes('1 waiting'));
    tui.send(`${KEY.prefix}a`);
    await tui.waitFor('nobody waits for you');
  });

  it('are done until somebody looks at them', async () => {
    const tui = spawnTui({ cols: 140, rows: 44 });
    await tui.waitFor(PROMPT);
    const play = [support('support/play-recording.mjs'), support('fixtures/recordings/claude-done.cast')];
    await runCli(
      ['new', '-d', '-n', 'worker', '-a', 'claude', '--', process.execPath, ...play, '--speed', '4', '--stay'],
      { home: tui.home },
    );
    const state = async (): Promise<string | undefined> => {
      const all = JSON.parse((await runCli(['ls', '--json'], { home: tui.home })).stdout) as SessionInfo[];
      return all.find((s) => s.name === 'worker')?.agent.state;
    };
    await waitUntil(async () => (await state()) === 'done', 'the agent is done');
    await tui.waitFor(/2 worker/);
    tui.send(`${KEY.prefix}2`);
    await waitUntil(async () => (await state()) === 'idle', 'it was seen');
  });
});
