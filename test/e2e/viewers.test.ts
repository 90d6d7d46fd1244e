import { afterEach, describe, expect, it } from 'vitest';
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
  waitUntilGone,
} from '../support/index.ts';

afterEach(disposeTuis);

const prefix = KEY.prefix;
const COLS = 100;
const ROWS = 24;

async function open(options: Parameters<typeof spawnTui>[0] = {}, shown = PROMPT.trim()): Promise<Tui> {
  const tui = spawnTui({ cols: COLS, rows: ROWS, ...options });
  await tui.waitFor(shown);
  return tui;
}

const titles = (tui: Tui): string[] =>
  tui.screen().flatMap((row) => [...row.matchAll(/╭─ (\d+ \S+)/g)].map((m) => m[1] ?? ''));

async function hubPid(home: TempHome): Promise<number> {
  const { stdout } = await runCli(['hub', 'status', '--json'], { home });
  return (JSON.parse(stdout) as { pid: number }).pid;
}

describe('several viewers', () => {
  it('see the same session, each with its own focus, tab and zoom', async () => {
    const one = await open();
    one.send(`${prefix}%`);
    await one.waitFor((t) => titles(t).length === 2 && t.row(2).split('$').length === 3);
    const two = await open({ home: one.home });
    await two.waitFor((t) => titles(t).length === 2);
    // By number: where it looks at first depends on what the other one has told the hub.
    two.send(`${prefix}:select-pane 1\r`);
    two.send('echo from two\r');
    await one.waitFor(/│from two/);
    one.send('echo from one\r');
    await two.waitFor(/│from one/);
    // One went on in the right pane, two in the left.
    await one.waitFor((t) => /│from two.*││from one/.test(t.row(3)), { what: 'each wrote in its own pane' });
    two.send(`${prefix}z`);
    await two.waitFor('zoomed');
    await one.settle();
    await one.waitFor((t) => titles(t).join() === '1 bash,2 bash-2');
    one.send(`${prefix}c`);
    await one.waitFor(/3 bash|2 bash-3\*/);
    await two.waitFor(/1 bash\*Z {2}2 bash-3/);
    await two.waitFor('zoomed');
  });

  it('give a session the size of the one that typed last; the others see it cropped or padded', async () => {
    const wide = await open();
    wide.send('echo wide\r');
    await wide.waitFor(/│wide/);
    const narrow = await open({ home: wide.home, cols: 60, rows: 16 });
    await narrow.waitFor(/98x20!/);
    await wide.waitFor('98x20');
    narrow.send('echo narrow\r');
    await narrow.waitFor(/58x12 /);
    // Padded with dots where the session does not reach.
    await wide.waitFor((t) => t.text().includes('58x12!') && /·{20}/.test(t.row(20)));
    wide.send('echo again\r');
    await wide.waitFor(/98x20 /);
    await narrow.waitFor(/98x20!/);
  });

  it('are listed, and one detaches another', async () => {
    const one = await open();
    const two = await open({ home: one.home });
    one.send(`${prefix}D`);
    await one.waitFor(/╭─ viewers ─[\s\S]*this one/);
    const rows = (): string[] => one.screen().filter((row) => row.includes('iris-tui/'));
    await one.waitFor(() => rows().length === 2, { what: 'both are listed' });
    one.send(rows()[0]?.includes('this one') ? `${KEY.down}${KEY.enter}` : KEY.enter);
    expect((await two.exited).code).toBe(0);
    expect(two.text()).toContain('[detached');
    await one.waitFor((t) => titles(t).length === 1);
  });

  it('may only look when they say so', async () => {
    const one = await open();
    const looker = await open({ home: one.home, args: ['attach', '--read-only'] });
    await looker.waitFor('read-only');
    looker.send('touched');
    await looker.waitFor('this viewer is read-only');
    // Had it asked whether to kill the pane, the next key would be the answer.
    looker.send(`${prefix}x${prefix}?`);
    await looker.waitFor('╭─ keys ');
    looker.send('q');
    one.send('echo seen\r');
    await Promise.all([one, looker].map((tui) => tui.waitFor(/│seen/)));
    expect(one.text()).not.toContain('touched');
  });
});

describe('a session that no layout shows yet', () => {
  it('is seen by one that may only look, too', async () => {
    const home = tempHome();
    try {
      const made = await runCli(['new', '-d', '-n', 'alone', '--', 'sh', '-c', 'echo look here; cat'], { home });
      expect(made.code).toBe(0);
      const looker = await open({ home, args: ['attach', 'alone', '--read-only'] }, 'look here');
      expect(titles(looker)).toEqual(['1 alone']);
      await looker.dispose();
    } finally {
      await home.dispose();
    }
  });
});

