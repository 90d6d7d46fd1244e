import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../src/core/index.ts';
import { widthOf } from '../../src/ui/text.ts';
import { MadeUpHub, Stage, type StageOptions, sessionInfo, teamInfo } from './stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

type Connection = SessionInfo['connection'];
const base = { maxAttempts: 20, transport: 'stopped' } as const;
/** The hand's clock begins at 1,000. */
const offline: Connection = {
  ...base,
  state: 'offline',
  since: 0,
  attempt: 3,
  nextRetryAt: 6_000,
  reason: 'connection reset by gpu-01',
};
const refused: Connection = {
  ...base,
  state: 'error',
  since: 0,
  attempt: 1,
  reason: 'gpu-01 refused every key that was offered (publickey)',
  remedy: 'ssh-add ~/.ssh/id_ed25519, or set identity in config.yaml',
};
const connecting: Connection = { ...base, state: 'connecting', since: 1_000, attempt: 1, transport: 'connecting' };

/** One pane of a team on another machine. */
async function remote(
  connection: Connection,
  over: Partial<StageOptions> = {},
  screen = 'old line one\r\nold line two\r\n$ ',
) {
  const status = connection.state === 'error' ? 'failed' : connection.state === 'offline' ? 'offline' : 'starting';
  const session = sessionInfo({ name: 'train', team: 'train', transport: 'openssh', connection, process: { status } });
  const hub = new MadeUpHub([session], { s1: screen });
  hub.teams = [teamInfo()];
  const stage = new Stage({ cols: 80, rows: 20, ...over, hub });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return { stage, hub };
}

const online: Partial<SessionInfo> = {
  connection: { ...base, state: 'online', since: 9_000, attempt: 0, transport: 'ready' },
  process: { pid: 2, status: 'running' },
};

