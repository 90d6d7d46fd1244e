import { afterEach, describe, expect, it } from 'vitest';
import type { SessionInfo, Workspace } from '../../../src/core/index.ts';
import { MadeUpHub, Stage, type StageOptions, sessionInfo } from '../stage.ts';

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.dispose();
});

const COLS = 60;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Way {
  readonly hubMs?: number;
  readonly sessionMs?: number;
}

const connection = (roundTripMs?: number): SessionInfo['connection'] => ({
  ...sessionInfo().connection,
  ...(roundTripMs === undefined ? {} : { roundTripMs }),
});

/** A session at its prompt, so many milliseconds away. */
async function open(way: Way, settings: StageOptions['settings'] = {}, workspace?: Workspace) {
  const sessions = [sessionInfo({ connection: connection(way.sessionMs) })];
  if (workspace) sessions.push(sessionInfo({ id: 's2', name: 'web', connection: connection(way.sessionMs) }));
  const hub = new MadeUpHub(sessions, { s1: '$ ', s2: '% ' }, workspace);
  const far = (hubMs: number | undefined): void => {
    hub.connection = { state: 'online', since: 0, attempt: 0, ...(hubMs === undefined ? {} : { roundTripMs: hubMs }) };
  };
  far(way.hubMs);
  const stage = new Stage({ cols: COLS, rows: 12, hub, settings });
  stages.push(stage);
  await stage.pass();
  await stage.pass();
  return { stage, hub, far };
}

/** A row of the terminal, `_` behind each underlined character; by default the one with the prompt. */
function row(stage: Stage, y = 2, from = 1, to = COLS - 1): string {
  const cells = stage.terminal.cells().slice(y * COLS + from, y * COLS + to);
  return cells
    .map(({ text, underline }) => (underline ? `${text}_` : text))
    .join('')
    .trimEnd();
}

/** One character that was echoed: from then on guesses are shown. */
async function prove(stage: Stage, hub: MadeUpHub): Promise<void> {
  await stage.press('e');
  hub.print('s1', 'e');
  await stage.pass();
}

describe('auto', () => {
  it('shows typed characters before their echo, with the cursor behind them, and lets the echo take their place', async () => {
    const { stage, hub } = await open({ hubMs: 150 });
    await prove(stage, hub);
    await stage.press('c', 'h');
    expect(row(stage)).toBe('$ ec_h_');
    expect(stage.terminal.cursor()).toMatchObject({ x: 6, y: 2 });
    hub.print('s1', 'ch');
    await stage.pass();
    expect(row(stage)).toBe('$ ech');
    expect(hub.typed.join('')).toBe('ech');
  });

  it('adds the way from the hub to the session', async () => {
    const { stage, hub } = await open({ hubMs: 18, sessionMs: 18 });
    await prove(stage, hub);
    await stage.press('c');
    expect(row(stage)).toBe('$ ec_');
  });

  it.each([{}, { hubMs: 0.4 }, { hubMs: 30 }])('leaves alone what is near: %o', async (way) => {
    const { stage, hub } = await open(way);
    await prove(stage, hub);
    await stage.press('c');
    expect(row(stage)).toBe('$ e');
    // The very screen is drawn, not something in front of it.
    expect(stage.bench.focusedView?.surface).toBe(stage.bench.focusedView?.screen);
  });

  it('does not come and go with a round trip about as long as the limit', async () => {
    const { stage, hub, far } = await open({ hubMs: 31 });
    await prove(stage, hub);
    const guesses = async (): Promise<boolean> => {
      await stage.press('c');
      const shown = row(stage).endsWith('_');
      hub.print('s1', 'c');
      await stage.pass();
      return shown;
    };
    expect(await guesses()).toBe(true);
    far(21);
    expect(await guesses()).toBe(true);
    far(19);
    expect(await guesses()).toBe(false);
    far(29);
    expect(await guesses()).toBe(false);
    far(31);
    await guesses();
    expect(await guesses()).toBe(true);
  });

  it('ends with the connection', async () => {
    const { stage, hub } = await open({ hubMs: 150 });
    await prove(stage, hub);
    await stage.press('c');
    hub.connection = { state: 'offline', since: 0, attempt: 1 };
    await stage.press('h');
    expect(row(stage)).toBe('$ e');
    expect(hub.typed.join('')).toBe('ech');
  });
});

