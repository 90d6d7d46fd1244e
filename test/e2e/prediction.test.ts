import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ChaosProxy } from '../support/chaos-proxy.ts';
import {
  disposeHomes,
  disposeTuis,
  KEY,
  PROMPT,
  paste,
  runCli,
  spawnTui,
  type Tui,
  tempHome,
  waitUntil,
} from '../support/index.ts';

const lines: ChaosProxy[] = [];
afterEach(async () => {
  await disposeTuis();
  for (const line of lines.splice(0)) await line.close();
  await disposeHomes();
});

const COLS = 100;
const ROWS = 24;
/** First row of the pane. */
const TOP = 2;

/** A row of the screen, `_` behind each underlined character. */
function row(tui: Tui, y: number): string {
  let out = '';
  for (let x = 1; x < COLS - 1; x++) {
    const { chars, underline } = tui.cell(x, y);
    out += underline ? `${chars}_` : chars;
  }
  return out.trimEnd();
}

const underlined = (tui: Tui): boolean =>
  Array.from({ length: ROWS - 4 }, (_, y) => row(tui, TOP + y)).some((text) => text.includes('_'));

/** A viewer in front of a hub that is 450 ms away, each way: so far that a guess lasts for 4.6 s, also on a machine that does much else. */
async function farAway(config = 'settings: {}\n') {
  const hubHome = tempHome();
  await runCli(['new', '-d', '-n', 'far'], { home: hubHome });
  const home = tempHome();
  const at = join(home.irisHome, 'run/hub.sock');
  mkdirSync(dirname(at), { recursive: true, mode: 0o700 });
  home.config(config);
  const line = await ChaosProxy.open({
    to: { socketPath: join(hubHome.irisHome, 'run/hub.sock') },
    at: { socketPath: at },
    rules: { latencyMs: 450 },
  });
  lines.push(line);
  const tui = spawnTui({ home, cols: COLS, rows: ROWS });
  await tui.waitFor(PROMPT.trim());
  await tui.waitFor(/hub local · (9\d\d|\d{4,}) ms/, { what: 'the round trip was measured' });
  return { tui, line, hubHome };
}

type Far = Awaited<ReturnType<typeof farAway>>;

/** While nothing comes back from the hub: what is seen then was not its doing. */
async function unanswered({ line }: Far, act: () => Promise<unknown>): Promise<void> {
  line.set({ silent: true }, 'back');
  const before = line.passed.back;
  await act();
  expect(line.passed.back).toBe(before);
  line.set({ silent: false }, 'back');
}

/** Types, and waits until the screen has taken note of it: the command prompt is behind it in the queue. */
async function typeUnseen(tui: Tui, text: string): Promise<void> {
  tui.send(text);
  tui.send(`${KEY.prefix}:`);
  await tui.waitFor((t) => t.row(ROWS - 1).startsWith(' :'), { what: 'the command prompt is open' });
}

