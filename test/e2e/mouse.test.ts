import { afterEach, describe, expect, it } from 'vitest';
import { disposeTuis, KEY, mouse, PROMPT, runCli, showKeys, spawnTui, type Tui } from '../support/index.ts';

afterEach(disposeTuis);

const prefix = KEY.prefix;

async function open(): Promise<Tui> {
  const tui = spawnTui({ cols: 120, rows: 30 });
  await tui.waitFor(PROMPT);
  return tui;
}

async function openTwo(): Promise<Tui> {
  const tui = await open();
  tui.send(`${prefix}%`);
  await tui.waitFor((t) => t.row(2).split(PROMPT.trim()).length === 3, { what: 'two prompts' });
  return tui;
}

const leftWidth = (tui: Tui): number => tui.row(1).indexOf('╮') + 1;
/** A row of a pane that has all of the width. */
const rowIs = (tui: Tui, y: number, text: string): boolean => tui.row(y).replace(/^│|\s*│$/g, '') === text.trimEnd();
const isFocused = (tui: Tui, x: number): boolean => tui.cell(x + 3, 1).bold;

/** What a program asked to set the clipboard to, through our terminal. */
function clipboard(tui: Tui): string | undefined {
  const all = [
    ...tui
      .output()
      .toString('latin1')
      .matchAll(/\x1b\]52;c;([A-Za-z0-9+/=]*)(?:\x07|\x1b\\)/g),
  ];
  const last = all.at(-1)?.[1];
  return last === undefined ? undefined : Buffer.from(last, 'base64').toString();
}

