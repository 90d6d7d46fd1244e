import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import {
  disposeTuis,
  isAlive,
  processInfo,
  realBash,
  type SpawnTuiOptions,
  spawnTui,
  type Tui,
  waitUntil,
} from '../../support/index.ts';

const program = fileURLToPath(new URL('./program.ts', import.meta.url));
afterEach(disposeTuis);

interface Shell {
  readonly tui: Tui;
  /** `stty -g`, asked at the prompt. */
  settings(): Promise<string>;
  /** Runs the program up to its first frame. */
  start(what: string): Promise<void>;
  pid(): number;
  /** What the program noted. */
  notes(): string;
  /** Waits until it has heard all that the terminal answers, and returns that. */
  answered(): Promise<unknown>;
}

/** A shell with something on its screen. */
async function shell(options: SpawnTuiOptions = {}): Promise<Shell> {
  const tui = await realBash({ cols: 80, rows: 12, ...options });
  let asked = 0;
  const file = (name: string): string => {
    try {
      return readFileSync(join(tui.home.path, name), 'utf8');
    } catch {
      return '';
    }
  };
  tui.send('echo before\r');
  await tui.waitFor(/^before$/m);
  return {
    tui,
    settings: async () => {
      asked++;
      tui.send(`stty -g >~/stty${asked}; echo asked-$((${asked}))\r`);
      await tui.waitFor(new RegExp(`^asked-${asked}$`, 'm'));
      return file(`stty${asked}`);
    },
    start: async (what) => {
      tui.send(`${process.execPath} ${program} ${what} ~/notes ~/pid; echo status $?\r`);
      await tui.waitFor((t) => t.emulator.alternateScreen && t.text().includes('READY'));
    },
    pid: () => Number(file('pid')),
    notes: () => file('notes'),
    answered: () =>
      // The last answer is that to DA1. All of them may be later than the program waited for them.
      waitUntil(
        () => {
          const [, newest = '{}'] = [...file('notes').matchAll(/^answers (.*)$/gm)].at(-1) ?? [];
          const answers = JSON.parse(newest) as object;
          return 'deviceAttributes' in answers && answers;
        },
        'the answers are there',
        { detail: () => file('notes') },
      ),
  };
}

