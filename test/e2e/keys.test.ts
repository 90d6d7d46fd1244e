import { afterEach, describe, expect, it } from 'vitest';
import { alt, ctrl, disposeTuis, IRIS, KEY, PROMPT, showKeys, spawnTui, type Tui } from '../support/index.ts';

afterEach(disposeTuis);

const COLS = 120;
const ROWS = 30;
const prefix = KEY.prefix;

/** The program on a new hub, with its first shell at the prompt. */
async function open(options: Parameters<typeof spawnTui>[0] = {}): Promise<Tui> {
  const tui = spawnTui({ cols: COLS, rows: ROWS, ...options });
  await tui.waitFor(PROMPT);
  return tui;
}

/** Presses the prefix and a key. */
const press = (tui: Tui, ...keys: string[]): void => {
  for (const key of keys) tui.send(prefix + key);
};

/** Titles of the panes on the screen, in reading order: number and name. */
function titles(tui: Tui): string[] {
  return tui.screen().flatMap((row) => [...row.matchAll(/╭─ (\d+ \S+)/g)].map((m) => m[1] ?? ''));
}

/** The tab bar's tabs. */
const tabs = (tui: Tui): string => /^ iris {2}(.*?) +● /.exec(tui.row(0))?.[1] ?? '';

/** Number of the pane whose border has the accent colour. */
function focused(tui: Tui): string | undefined {
  for (let y = 1; y < tui.rows; y++) {
    for (const m of tui.row(y).matchAll(/╭─ (\d+) /g)) {
      if (tui.cell((m.index ?? 0) + 3, y).bold) return m[1];
    }
  }
  return undefined;
}

const shows = (what: () => unknown, expected: unknown): boolean => JSON.stringify(what()) === JSON.stringify(expected);
const until = (tui: Tui, what: () => unknown, expected: unknown): Promise<void> =>
  tui.waitFor(() => shows(what, expected), { what: `${what.toString()} is ${JSON.stringify(expected)}` });