describe('what is guessed goes', () => {
  it.each<[string, (stage: Stage) => unknown]>([
    [
      'with a paste',
      (stage) =>
        stage.handle(
          { type: 'paste-start', raw: bytes('') },
          { type: 'paste-data', raw: bytes('x') },
          { type: 'paste-end', complete: true, raw: bytes('') },
        ),
    ],
    ['with bytes that are no key', (stage) => stage.handle({ type: 'unknown', raw: bytes('\x1b[?z') })],
    ['with Ctrl-A', (stage) => stage.press('C-a')],
    ['when the text was copied here', (stage) => void Object.assign(stage.ctx, { buffer: 'y' }).runLine('paste')],
    ['when one scrolls back', (stage) => stage.ctx.runLine('copy-mode')],
  ])('%s', async (_, act) => {
    const { stage, hub } = await open({ hubMs: 150 });
    hub.answers = { 'session.lines': { from: 0, lines: [], first: 0, end: 8 } };
    await prove(stage, hub);
    await stage.press('c');
    expect(row(stage)).toBe('$ ec_');
    await act(stage);
    await stage.pass();
    await stage.pass();
    expect(row(stage)).not.toContain('_');
  });

  it('when its time is over', async () => {
    const { stage, hub } = await open({ hubMs: 150 });
    await prove(stage, hub);
    await stage.press('c');
    expect(row(stage)).toBe('$ ec_');
    await stage.pass(2_000);
    expect(row(stage)).toBe('$ e');
    expect(stage.terminal.cursor()).toMatchObject({ x: 4, y: 2 });
  });

  it('when another process has taken its place, whatever its screen shows', async () => {
    const { stage, hub } = await open({ hubMs: 150 });
    await prove(stage, hub);
    await stage.press('c');
    hub.snapshot('s1', 'another');
    await stage.pass();
    expect(row(stage)).toBe('$');
  });
});

describe('predict', () => {
  it('never: nothing, however far; always: everything, however near', async () => {
    const { stage, hub } = await open({ hubMs: 150 });
    await prove(stage, hub);
    await stage.press('c');
    expect(row(stage)).toBe('$ ec_');
    stage.ctx.runLine('predict never');
    await stage.pass();
    expect(row(stage)).toBe('$ e');
    expect(stage.text()).toContain('predict: never');
    await stage.press('h');
    expect(row(stage)).toBe('$ e');

    const near = await open({ hubMs: 0.4 }, { predict: 'always' });
    await prove(near.stage, near.hub);
    await near.stage.press('c');
    expect(row(near.stage)).toBe('$ ec_');
    near.stage.ctx.runLine('predict');
    await near.stage.pass();
    expect(near.stage.text()).toContain('predict: always');
  });

  it('in each of the panes that are typed into', async () => {
    const pane = (id: string) => ({ type: 'pane', id: `p-${id}`, sessionId: id }) as const;
    const layout = { type: 'split', direction: 'row', children: [pane('s1'), pane('s2')], weights: [1, 1] } as const;
    const tab = { id: 't1', name: 'both', named: true, layout, focus: ['p-s1', 'p-s2'], zoomed: false };
    const { stage, hub } = await open({ hubMs: 150 }, {}, { tabs: [tab], recent: ['t1'] });
    stage.ctx.runLine('synchronize-panes on');
    await stage.press('e');
    hub.print('s1', 'e');
    hub.print('s2', 'e');
    await stage.pass();
    await stage.press('c');
    expect(row(stage, 2, 1, 29)).toBe('$ ec_');
    expect(row(stage, 2, 31, 59)).toBe('% ec_');
    expect(stage.terminal.cursor()).toMatchObject({ x: 5, y: 2 });
  });
});