/** Nothing of ours is left: screen, modes, stacks, cursor. */
function expectUntouched({ tui }: Shell): void {
  const { emulator } = tui;
  expect(emulator.alternateScreen).toBe(false);
  expect(tui.text()).toMatch(/^before$/m);
  expect(tui.text()).not.toMatch(/READY|half/);
  expect(emulator.cursor.visible).toBe(true);
  expect(emulator.synchronizing).toBe(false);
  expect(emulator.outer.kitty).toEqual({ main: [], alternate: [] });
  expect(emulator.outer.modifyOtherKeys).toBe(0);
  expect(emulator.term.modes).toMatchObject({
    mouseTrackingMode: 'none',
    sendFocusMode: false,
    applicationCursorKeysMode: false,
    applicationKeypadMode: false,
    wraparoundMode: true,
    insertMode: false,
    originMode: false,
  });
  // The shell writes in its own colours.
  const prompt = tui.find('status') ?? tui.find('before')!;
  expect(tui.cell(prompt.x, prompt.y)).toMatchObject({ fgKind: 'default', inverse: false, underline: false });
  // Titles and cursor shapes are not part of the emulator's state: they are looked for in the bytes.
  const said = tui.output().toString('latin1');
  expect(said.match(/\x1b\[22;2t/g)?.length).toBe(said.match(/\x1b\[23;2t/g)?.length);
  expect(said.lastIndexOf('\x1b[0 q')).toBeGreaterThan(said.lastIndexOf('\x1b[5 q'));
}

describe('OuterTerminal in a real terminal', () => {
  it('sets its modes on entering, and leaves settings and screen as they were', async () => {
    const own = await shell();
    const { tui } = own;
    const before = await own.settings();
    await own.start('draw');
    expect(tui.emulator.outer.kitty.alternate).toEqual([5]);
    expect(tui.emulator.term.modes).toMatchObject({
      bracketedPasteMode: true,
      mouseTrackingMode: 'any',
      sendFocusMode: true,
      wraparoundMode: false,
      applicationKeypadMode: true,
    });
    expect(tui.title).toBe('in side');
    tui.send('uq');
    await tui.waitFor('status 0');
    expectUntouched(own);
    expect(await own.settings()).toBe(before);
  });

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'] as const)('leaves everything as it was on %s', async (signal) => {
    const own = await shell();
    const before = await own.settings();
    await own.start('draw');
    own.tui.send('u');
    await waitUntil(() => own.notes().includes('key u'), 'the program has the key');
    process.kill(own.pid(), signal);
    // bash leaves out the echo after SIGINT.
    await own.tui.waitFor(signal === 'SIGINT' ? /^\$$/m : /status 1(29|31|43)/);
    expectUntouched(own);
    expect(await own.settings()).toBe(before);
  });

  it('leaves everything as it was on an uncaught error, and lets it be read', async () => {
    const own = await shell({ rows: 40 });
    const before = await own.settings();
    await own.start('draw');
    own.tui.send('ux');
    await own.tui.waitFor(/status [17]/);
    expect(own.tui.text()).toContain('on purpose');
    expect(own.tui.emulator.alternateScreen).toBe(false);
    expect(own.tui.emulator.outer.kitty).toEqual({ main: [], alternate: [] });
    expect(await own.settings()).toBe(before);
  });

  it('leaves everything as it was when the process exits while the terminal is being asked', async () => {
    const own = await shell();
    const before = await own.settings();
    own.tui.send(`${process.execPath} ${program} exit-at-once; echo status $?\r`);
    await own.tui.waitFor(/status 3\n\$/);
    expectUntouched(own);
    // No reply has become input of the shell.
    expect(own.tui.text().trimEnd()).toMatch(/status 3\n\$$/);
    expect(await own.settings()).toBe(before);
  });

  it.each([
    ['by its key', (own: Shell) => own.tui.send('z')],
    ['by kill -TSTP', (own: Shell) => process.kill(own.pid(), 'SIGTSTP')],
  ])('gives the terminal back when it is stopped %s, and takes it again on fg', async (_, stop) => {
    const own = await shell();
    const { tui } = own;
    const before = await own.settings();
    await own.start('draw');
    await own.answered();
    for (let round = 0; round < 2; round++) {
      stop(own);
      await tui.waitFor(/Stopped/);
      expect(processInfo(own.pid())?.state).toBe('T');
      expect(tui.emulator.alternateScreen).toBe(false);
      expect(tui.emulator.outer.kitty).toEqual({ main: [], alternate: [] });
      expect(tui.text()).toMatch(/^before$/m);
      expect(await own.settings()).toBe(before);
      tui.resize(80 - round - 1, 12);
      tui.send('clear; echo before; fg\r');
      await tui.waitFor((t) => t.emulator.alternateScreen && t.text().includes('REDRAWN'));
      await tui.waitFor(`READY ${80 - round - 1}x12`);
      expect(tui.emulator.outer.kitty.alternate).toEqual([5]);
    }
    tui.send('q');
    await tui.waitFor(/^\$$/m);
    expectUntouched(own);
    expect(await own.settings()).toBe(before);
  });

  it('sets itself up again when it was stopped without a word', async () => {
    const own = await shell();
    const { tui } = own;
    const before = await own.settings();
    await own.start('draw');
    await own.answered();
    process.kill(own.pid(), 'SIGSTOP');
    await tui.waitFor(/Stopped/);
    tui.send('fg\r');
    await tui.waitFor('REDRAWN');
    expect(tui.emulator.outer.kitty.alternate).toEqual([5]);
    tui.send('q');
    await tui.waitFor((t) => !t.emulator.alternateScreen);
    await tui.waitFor(/^\$$/m);
    expect(tui.emulator.outer.kitty).toEqual({ main: [], alternate: [] });
    expect(await own.settings()).toBe(before);
  });

  it('goes on where there is no shell that could continue it', async () => {
    const tui = spawnTui({ command: [process.execPath, program, 'draw'], cols: 80, rows: 12 });
    await tui.waitFor('READY');
    tui.send('z');
    await tui.waitFor('REDRAWN');
    expect(tui.emulator.alternateScreen).toBe(true);
    expect(tui.emulator.outer.kitty.alternate).toEqual([5]);
    tui.send('q');
    expect(await tui.exited).toMatchObject({ code: 0 });
  });

  it('tells of a new size', async () => {
    const own = await shell();
    await own.start('draw');
    own.tui.resize(61, 9);
    await own.tui.waitFor('READY 61x9');
  });

  it('collects what the terminal answers', async () => {
    const own = await shell();
    await own.start('draw');
    const answers = await own.answered();
    expect(answers).toMatchObject({ settled: true, version: 'harness(1.0)', synchronizedOutput: true, kittyFlags: 5 });
    expect(answers).toHaveProperty('background.red');
    expect(own.notes()).not.toContain('key');
  });

  it('waits for the rest of a sequence, and a short while only after Escape', async () => {
    const own = await shell();
    await own.start('patient');
    await own.answered();
    own.tui.send('\x1b[1;');
    await waitUntil(() => own.notes().includes('waits 500'), 'it has the beginning');
    own.tui.send('5A');
    own.tui.send('\x1b');
    await waitUntil(() => own.notes().includes('key escape'), 'Escape arrives by itself');
    own.tui.send('a');
    await waitUntil(() => own.notes().includes('key a'), 'the next key is another one');
    expect(own.notes().match(/^key.*$/gm)).toEqual(['key up 1b5b313b3541', 'key escape 1b', 'key a 61']);
  });

  it('asks for what the focused program wants of the keyboard, sets the clipboard, rings, and lets the mouse go', async () => {
    const own = await shell();
    const { emulator } = own.tui;
    await own.start('draw');
    await own.answered();
    own.tui.send('ckbm');
    await own.tui.waitFor(() => emulator.term.modes.mouseTrackingMode === 'none');
    expect(emulator.outer.kitty.alternate).toEqual([31]);
    expect(emulator.outer.clipboard).toEqual(['héllo']);
    expect(emulator.outer.bells).toBe(1);
    expect(own.notes()).toContain('copy true false');
    own.tui.send('q');
    await own.tui.waitFor('status 0');
    expectUntouched(own);
  });

  it('says nothing that a Linux console would not understand', async () => {
    const own = await shell({ env: { TERM: 'linux' } });
    const before = await own.settings();
    await own.start('draw');
    own.tui.send('cbq');
    await own.tui.waitFor('status 0');
    expect(
      own.tui
        .output()
        .toString('latin1')
        .split(/\x1b\[\?1049[hl]/)[1],
    ).not.toMatch(/\x1b\]|\x1bP|\x1b\[[<>=]|\x1b\[\?(?:100\d|2004|2026)|\x1b\[\d* q|\x1b\[\d+(?:;\d+)?t/);
    expect(own.notes()).toContain('copy false false');
    expect(await own.settings()).toBe(before);
  });

  it('draws at once in a terminal that answers nothing, and settles without it', async () => {
    const own = await shell({ answer: false });
    await own.start('draw');
    await waitUntil(() => own.notes().includes('answers'), 'it no longer waits');
    expect(own.notes()).toBe('frame\nanswers {"settled":true}\n');
    expect(own.tui.emulator.outer.modifyOtherKeys).toBe(0);
  });

  it('stays alive while the terminal takes nothing of 10 MB, and says when it has', async () => {
    const own = await shell();
    await own.start('draw');
    own.tui.stall();
    own.tui.send('f');
    await waitUntil(() => own.notes().includes('ticked'), 'its timers run');
    expect(own.notes()).toContain('accepted false');
    expect(own.notes()).not.toContain('drain');
    own.tui.unstall();
    await waitUntil(() => own.notes().includes('drain'), 'all of it is out');
    await waitUntil(() => own.tui.bytesWritten > 10_500_000, 'the terminal has read it');
    own.tui.clearOutput();
    own.tui.send('q');
    await own.tui.waitFor('status 0');
    expect(own.tui.text()).toMatch(/^before$/m);
  });

  it('leaves the descriptors of the shell blocking', async () => {
    const own = await shell();
    await own.start('draw');
    const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/${own.tui.pid}/fdinfo/0`, 'utf8'))![1]!;
    // O_NONBLOCK is 04000 on Linux.
    expect(Number.parseInt(flags, 8) & 0o4000).toBe(0);
  });

  it('exits from a stalled terminal, and gives its settings back', async () => {
    const own = await shell();
    const before = await own.settings();
    await own.start('draw');
    await own.answered();
    own.tui.stall();
    own.tui.send('e');
    await waitUntil(() => !isAlive({ pid: own.pid() }), 'it has ended');
    own.tui.unstall();
    // It could not be told to show the main screen again, but the shell can be used.
    await own.tui.waitFor(/^\$$/m);
    expect(await own.settings()).toBe(before);
  });

  it('reports a terminal that hung up, and does not crash', async () => {
    const own = await shell();
    await own.start('deaf');
    const pid = own.pid();
    own.tui.kill('SIGKILL');
    await waitUntil(() => own.notes().includes('lost'), 'the loss is noted');
    await waitUntil(() => !isAlive({ pid }), 'it has ended by itself');
    expect(own.notes()).toContain('ended in order');
  });

  it('reads nothing while input is held, and everything afterwards', async () => {
    const own = await shell();
    await own.start('hold');
    own.tui.send('abd');
    // The terminal has answered long ago: nothing of that was read for as long as the program waits for it.
    await waitUntil(() => own.notes().includes('answers'), 'it no longer waits');
    expect(own.notes()).toBe('frame\nheld\nanswers {"settled":true}\n');
    process.kill(own.pid(), 'SIGUSR2');
    await waitUntil(() => own.notes().includes('key d'), 'the keys arrive');
    expect(own.notes().replace(/^answers.*\n/gm, '')).toBe('frame\nheld\nreleased\nkey a 61\nkey b 62\nkey d 64\n');
  });

  it('[E29] lets no reply of the terminal out as input, split or whole, with and without a question', async () => {
    const own = await shell();
    await own.start('draw');
    await own.answered();
    const replies = [
      ...['\x1b[?62;4;22c', '\x1b[>41;390;0c', '\x1bP!|00000000\x1b\\', '\x1b[24;80R', '\x1b[?24;80R', '\x1b[0n'],
      ...['\x1b]10;rgb:ffff/ffff/ffff\x1b\\', '\x1b]11;rgb:0000/0000/0000\x07', '\x1b]4;1;rgb:cdcd/0000/0000\x1b\\'],
      ...['\x1b[?2026;2$y', '\x1b[4;2$y', '\x1b[?5u', '\x1bP>|xterm(390)\x1b\\', '\x1bP1$r0m\x1b\\', '\x1b[>4;2m'],
      ...[
        '\x1b[8;24;80t',
        '\x1b]52;c;dG91Y2ggUA==\x1b\\',
        '\x1b[?997;1n',
        '\x1b_Gi=1;OK\x1b\\',
        '\x1bP1+r524742=38\x1b\\',
      ],
    ];
    for (const reply of replies) own.tui.send(reply);
    own.tui.send('e');
    await waitUntil(() => own.notes().includes('key e'), 'what was typed after them arrives');
    expect(own.notes().match(/^(key|unknown|paste|mouse).*$/gm)).toEqual(['key e 65']);
  });
});