describe('tabs', () => {
  it('are made, named, visited, moved and closed by their keys', async () => {
    const tui = await open();
    await until(tui, () => tabs(tui), '1 bash*');
    press(tui, 'c');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*');
    press(tui, 'c');
    await until(tui, () => tabs(tui), '1 bash  2 bash-2-  3 bash-3*');
    press(tui, 'p');
    await until(tui, () => tabs(tui), '1 bash  2 bash-2*  3 bash-3-');
    press(tui, 'p', 'p');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2  3 bash-3*');
    press(tui, 'n');
    await until(tui, () => tabs(tui), '1 bash*  2 bash-2  3 bash-3-');
    press(tui, '2');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*  3 bash-3');
    press(tui, 'l');
    await until(tui, () => tabs(tui), '1 bash*  2 bash-2-  3 bash-3');
    press(tui, ',');
    await tui.waitFor('tab name: bash');
    tui.send(`${ctrl('u')}own name${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 own name*  2 bash-2-  3 bash-3');
    press(tui, '.');
    await tui.waitFor('move tab to number:');
    tui.send(`3${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 bash-2-  2 bash-3  3 own name*');
    press(tui, '9');
    await tui.waitFor('there is no tab 9');
    press(tui, '&');
    await tui.waitFor('kill tab own name with 1 session? (y/n)');
    tui.send('n');
    await tui.waitFor((t) => !t.text().includes('(y/n)'));
    press(tui, '&');
    await tui.waitFor('(y/n)');
    tui.send('y');
    await until(tui, () => tabs(tui), '1 bash-2*  2 bash-3-');
  });

  it('are chosen from a list, by filter, and found by what is on their screen', async () => {
    const tui = await open();
    tui.send('echo nee""dle\r');
    await tui.waitFor('needle');
    press(tui, 'c');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*');
    press(tui, 'f');
    await tui.waitFor('find:');
    tui.send(`needle${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 bash*  2 bash-2-');
    press(tui, 'w');
    await tui.waitFor('╭─ tabs ─');
    tui.send(`/-2${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*');
    press(tui, 'f');
    await tui.waitFor('find:');
    tui.send(`not there${KEY.enter}`);
    await tui.waitFor('nothing found: not there');
  });
});

describe('panes', () => {
  it('are split, walked, numbered, zoomed, broken out and closed by their keys', async () => {
    const tui = await open();
    press(tui, '%');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    press(tui, '"');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2', '3 bash-3']);
    await until(tui, () => focused(tui), '3');
    press(tui, KEY.up);
    await until(tui, () => focused(tui), '2');
    press(tui, KEY.left);
    await until(tui, () => focused(tui), '1');
    press(tui, KEY.right);
    await until(tui, () => focused(tui), '2');
    press(tui, KEY.down);
    await until(tui, () => focused(tui), '3');
    press(tui, 'o');
    await until(tui, () => focused(tui), '1');
    press(tui, ';');
    await until(tui, () => focused(tui), '3');
    press(tui, 'q');
    await tui.waitFor('██████');
    await tui.waitFor((t) => !t.text().includes('██████'), { what: 'the numbers are gone after a while' });
    // At once, since they go by themselves.
    press(tui, 'q2');
    await until(tui, () => focused(tui), '2');
    press(tui, 'z');
    await until(tui, () => titles(tui), ['2 bash-2']);
    await tui.waitFor(/zoomed .*● local · 118x26/);
    press(tui, 'z');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2', '3 bash-3']);
    press(tui, '!');
    await until(tui, () => tabs(tui), '1 bash-3-  2 bash-2*');
    press(tui, 'x');
    await tui.waitFor('kill pane bash-2? (y/n)');
    tui.send('y');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-3']);
  });

  it('are swapped, rotated, resized and arranged by their keys', async () => {
    const tui = await open();
    press(tui, '%');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    press(tui, '{');
    await until(tui, () => titles(tui), ['1 bash-2', '2 bash']);
    press(tui, '}');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    press(tui, ctrl('o'));
    await until(tui, () => titles(tui), ['1 bash-2', '2 bash']);
    press(tui, alt('o'));
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    const width = (): number => tui.row(1).indexOf('╮') + 1;
    expect(width()).toBe(60);
    // C-Left and M-Right, which repeat without the prefix.
    tui.send(`${prefix}\x1b[1;5D\x1b[1;5D`);
    await until(tui, width, 58);
    tui.send(`${prefix}\x1b[1;3C`);
    await until(tui, width, 63);
    press(tui, 'E');
    await until(tui, width, 60);
    press(tui, alt('2'));
    await until(tui, () => tui.row(1).indexOf('╮') + 1, 120);
    press(tui, alt('1'));
    await until(tui, width, 60);
    press(tui, '"');
    await until(tui, () => titles(tui).length, 3);
    for (const [key, layout] of [
      ['3', [120, 60]],
      ['4', [60, 60]],
      ['5', [60, 120]],
    ] as const) {
      press(tui, alt(key));
      const widths = (): number[] => {
        const tops = tui.screen().filter((row) => row.includes('╭'));
        return [tops[0], tops.at(-1)].map((row) => (row ?? '').lastIndexOf('╮') - (row ?? '').lastIndexOf('╭') + 1);
      };
      await until(tui, widths, layout);
    }
    press(tui, ' ');
    await until(tui, () => tui.screen().filter((row) => row.includes('╭')).length, 1);
  });

  it('show what ended and why, restart with R and close with Q', async () => {
    const tui = await open();
    press(tui, '"');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    await tui.waitFor((t) => t.screen().filter((row) => row.includes(PROMPT.trim())).length === 2);
    tui.send('exit 7\r');
    await tui.waitFor(/✖ local · exited 7[\s\S]*exited 7 · R restart · Q close/);
    tui.send('R');
    await tui.waitFor((t) => !t.text().includes('exited 7'));
    await tui.waitFor((t) => t.screen().filter((row) => row.includes(PROMPT.trim())).length === 2);
    tui.send('kill -TERM $$; kill -KILL $$\r');
    await tui.waitFor('killed by SIGKILL · R restart · Q close');
    tui.send('q');
    await until(tui, () => titles(tui), ['1 bash']);
  });
});

describe('type-ahead', () => {
  it('goes to the pane that is on its way, without a wait, a tab or a split, and keeps its order', async () => {
    const tui = await open();
    tui.send(`${prefix}cecho in the "new"-tab\r`);
    await tui.waitFor('in the new-tab');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*');
    tui.send(`${prefix}%echo in the "new"-pane\r${prefix}"echo and the "third"\r`);
    await tui.waitFor('in the new-pane');
    await tui.waitFor('and the third');
    await until(tui, () => titles(tui), ['1 bash-2', '2 bash-3', '3 bash-4']);
    press(tui, '1');
    await tui.waitFor((t) => tabs(t) === '1 bash*  2 bash-4-' && !t.text().includes('in the'), {
      what: 'nothing of it went to the first tab',
    });
  });

  it('goes to the first shell when it begins before the shell does', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS });
    await tui.waitFor((t) => t.emulator.outer !== undefined && t.bytesWritten > 0, { what: 'the terminal is ours' });
    tui.send('echo typed "early"\r');
    await tui.waitFor('typed early');
  });
});

describe('sessions and the rest', () => {
  it('are listed, named and visited across tabs by their keys', async () => {
    const tui = await open();
    press(tui, 'c');
    await until(tui, () => tabs(tui), '1 bash-  2 bash-2*');
    press(tui, '$');
    await tui.waitFor('session name: bash-2');
    tui.send(`${ctrl('u')}api${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 bash-  2 api*');
    press(tui, '(');
    await until(tui, () => tabs(tui), '1 bash*  2 api-');
    press(tui, ')');
    await until(tui, () => tabs(tui), '1 bash-  2 api*');
    press(tui, 's');
    await tui.waitFor(/╭─ sessions ─[\s\S]*bash[\s\S]*\* api/);
    tui.send(`${KEY.up}${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 bash*  2 api-');
  });

  it('shows help, messages and a clock, and closes them', async () => {
    const tui = await open();
    press(tui, '?');
    await tui.waitFor(/╭─ keys .*[\s\S]*split-pane -h/);
    tui.send('G');
    await tui.waitFor('Mouse:');
    tui.send('q');
    await tui.waitFor((t) => !t.text().includes('Mouse:'));
    press(tui, '9', '~');
    await tui.waitFor(/╭─ messages ─[\s\S]*there is no tab 9/);
    tui.send('q');
    await tui.waitFor((t) => !t.text().includes('╭─ messages'));
    press(tui, 't');
    await tui.waitFor('██');
    tui.send('q');
    await tui.waitFor((t) => !t.text().includes('██'));
  });

  it('runs commands from the prompt, with completion, history and clear errors', async () => {
    const tui = await open();
    press(tui, ':');
    tui.send('splitw\t');
    tui.send(` -h${KEY.enter}`);
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    press(tui, ':');
    tui.send(`zooom${KEY.enter}`);
    await tui.waitFor('unknown command: zooom: did you mean zoom?');
    press(tui, ':');
    tui.send(KEY.up);
    await tui.waitFor((t) => t.row(ROWS - 1).startsWith(' : zooom'));
    tui.send(`${KEY.backspace.repeat(3)}om${KEY.enter}`);
    await until(tui, () => titles(tui), ['2 bash-2']);
    press(tui, ':');
    tui.send(`rename-tab a b${KEY.enter}`);
    await until(tui, () => tabs(tui), '1 a b*Z');
    press(tui, ':');
    tui.send('abandoned');
    await tui.waitFor(': abandoned');
    tui.send(ctrl('c'));
    await tui.waitFor((t) => !t.text().includes('abandoned'));
  });

  it('starts what the picker offers, and any command', async () => {
    const tui = await open();
    press(tui, 'C');
    await tui.waitFor(/╭─ new session ─[\s\S]*bash[\s\S]*command …/);
    tui.send('G');
    tui.send(KEY.enter);
    await tui.waitFor('run:');
    tui.send(`printf 'it %s' runs${KEY.enter}`);
    await tui.waitFor(/it runs[\s\S]*exited 0/);
  });

  it('sends the prefix itself when it is pressed twice', async () => {
    const tui = await open();
    await showKeys(tui);
    tui.send(prefix + prefix);
    await tui.waitFor('^B');
  });

  it('leaves with d, and everything is there when it comes back', async () => {
    const tui = await open();
    press(tui, '%');
    await until(tui, () => titles(tui), ['1 bash', '2 bash-2']);
    await tui.waitFor((t) => t.row(2).split(PROMPT.trim()).length === 3);
    tui.send('echo mar""ked; cat\r');
    await tui.waitFor('marked');
    press(tui, KEY.left);
    await until(tui, () => focused(tui), '1');
    press(tui, 'd');
    expect((await tui.exited).code).toBe(0);
    expect(tui.text()).toContain('[detached]');
    const again = spawnTui({ cols: COLS, rows: ROWS, home: tui.home });
    await again.waitFor('marked');
    await until(again, () => titles(again), ['1 bash', '2 bash-2']);
    await until(again, () => focused(again), '1');
  });

  it('stops with C-z and comes back with fg, drawn again', async () => {
    const tui = spawnTui({ cols: COLS, rows: ROWS, command: ['bash', '--norc', '-i'] });
    await tui.waitFor(/[$#]/);
    tui.send(`${IRIS.join(' ')}\r`);
    await tui.waitFor(/╭─ 1 bash[\s\S]*hub local/);
    press(tui, ctrl('z'));
    await tui.waitFor('Stopped');
    expect(tui.text()).not.toContain('╭─ 1 bash');
    tui.send('fg\r');
    await tui.waitFor(/╭─ 1 bash[\s\S]*hub local/);
    press(tui, 'd');
    await tui.waitFor('[detached]');
  });

  it('ends with the last session', async () => {
    const tui = await open();
    tui.send('exit\r');
    await tui.waitFor('exited 0 · R restart');
    tui.send('q');
    expect((await tui.exited).code).toBe(0);
    expect(tui.text()).toContain('no sessions');
  });
});
