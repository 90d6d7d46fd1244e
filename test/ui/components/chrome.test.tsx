import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import type { SessionInfo } from '../../../src/core/index.ts';
import { App } from '../../../src/ui/components/App.tsx';
import { promptCursor } from '../../../src/ui/components/StatusLine.tsx';
import { tabSpans } from '../../../src/ui/components/TabBar.tsx';
import type { TabItem, ViewSnapshot } from '../../../src/ui/model/snapshot.ts';
import { cut, pad, widthOf } from '../../../src/ui/text.ts';

const session = (over: Partial<SessionInfo> = {}): SessionInfo => ({
  id: 's1',
  name: 'api',
  hub: 'local',
  transport: 'local',
  agent: { kind: 'claude', state: 'working', since: 0 },
  connection: { state: 'online', since: 0, attempt: 0, maxAttempts: 0, transport: 'ready' },
  process: { pid: 1, status: 'running' },
  epoch: 'e',
  seq: 0,
  cols: 56,
  rows: 8,
  title: '',
  cwd: '/',
  command: ['claude'],
  mode: 'pty',
  viewers: 1,
  createdAt: 0,
  ...over,
});

const view = (over: Partial<ViewSnapshot> = {}): ViewSnapshot => ({
  cols: 60,
  rows: 12,
  frames: 'box',
  ascii: false,
  accent: 'cyan',
  tabs: [
    {
      id: 't1',
      number: 1,
      name: 'api',
      active: true,
      last: false,
      zoomed: false,
      synchronized: false,
      bell: false,
      waiting: false,
      ended: false,
      connection: 'online',
    },
    {
      id: 't2',
      number: 2,
      name: 'logs',
      active: false,
      last: true,
      zoomed: false,
      synchronized: false,
      bell: true,
      waiting: false,
      ended: false,
      connection: 'online',
    },
  ],
  panes: [
    {
      paneId: 'p1',
      number: 1,
      session: session(),
      outer: { x: 0, y: 1, cols: 60, rows: 10 },
      inner: { x: 1, y: 2, cols: 58, rows: 8 },
      focused: true,
      zoomed: false,
      scroll: undefined,
      place: 'local',
      trouble: undefined,
    },
  ],
  dividers: [],
  now: 42_000,
  counts: { online: 1, connecting: 0, error: 0, waiting: 0 },
  overlay: { kind: 'none' },
  message: undefined,
  prefix: 'C-b',
  prefixActive: false,
  hub: { name: 'local', connection: { state: 'online', since: 0, attempt: 0, roundTripMs: 0.42 }, heldBytes: 0 },
  time: '14:03',
  readOnly: false,
  ...over,
});

/** The chrome of a snapshot as rows. */
function rowsOf(snapshot: ViewSnapshot): string[] {
  const { lastFrame, unmount } = render(<App store={{ subscribe: () => () => {}, get: () => snapshot }} />);
  const rows = (lastFrame() ?? '').split('\n');
  unmount();
  return rows;
}

const onePane = (over: Partial<ViewSnapshot['panes'][number]>): ViewSnapshot =>
  view({ panes: [{ ...view().panes[0]!, ...over }] });