describe('the mouse', () => {
  it('focuses a pane by click and a tab by click on its name', async () => {
    const tui = await openTwo();
    expect(isFocused(tui, 60)).toBe(true);
    tui.send(mouse.click(10, 10));
    await tui.waitFor((t) => isFocused(t, 0), { what: 'the left pane has the focus' });
    tui.send('left\x15');
    tui.send(`${prefix}c`);
    await tui.waitFor(/1 bash- {2}2 bash-3\*/);
    const at = tui.find('1 bash-');
    tui.send(mouse.click(at?.x ?? 0, 0));
    await tui.waitFor(/1 bash\* {2}2 bash-3-/);
  });

  it('drags the border between two panes, and zooms by double click on it', async () => {
    const tui = await openTwo();
    expect(leftWidth(tui)).toBe(60);
    tui.send(mouse.press(59, 10) + mouse.drag(69, 12) + mouse.drag(79, 12) + mouse.release(79, 12));
    await tui.waitFor((t) => leftWidth(t) === 80, { what: 'the left pane is 80 columns wide' });
    await tui.waitFor('● local · 78x26');
    tui.send(mouse.click(79, 8) + mouse.click(79, 8));
    await tui.waitFor('zoomed');
    expect(leftWidth(tui)).toBe(120);
  });

  it('scrolls back by wheel, and comes back to the end by wheel', async () => {
    const tui = await open();
    tui.send('seq 1 500\r');
    await tui.waitFor(/\n│500 /);
    tui.send(mouse.wheelUp(20, 10).repeat(5));
    await tui.waitFor(/\[15\/\d+\][\s\S]*\n│485 /);
    expect(tui.text()).not.toMatch(/\n│500 /);
    tui.send(mouse.wheelDown(20, 10).repeat(5));
    await tui.waitFor((t) => /\n│500 /.test(t.text()) && !/\[\d+\/\d+\]/.test(t.text()));
  });

  it('keeps what is looked at in place while output goes on', async () => {
    const tui = await open();
    tui.send('seq 1 300; while sleep 0.02; do echo more $((n++)); done\r');
    await tui.waitFor('more 3');
    tui.send(`${prefix}[`);
    await tui.waitFor(/\[0\/\d+\]/);
    tui.send(KEY.pageUp.repeat(3));
    const line = (n: number) => (n <= 300 ? String(n) : `more ${n - 301}`);
    await tui.waitFor(
      (t) => {
        const [, up, of] = /\[(7\d)\/(\d+)\]/.exec(t.text()) ?? [];
        return (
          up && Array.from({ length: 26 }, (_, y) => y).every((y) => rowIs(t, y + 2, line(Number(of) - Number(up) + y)))
        );
      },
      { what: 'what stands there is shown' },
    );
    const seen = tui.screen().slice(2, 28);
    const more = await runCli(['wait', 'bash', '--text', 'more 60'], { home: tui.home });
    expect(more).toMatchObject({ code: 0, stderr: '' });
    await tui.settle();
    expect(tui.screen().slice(2, 28)).toEqual(seen);
    tui.send('q');
    await tui.waitFor((t) => !/\[\d+\/\d+\]/.test(t.text()));
    tui.send('\x03');
  });

  it('gives the wheel to a full-screen program as arrows, and a program that asked for the mouse all of it', async () => {
    const tui = await open();
    tui.send('seq 1 300 | less\r');
    await tui.waitFor(/\n│1 [\s\S]*│:/);
    tui.send(mouse.wheelDown(20, 10));
    await tui.waitFor((t) => /^│4 /.test(t.row(2)), { what: 'less has scrolled three lines' });
    tui.send('q');
    await tui.waitFor(PROMPT);
    await showKeys(tui, '\\e[?1000h\\e[?1006h');
    tui.send(mouse.press(11, 7) + mouse.release(11, 7) + mouse.wheelUp(11, 7));
    // The pane's own corner is at column 1, row 2 of the terminal.
    await tui.waitFor('^[[<0;11;6M^[[<0;11;6m^[[<64;11;6M');
    tui.send('\x03');
  });

  it('selects by drag and copies through OSC 52; paste brings it back', async () => {
    const tui = await open();
    tui.send("clear; echo 'alpha beta gamma'\r");
    await tui.waitFor((t) => rowIs(t, 2, 'alpha beta gamma') && rowIs(t, 3, PROMPT));
    tui.send(mouse.press(7, 2) + mouse.drag(9, 2) + mouse.drag(10, 2) + mouse.release(10, 2));
    await tui.waitFor('copied 4 characters');
    expect(clipboard(tui)).toBe('beta');
    tui.send(`${prefix}]`);
    await tui.waitFor(/\$ beta/);
  });

  it('takes a word by double click and a line by triple click', async () => {
    const tui = await open();
    tui.send("clear; echo 'see /etc/hosts:12 now'\r");
    await tui.waitFor((t) => rowIs(t, 2, 'see /etc/hosts:12 now') && rowIs(t, 3, PROMPT));
    tui.send(mouse.click(9, 2) + mouse.click(9, 2));
    await tui.waitFor('copied 13 characters');
    expect(clipboard(tui)).toBe('/etc/hosts:12');
    // Elsewhere, so that these clicks are none with those before.
    await tui.waitFor((t) => !/\[\d+\/\d+\]/.test(t.text()), { what: 'the word is no longer marked' });
    tui.send(mouse.click(20, 2).repeat(3));
    await tui.waitFor('copied 21 characters');
    expect(clipboard(tui)).toBe('see /etc/hosts:12 now');
  });
});

describe('copy mode', () => {
  it('selects over lines with keys, joins wrapped ones, and copies', async () => {
    const tui = await open();
    const long = 'x'.repeat(130);
    tui.send(`clear; echo ${long}; echo end\r`);
    await tui.waitFor(/│end/);
    tui.send(`${prefix}[`);
    await tui.waitFor(/\[0\/\d+\]/);
    tui.send('H0vjj$y');
    await tui.waitFor('copied 134 characters');
    expect(clipboard(tui)).toBe(`${long}\nend`);
  });

  it('searches up and down in what scrolled away', async () => {
    const tui = await open();
    tui.send('seq 1 2000\r');
    await tui.waitFor(/\n│2000 /);
    tui.send(`${prefix}[`);
    await tui.waitFor(/\[0\/\d+\]/);
    tui.send(`?777${KEY.enter}`);
    await tui.waitFor(/\n│1777 /);
    tui.send('n');
    await tui.waitFor(/\n│777 /);
    tui.send('N');
    await tui.waitFor(/\n│1777 /);
    tui.send(`?not there${KEY.enter}`);
    await tui.waitFor('nothing more found');
    tui.send('g');
    await tui.waitFor(/│1 +│\n/);
    tui.send('q');
    await tui.waitFor(/\n│2000 /);
  });
});