describe('keys of a session that is far away', () => {
  it('are shown at once, underlined, and stay when they are echoed', async () => {
    const far = await farAway();
    const { tui } = far;
    tui.send('e');
    await tui.waitFor((t) => row(t, TOP) === '$ e');
    await unanswered(far, async () => {
      tui.send('cho hallo');
      await tui.waitFor((t) => row(t, TOP) === '$ ec_h_o_ _h_a_l_l_o_');
      expect(tui.cursor).toMatchObject({ x: 13, y: TOP, visible: true });
      tui.send(KEY.left + KEY.left + KEY.backspace);
      await tui.waitFor((t) => row(t, TOP) === '$ ec_h_o_ _h_a_l_o_' && t.cursor.x === 10);
      tui.send('l');
      await tui.waitFor((t) => row(t, TOP) === '$ ec_h_o_ _h_a_l_l_o_' && t.cursor.x === 11);
    });
    await tui.waitFor((t) => row(t, TOP) === '$ echo hallo');
    tui.send('\r');
    await tui.waitFor((t) => row(t, TOP + 1) === 'hallo');
    // What was sent is what was typed.
    const there = ['wait', 'far', '--text', '\\$ echo hallo\nhallo\n\\$'];
    expect(await runCli(there, { home: far.hubHome })).toMatchObject({ code: 0 });
  });

  it('show nothing of a password', async () => {
    const far = await farAway();
    const { tui } = far;
    tui.send('read -sp \'Word: \' word; echo "<$word>"\r');
    await tui.waitFor((t) => row(t, TOP + 1) === 'Word:');
    await unanswered(far, async () => {
      tui.clearOutput();
      await typeUnseen(tui, 'ÄÖÜ');
      expect(tui.output().toString()).not.toMatch(/[ÄÖÜ]/);
      expect(row(tui, TOP + 1)).toBe('Word:');
      tui.send(KEY.escape);
    });
    await tui.waitFor((t) => !t.row(ROWS - 1).startsWith(' :'));
    tui.clearOutput();
    await typeUnseen(tui, 'ß');
    expect(tui.output().toString()).not.toMatch(/[ÄÖÜß]/);
    tui.send(KEY.escape);
    await tui.waitFor((t) => !t.row(ROWS - 1).startsWith(' :'));
    tui.send('\r');
    await tui.waitFor('<ÄÖÜß>');
  });

  it('show nothing in vim until one types text there, and nothing after Escape', async () => {
    const far = await farAway();
    const { tui } = far;
    tui.send('vim -u NONE -N -i NONE\r');
    await tui.waitFor((t) => /^~/.test(row(t, TOP + 1)));
    await unanswered(far, async () => {
      await typeUnseen(tui, 'jkwwbx');
      expect(underlined(tui)).toBe(false);
      expect(row(tui, TOP)).toBe('');
      tui.send(KEY.escape);
    });
    await tui.waitFor((t) => !t.row(ROWS - 1).startsWith(' :'));
    tui.send('i');
    await tui.waitFor('-- INSERT --');
    tui.send('h');
    await tui.waitFor((t) => row(t, TOP) === 'h');
    tui.send('e');
    await tui.waitFor((t) => row(t, TOP) === 'he');
    await unanswered(far, async () => {
      tui.send('llo');
      await tui.waitFor((t) => row(t, TOP) === 'hel_l_o_');
      tui.send(KEY.escape);
      await tui.waitFor((t) => row(t, TOP) === 'he', { what: 'what was guessed is gone' });
    });
    await tui.waitFor((t) => row(t, TOP) === 'hello' && !t.text().includes('INSERT'));
    await unanswered(far, async () => {
      await typeUnseen(tui, 'xxxx');
      expect(row(tui, TOP)).toBe('hello');
      tui.send(KEY.escape);
    });
    await tui.waitFor((t) => row(t, TOP) === 'h');
  });

  it('leave no trace where they were wrong, by paste, or when nothing is to be guessed', async () => {
    const far = await farAway();
    const { tui } = far;
    tui.send('e');
    await tui.waitFor((t) => row(t, TOP) === '$ e');
    await unanswered(far, async () => {
      tui.send('x');
      await tui.waitFor((t) => row(t, TOP) === '$ ex_');
      tui.send(paste('yz'));
      await tui.waitFor((t) => row(t, TOP) === '$ e');
    });
    await tui.waitFor(() => tui.row(TOP).includes('$ exyz'));
    tui.send(`${KEY.prefix}:predict never\r`);
    await tui.waitFor('predict: never');
    tui.send('1');
    await tui.waitFor((t) => row(t, TOP) === '$ exyz1');
    await unanswered(far, async () => {
      await typeUnseen(tui, '2');
      expect(row(tui, TOP)).toBe('$ exyz1');
      tui.send(KEY.escape);
    });
    await tui.waitFor((t) => row(t, TOP) === '$ exyz12');
  });

  it('are left alone by `settings.predict: never`', async () => {
    const far = await farAway('settings:\n  predict: never\n');
    const { tui } = far;
    tui.send('e');
    await tui.waitFor((t) => row(t, TOP) === '$ e');
    await unanswered(far, async () => {
      await typeUnseen(tui, 'x');
      expect(row(tui, TOP)).toBe('$ e');
      tui.send(KEY.escape);
    });
    await waitUntil(() => row(tui, TOP) === '$ ex', 'the echo came');
  });
});