describe('what survives', () => {
  it('the death of the viewer: everything goes on, typed or not', async () => {
    const one = await open();
    one.send('for i in $(seq 100); do echo tick $i; sleep 0.05; done; echo all""-done\r');
    await one.waitFor('tick 3');
    one.kill('SIGKILL');
    await one.exited;
    const two = spawnTui({ cols: COLS, rows: ROWS, home: one.home });
    await two.waitFor('all-done');
    await two.dispose();
  });

  it('a hub killed with -9: sessions are listed as died, readable, in their places, and start again', async () => {
    const one = await open();
    one.send('echo kept""-text; seq 1 300\r');
    await one.waitFor(/│300 /);
    one.send(`${prefix}"`);
    await one.waitFor((t) => titles(t).length === 2);
    one.send(`${prefix},`);
    await one.waitFor('tab name:');
    one.send('\x15mine\r');
    await one.waitFor(/1 mine\*/);
    const pid = await hubPid(one.home);
    const shells = await waitUntil(() => {
      const found = one.home.processes().filter((p) => p.command.includes('bash'));
      return found.length >= 2 ? found : undefined;
    }, 'both shells run');
    // Somebody else sees the layout: the hub has it. What it gives out it has written to the disk, and all before that.
    const two = await open({ home: one.home }, '1 mine*');
    await two.waitFor((t) => titles(t).length === 2);
    await two.dispose();
    expect(await runCli(['token', 'create'], { home: one.home })).toMatchObject({ code: 0 });
    process.kill(pid, 'SIGKILL');
    // The viewer sees it go, starts another, and shows what it has.
    await one.waitFor(/died with its hub[\s\S]*died with its hub/);
    expect(await hubPid(one.home)).not.toBe(pid);
    await one.waitFor((t) => /1 mine\*/.test(t.row(0)) && titles(t).join() === '1 bash,2 bash-2');
    await one.waitFor('300');
    one.send(`${prefix}${KEY.up}${prefix}[`);
    await one.waitFor(/\[0\/\d+\]/);
    one.send('g');
    await one.waitFor('kept-text');
    one.send('q');
    one.send('R');
    await one.waitFor((t) => t.text().split('R restart').length === 2);
    one.send('echo lives""-again\r');
    await one.waitFor('lives-again');
    // Nothing of the old hub's children is left.
    await waitUntilGone(shells);
  });

  it('saved layouts: back after everything was rearranged', async () => {
    const one = await open();
    one.send(`${prefix}%`);
    await one.waitFor((t) => titles(t).length === 2);
    one.send(`${prefix}:`);
    one.send('workspace save pair\r');
    await one.waitFor('layout saved as pair');
    one.send(`${prefix}!`);
    await one.waitFor((t) => titles(t).length === 1);
    one.send(`${prefix}:`);
    one.send('workspace load pair\r');
    await one.waitFor((t) => titles(t).length === 2);
    one.send(`${prefix}:`);
    one.send('workspace list\r');
    await one.waitFor(/╭─ saved layouts ─[\s\S]*pair +1 tab/);
  });
});

describe('sizes', () => {
  it('from 20x5 to 500x200, and says so below', async () => {
    const tui = await open();
    tui.send('echo here\r');
    await tui.waitFor(/│here/);
    for (const [cols, rows] of [
      [20, 5],
      [500, 200],
      [37, 11],
      [100, 24],
    ] as const) {
      tui.resize(cols, rows);
      await tui.waitFor(
        (t) => /^╭─.*─╮$/.test(t.row(1).slice(0, cols)) && /^╰─+╯$/.test(t.row(rows - 2).slice(0, cols)),
        {
          what: `drawn at ${cols}x${rows}`,
        },
      );
    }
    tui.resize(19, 5);
    await tui.waitFor('19x5: too');
    tui.resize(10, 3);
    await tui.waitFor('10x3');
    tui.resize(100, 24);
    await tui.waitFor(/╭─ 1 bash[\s\S]*│here/);
  });

  it('shows the focused pane alone when the tab has no room for all', async () => {
    const tui = await open();
    for (let i = 0; i < 3; i++) {
      tui.send(`${prefix}"`);
      await tui.waitFor((t) => titles(t).length === i + 2);
    }
    tui.resize(40, 9);
    await tui.waitFor((t) => titles(t).length === 1 && titles(t)[0] === '4 bash-4');
    tui.resize(100, 24);
    await tui.waitFor((t) => titles(t).length === 4);
  });
});