describe('the chrome', () => {
  it('shows tabs, state, size, hub, round trip and time', () => {
    const rows = rowsOf(view());
    expect(rows[0]).toMatch(/^ iris {2}1 api\* {2}2 logs-! +● 1 {2}◌ 0 {2}✖ 0 ?$/);
    expect(rows[1]).toMatch(/^╭─ 1 api · claude ─+ ● local · working 0:42 · 56x8! ─╮$/);
    expect(rows[10]).toMatch(/^╰─+╯$/);
    expect(rows[11]).toMatch(/C-b \? keys.*hub local · 0\.4 ms · 14:03/);
  });

  it('says how a process ended, why, and which keys help', () => {
    const ended = (process: SessionInfo['process']): string =>
      rowsOf(onePane({ session: session({ process }) })).join('\n');
    expect(ended({ status: 'exited', exitCode: 3 })).toMatch(/✖ local · exited 3[\s\S]*exited 3 · R restart · Q close/);
    expect(ended({ status: 'exited', signal: 'SIGTERM' })).toContain('killed by SIGTERM · R restart');
    expect(ended({ status: 'died' })).toContain('died with its hub · R restart');
    expect(ended({ status: 'failed', reason: 'no claude on PATH' })).toContain('failed: no claude on PATH');
  });

  it('cuts the name before the state in a narrow pane', () => {
    const narrow = { outer: { x: 0, y: 1, cols: 36, rows: 10 }, inner: { x: 1, y: 2, cols: 34, rows: 8 } };
    const [, title] = rowsOf(onePane({ ...narrow, session: session({ name: 'a-very-long-name-indeed', cols: 34 }) }));
    expect(title).toContain('working 0:42');
    expect(widthOf(title?.trimEnd() ?? '')).toBe(36);
  });

  it('keeps some of the name, and how it ended, in the narrowest pane of a dead session', () => {
    const border = (cols: number, frames: 'box' | 'single'): string => {
      const outer = { x: 0, y: 1, cols, rows: 6 };
      const inner = { x: 1, y: 2, cols: cols - 2, rows: 4 };
      const dead = session({ name: 'database', process: { status: 'exited', exitCode: 137 }, cols: cols - 2, rows: 4 });
      const pane = { ...view().panes[0]!, session: dead, outer, inner };
      return rowsOf(view({ cols: Math.max(20, cols), rows: 8, frames, panes: [pane] }))[1] ?? '';
    };
    expect(border(60, 'box')).toMatch(/1 database · claude ─+ ✖ local · exited 137 · 58x4 ─╮/);
    expect(border(60, 'single')).toMatch(/1 database .*✖ .*exited 137/);
    for (const frames of ['box', 'single'] as const) {
      expect(border(34, frames)).toMatch(/1 database .*✖ .*exited 137/);
      expect(border(26, frames)).toMatch(/1 dat.* ✖ .*137/);
      expect(border(20, frames)).toMatch(/1 da.* ✖ 137/);
    }
  });

  it('draws nothing but ASCII where the terminal can show no more', () => {
    // The ellipsis of a cut text is the compositor's to replace.
    expect(
      rowsOf(view({ ascii: true }))
        .join('\n')
        .replaceAll('…', '.'),
    ).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('asks for room below 20x5', () => {
    expect(rowsOf(view({ cols: 19, rows: 5 }))[0]).toContain('19x5: too');
    expect(rowsOf(view({ cols: 40, rows: 4 }))[0]).toBe('40x4: too small, 20x5 needed');
  });

  it('keeps control characters of names and titles out', () => {
    const text = rowsOf(onePane({ session: session({ name: 'a\x1b[2Jb', title: 'x\x07\u202ey' }) })).join('\n');
    expect(text).not.toMatch(/[\x07\u202e]|\x1b\[2J/);
  });

  it('says how far away a session is, where that can be felt and there is room', () => {
    const titled = (roundTripMs: number, cols = 58) => {
      const connection = { ...session().connection, roundTripMs };
      const far = session({ transport: 'websocket', connection, cols, rows: 8 });
      const outer = { x: 0, y: 1, cols: cols + 2, rows: 10 };
      const inner = { x: 1, y: 2, cols, rows: 8 };
      return rowsOf(onePane({ session: far, place: 'box', outer, inner }))[1];
    };
    expect(titled(41.6)).toContain('· 42 ms · 58x8 ');
    expect(titled(9_400)).toContain('no answer for 0:09');
    expect(titled(0.4)).not.toContain(' ms');
    expect(titled(41.6, 34)).not.toContain(' ms');
    expect(titled(41.6, 34)).toContain('● box');
  });

  it('says what is wrong with the hub, since when, and when it tries again', () => {
    const connection = {
      state: 'offline' as const,
      since: 12_000,
      attempt: 3,
      nextRetryAt: 46_000,
      reason: 'the hub was stopped',
    };
    expect(rowsOf(view({ cols: 90, hub: { name: 'local', connection, heldBytes: 0 } })).at(-1)).toContain(
      'hub local offline: the hub was stopped · 0:30, try 3, next in 4 s',
    );
    const quiet = { state: 'online', since: 0, attempt: 0, roundTripMs: 1.5, quietSince: 33_000 } as const;
    expect(rowsOf(view({ cols: 90, hub: { name: 'local', connection: quiet, heldBytes: 0 } })).at(-1)).toContain(
      'hub local · no answer for 0:09',
    );
    // The key that helps stays while the reason is cut, and goes when there is no room for it.
    const away = (cols: number) =>
      rowsOf(view({ cols, hub: { name: 'local', connection, retryKey: 'R', heldBytes: 0 } })).at(-1);
    expect(away(98)).toMatch(/^ C-b R retry now .*: the hub was stopped · 0:30/);
    expect(away(88)).toMatch(/^ C-b R retry now .*offline: the hub w.*… · 0:30, try 3, next in 4 s/);
    expect(away(76)).toMatch(/^ C-b R retry now .*offline: the hub was… · next in 4 s/);
    expect(away(40)).toContain('hub local offline');
  });

  it('puts the cursor of a prompt behind its text, also when that is wide or longer than the line', () => {
    const prompt = (text: string, cursor = text.length): number | undefined =>
      promptCursor(view({ overlay: { kind: 'prompt', label: ':', text, cursor, candidates: [] } }));
    expect(prompt('')).toBe(3);
    expect(prompt('zoom')).toBe(7);
    expect(prompt('日本')).toBe(7);
    expect(prompt('x'.repeat(200))).toBe(59);
  });

  it('always has the active tab in the bar, whatever the width', () => {
    const tabs = Array.from(
      { length: 40 },
      (_, i): TabItem => ({ ...view().tabs[0]!, id: String(i), number: i + 1, active: i === 31 }),
    );
    for (const cols of [20, 40, 80, 200, 500]) {
      const { spans } = tabSpans(tabs, cols);
      expect(spans.map((s) => s.id)).toContain('31');
      for (const s of spans) expect(s.x + s.cols).toBeLessThanOrEqual(Math.max(cols, 20));
    }
  });
});

describe('text', () => {
  it('is cut between what people see as characters, never longer than asked', () => {
    expect(cut('日本語', 5)).toBe('日本…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('abc', 3)).toBe('abc');
    expect(cut('abc', 0)).toBe('');
    expect(pad('日', 4)).toBe('日  ');
  });
});