describe('a pane whose connection is gone', () => {
  it('says why, since when, which attempt comes and when, and which keys help, over a screen that stays readable', async () => {
    const { stage } = await remote({ ...offline, heldBytes: 12, remedy: 'look at its cable' });
    const text = stage.text();
    expect(text).toMatch(/^╭─ 1 train .*─ ◌ gpu-01 · retry 3 in 5 s/m);
    expect(text).toContain('◌ gpu-01 · offline');
    expect(text).toContain('connection reset by gpu-01');
    expect(text).toMatch(/attempt 3 of 20 in 5 s/);
    expect(text).toMatch(/since \d\d:\d\d:\d\d, for 0:01/);
    expect(text).toContain('to do: look at its cable');
    expect(text).toContain('12 bytes typed: kept, C-b ] pastes it then');
    expect(text).toMatch(/C-b R retry now · S stop retrying · E edit team · L log · Q close/);
    expect(text).toContain('│old line one');
    expect(text).toContain('│old line two');
    expect(text).toMatch(/● 0 {2}◌ 1 {2}✖ 0/);
    expect(text).toMatch(/^ iris {2}1 train\*◌/);
  });

  it('counts down once a second, and writes little more than the digits that change', async () => {
    const { stage } = await remote(offline);
    const written: string[] = [];
    for (let i = 0; i < 4; i++) written.push(await stage.pass(1_000));
    expect(stage.text()).toContain('attempt 3 of 20 in 1 s');
    expect(stage.text()).toMatch(/retry 3 in 1 s/);
    for (const frame of written) expect(frame.length).toBeLessThan(200);
    // Between two seconds nothing is drawn.
    expect(await stage.pass(400)).toBe('');
  });

  it('does not tick for what nobody sees', async () => {
    const { stage, hub } = await remote(offline);
    hub.sessions = [...hub.sessions, sessionInfo({ id: 's2', name: 'shell' })];
    hub.emit({ type: 'sessions' });
    await stage.pass(400);
    await stage.press('C-b', '2');
    await stage.pass(200);
    const written = [await stage.pass(1_000), await stage.pass(1_000), await stage.pass(1_000)];
    expect(written).toEqual(['', '', '']);
    expect(stage.text()).toMatch(/1 train-◌ {2}2 shell\*/);
  });

  it('goes away when the connection is back', async () => {
    const { stage, hub } = await remote(offline);
    hub.change('s1', online);
    await stage.pass();
    expect(stage.text()).not.toMatch(/offline|retry|attempt/);
    expect(stage.text()).toMatch(/● gpu-01/);
    expect(stage.text()).toMatch(/● 1 {2}◌ 0 {2}✖ 0/);
  });

  it('stays while an attempt is under way, unless something is asked there', async () => {
    const { stage, hub } = await remote(offline);
    await stage.pass(1_000);
    hub.change('s1', {
      connection: { ...connecting, attempt: 3, since: stage.clock.wall(), reason: 'connection reset' },
    });
    await stage.pass();
    expect(stage.text()).toContain('attempt 3 of 20, under way');
    expect(stage.text()).toMatch(/◌ gpu-01 · connecting, try 3/);
    hub.print('s1', "\x1b[2J\x1b[Hme@gpu-01's password: ");
    await stage.pass();
    expect(stage.text()).toContain("│me@gpu-01's password:");
    expect(stage.text()).not.toContain('under way');
    await stage.pass(5_000);
    expect(stage.text()).not.toContain('under way');
  });

  it('says nothing of a first attempt until it has been quiet for two seconds', async () => {
    const { stage, hub } = await remote(connecting, {}, '');
    expect(stage.text()).toMatch(/◌ gpu-01 · connecting/);
    expect(stage.text()).not.toContain('no answer yet');
    await stage.pass(1_000);
    hub.snapshot('s1');
    await stage.pass(1_000);
    await stage.pass(1_000);
    expect(stage.text()).toContain('no answer yet');
    expect(stage.text()).toMatch(/│ C-b E edit team · L log · Q close/);
    hub.print('s1', 'Are you sure you want to continue connecting (yes/no)? ');
    await stage.pass();
    expect(stage.text()).not.toContain('no answer yet');
  });

  it('shows what has to be done when only the user can do it, and does not tick', async () => {
    const { stage } = await remote(refused);
    const text = stage.text();
    expect(text).toMatch(/^╭─ 1 train .*─ ✖ gpu-01 · error/m);
    expect(text).toContain('gpu-01 refused every key that was offered (publickey)');
    expect(text).toContain('to do: ssh-add ~/.ssh/id_ed25519, or set identity in config.yaml');
    expect(text).toMatch(/ R retry now · E edit team · L log · Q close/);
    expect(text).not.toContain('stop retrying');
    expect(text).toMatch(/● 0 {2}◌ 0 {2}✖ 1/);
    expect(await stage.pass(3_000)).toBe('');
  });

  it('keeps the row with the cursor in view', async () => {
    const rows = Array.from({ length: 9 }, (_, i) => `row ${i}`).join('\r\n');
    const { stage } = await remote(offline, {}, `${rows}\r\n> what I was about to say`);
    expect(stage.text()).toContain('│> what I was about to say');
    expect(stage.text()).toContain('attempt 3');
  });

  it('gives way to somebody who scrolls back', async () => {
    const { stage, hub } = await remote(offline);
    hub.answers = {
      'session.lines': { first: 0, end: 3, screenTop: 0, from: 0, cols: 78, lines: ['old line one'], wrapped: [false] },
    };
    await stage.press('C-b', '[');
    await stage.pass();
    expect(stage.text()).not.toContain('attempt 3');
    expect(stage.text()).toMatch(/╰─ connection reset by gpu-01 · C-b R retry/);
  });

  it('fits every size down to 20x5, in boxes, in single frames and in plain ASCII', async () => {
    for (const frames of ['box', 'single'] as const) {
      for (const ascii of [false, true]) {
        for (const [cols, rows] of [
          [200, 60],
          [80, 24],
          [60, 12],
          [40, 10],
          [30, 9],
          [24, 7],
          [20, 5],
        ] as const) {
          for (const connection of [{ ...offline, heldBytes: 3 }, refused]) {
            const settings = { frames, ascii };
            const { stage } = await remote(connection, { cols, rows, settings, capabilities: { utf8: !ascii } });
            const text = stage.text();
            const where = `${cols}x${rows} ${frames} ${connection.state}\n${text}`;
            const error = connection.state === 'error';
            const symbol = error ? (ascii ? 'x' : '✖') : ascii ? 'o' : '◌';
            // The state, some of the name, some of the reason, and the key that helps: always.
            expect(text.split('\n')[1], where).toMatch(new RegExp(`\\${symbol} .*${error ? 'error' : '5 s'}`));
            expect(text.split('\n')[1], where).toContain(' 1 tr');
            expect(text, where).toMatch(error ? /gpu-/ : /conne/);
            expect(text, where).toMatch(cols < 28 ? /1 tr/ : /1 train/);
            expect(text, where).toMatch(error ? / R\b/ : / C-b R\b/);
            for (const row of text.split('\n')) expect(widthOf(row), where).toBeLessThanOrEqual(cols);
            if (ascii) expect(text, where).toMatch(/^[\x20-\x7e\n]*$/);
            stage.dispose();
            stages.pop();
          }
        }
      }
    }
  });

  it('stays in its pane whatever the reason is made of', async () => {
    const nasty = [
      'x'.repeat(500),
      '日本語'.repeat(80),
      '\x1b[2J\x07\u202e\u0000 back',
      'e\u0301'.repeat(300),
      '👩‍👩‍👧‍👦 '.repeat(40),
      ' '.repeat(300),
      '',
    ];
    for (const reason of nasty) {
      for (const [cols, rows] of [
        [80, 20],
        [37, 11],
        [20, 5],
      ] as const) {
        const { stage } = await remote({ ...refused, reason, remedy: reason.slice(0, 90) }, { cols, rows });
        const drawn = stage.text().split('\n');
        for (const row of drawn) expect(widthOf(row), `${cols}x${rows}\n${stage.text()}`).toBeLessThanOrEqual(cols);
        // The frame around the pane is whole.
        for (const row of drawn.slice(2, rows - 2)) expect(row).toMatch(/^│.*│$/);
        expect(stage.written).not.toMatch(/\x07|\u202e|\x1b\[2J./);
        stage.dispose();
        stages.pop();
      }
    }
  });

  it('says all of it without colours', async () => {
    const { stage } = await remote(refused, { capabilities: { colors: 'none' } });
    expect(stage.text()).toContain('✖ gpu-01 · error');
    expect(stage.written).not.toMatch(/\x1b\[(?:[\d;:]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])[;:m]/);
  });
});

describe('keys in a pane whose connection is gone', () => {
  it('are the prefix and a letter while what is typed is held', async () => {
    const { stage, hub } = await remote(offline);
    await stage.press('R', 's', 'Q');
    expect(hub.typed.join('')).toBe('RsQ');
    expect(hub.asked).toEqual([]);
    await stage.press('C-b', 'R');
    await stage.press('C-b', 'S');
    expect(hub.asked.map(({ name }) => name)).toEqual(['session.retry', 'session.stop-retrying']);
    await stage.press('C-b', 'Q');
    expect(stage.text()).toContain('kill pane train? (y/n)');
  });

  it('are the letter alone in error, where nothing can be typed', async () => {
    const { stage, hub } = await remote(refused);
    await stage.press('x');
    expect(stage.text()).toContain('train has no connection: what is typed here goes nowhere');
    await stage.press('Enter');
    await stage.pass(500);
    await stage.press('r');
    expect(hub.typed).toEqual([]);
    expect(hub.asked.map(({ name }) => name)).toEqual(['session.retry']);
    // Letters of a word that somebody is typing are not meant.
    await stage.press('x', 'q', 'u', 'e', 's');
    expect(hub.asked).toHaveLength(1);
    await stage.pass(500);
    await stage.press('Q');
    expect(hub.asked.map(({ name }) => name)).toEqual(['session.retry', 'session.kill']);
  });

  it('stay what the user bound them to, and the box tells the key that helps instead', async () => {
    const { stage, hub } = await remote(offline, { settings: { prefixKeys: { R: 'refresh', F5: 'retry', L: null } } });
    expect(stage.text()).toMatch(/C-b F5 retry now · S stop retrying · E edit team · Q close/);
    await stage.press('C-b', 'R');
    await stage.press('C-b', 'L');
    expect(hub.asked).toEqual([]);
    await stage.press('C-b', 'F5');
    expect(hub.asked.map(({ name }) => name)).toEqual(['session.retry']);
  });

  it('are those of any pane as soon as the connection is there', async () => {
    const { stage, hub } = await remote(offline);
    hub.change('s1', online);
    await stage.pass();
    await stage.press('C-b', 'R');
    // What runs is not ended by a key that was meant for a connection.
    expect(hub.asked).toEqual([]);
    expect(stage.text()).toContain('end what runs in train, and start it again? (y/n)');
    await stage.press('y');
    expect(hub.asked.map(({ name }) => name)).toEqual(['session.restart']);
  });

  it('are only those that look, for a viewer that may only look', async () => {
    const { stage, hub } = await remote(offline, { readOnly: true });
    expect(stage.text()).toMatch(/C-b L log/);
    expect(stage.text()).not.toContain('retry now');
    await stage.press('C-b', 'R');
    expect(hub.asked).toEqual([]);
  });
});

describe('while the hub itself is away', () => {
  const away = { state: 'offline', since: 0, attempt: 5, nextRetryAt: 20_000, reason: 'gone' } as const;

  it.each([{}, { readOnly: true }])('C-b R tries it at once, whoever looks: %o', async (options) => {
    const { stage, hub } = await remote(offline, options);
    hub.connect(away);
    await stage.pass();
    expect(stage.text()).toMatch(/^ C-b R retry now/m);
    await stage.press('C-b', 'R');
    expect(hub.retries).toBe(1);
    expect(hub.asked).toEqual([]);
    hub.connect({ state: 'online', since: 0, attempt: 0 });
    await stage.pass();
    expect(stage.text()).not.toMatch(/^ C-b R retry now/m);
    await stage.press('C-b', 'R');
    expect(hub.retries).toBe(1);
  });

  it('leaves keys alone that the user has bound', async () => {
    const { stage, hub } = await remote(offline, { settings: { prefixKeys: { R: 'zoom' } } });
    hub.connect(away);
    await stage.pass();
    expect(stage.text()).not.toContain('retry now');
    await stage.press('C-b', 'R');
    expect(hub.retries).toBe(0);
    await stage.press('C-b', ':', ...'retry-hub', 'Enter');
    expect(hub.retries).toBe(1);
  });

  it('tells how much of what was typed is held, beside the key, and not once it is there', async () => {
    const { stage, hub } = await remote(offline);
    hub.connect(away);
    for (let bytes = 1; bytes <= 12; bytes++) hub.emit({ type: 'held', sessionId: 's1', bytes });
    await stage.pass();
    expect(stage.text()).toMatch(/^ C-b R retry now {2}12 typed bytes are held /m);
    hub.connect({ state: 'online', since: 0, attempt: 0 });
    await stage.pass();
    expect(stage.text()).not.toContain('held');
  });
});
