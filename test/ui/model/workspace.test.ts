import { describe, expect, it } from 'vitest';
import { type Clock, IrisError, type SessionHost, type Workspace } from '../../../src/core/index.ts';
import { Keeper } from '../../../src/ui/keeper.ts';
import { panes, splitPane } from '../../../src/ui/layout/index.ts';
import { View } from '../../../src/ui/model/view.ts';
import {
  addPane,
  addTab,
  closeSession,
  EMPTY_WORKSPACE,
  moveTab,
  rememberView,
  renameTab,
  settle,
  unsettled,
} from '../../../src/ui/model/workspace-ops.ts';
import { WorkspaceSync } from '../../../src/ui/model/workspace-sync.ts';

const sessionsOf = (w: Workspace): string[][] => w.tabs.map((t) => panes(t.layout).map((p) => p.sessionId));
const withTabs = (...ids: string[]): Workspace =>
  ids.reduce((w, id) => addTab({ id: `t-${id}`, paneId: `p-${id}`, sessionId: id })(w), EMPTY_WORKSPACE);
const beside = (at: string, sessionId: string) => (layout: Parameters<typeof splitPane>[0]) =>
  splitPane(layout, at, 'row', { type: 'pane', id: `p-${sessionId}`, sessionId });

describe('changes of the shared layout', () => {
  it('show a session in one pane at most', () => {
    const moved = addPane('t-a', 'b', beside('p-a', 'b'))(withTabs('a', 'b', 'c'));
    expect(sessionsOf(moved)).toEqual([['a', 'b'], ['c']]);
    expect(sessionsOf(addTab({ id: 'new', paneId: 'x', sessionId: 'a' })(moved))).toEqual([['b'], ['c'], ['a']]);
  });

  it('do nothing where their target is gone', () => {
    const w = withTabs('a');
    expect(renameTab('nowhere', 'x')(w)).toEqual(w);
    expect(moveTab('nowhere', 0)(w)).toEqual(w);
    expect(closeSession('nowhere')(w)).toEqual(w);
  });

  it('close a tab with its last pane', () => {
    expect(sessionsOf(closeSession('a')(withTabs('a', 'b')))).toEqual([['b']]);
  });

  it('settle every session in one pane, alike for two viewers at once', () => {
    const w = withTabs('a', 'gone');
    const found = unsettled(w, ['a', 'new']);
    expect(found).toEqual({ missing: ['new'], gone: ['gone'] });
    const op = settle(found ?? { missing: [], gone: [] });
    expect(sessionsOf(op(w))).toEqual([['a'], ['new']]);
    expect(op(op(w))).toEqual(op(w));
    expect(unsettled(withTabs('a'), ['a'])).toBeUndefined();
  });

  it('remember where a viewer looked, and only of tabs that are there', () => {
    const view = new View();
    const w = addPane('t-a', 'b', beside('p-a', 'b'))(withTabs('a', 'c'));
    view.follow(w);
    view.focusPane('t-a', 'p-b');
    view.goToTab('t-c');
    view.setZoom('t-a', true);
    const kept = rememberView(view)(w);
    const next = new View();
    next.follow(kept);
    expect(next.tab(kept)?.id).toBe('t-c');
    expect(next.focused('t-a')).toBe('p-b');
    expect(next.zoomed.has('t-a')).toBe(true);
    expect(rememberView(view)(withTabs('c')).recent).toEqual(['t-c']);
  });

  it('keep the focus on what was focused before when a pane goes', () => {
    const view = new View();
    let w = addPane('t-a', 'b', beside('p-a', 'b'))(withTabs('a'));
    view.follow(w);
    view.focusPane('t-a', 'p-a');
    view.focusPane('t-a', 'p-b');
    w = closeSession('b')(w);
    view.follow(w);
    expect(view.focused('t-a')).toBe('p-a');
  });
});

/** The hub's rule, as `workspace.put` documents it, in a few lines. */
function hubWith(workspace: Workspace): {
  host: SessionHost;
  state: { revision: number; workspace: Workspace; puts: number };
} {
  const state = { revision: 1, workspace, puts: 0 };
  const command = async (name: string, args: { revision: number; workspace: Workspace }): Promise<unknown> => {
    if (name === 'workspace.get') return { name: 'main', ...state };
    state.puts++;
    if (args.revision !== state.revision) throw new IrisError('conflict', 'the layout has changed');
    state.revision++;
    state.workspace = args.workspace;
    return { revision: state.revision };
  };
  return { host: { command } as unknown as SessionHost, state };
}

describe('the layout shared through the hub', () => {
  it('shows our change at once and sends several of one moment together', async () => {
    const { host, state } = hubWith(withTabs('a'));
    const sync = new WorkspaceSync(host);
    sync.heard();
    await sync.sync();
    sync.apply(addTab({ id: 't-b', paneId: 'p-b', sessionId: 'b' }));
    sync.apply(renameTab('t-b', 'two'));
    expect(sync.current.tabs.map((t) => t.name)).toEqual(['', 'two']);
    await sync.sync();
    expect(state.workspace).toEqual(sync.current);
    expect(state.puts).toBe(1);
  });

  it('applies our change again on top of what another viewer did first', async () => {
    const { host, state } = hubWith(withTabs('a'));
    const sync = new WorkspaceSync(host);
    sync.heard();
    await sync.sync();
    state.workspace = withTabs('a', 'theirs');
    state.revision++;
    sync.apply(addTab({ id: 't-ours', paneId: 'p-ours', sessionId: 'ours' }));
    await sync.sync();
    expect(sessionsOf(state.workspace)).toEqual([['a'], ['theirs'], ['ours']]);
    expect(sync.current).toEqual(state.workspace);
  });

  it('keeps our change while the hub is away and sends it when it is back', async () => {
    const { host, state } = hubWith(withTabs('a'));
    const sync = new WorkspaceSync(host);
    sync.heard();
    await sync.sync();
    const { command } = host;
    Object.assign(host, { command: () => Promise.reject(new IrisError('hub-unreachable', 'gone')) });
    sync.apply(renameTab('t-a', 'mine'));
    await sync.sync();
    expect(sync.current.tabs[0]?.name).toBe('mine');
    Object.assign(host, { command });
    sync.heard();
    await sync.sync();
    expect(state.workspace.tabs[0]?.name).toBe('mine');
  });
});

describe('the keeper', () => {
  /** Timers by hand. */
  function clockByHand(): { clock: Clock; pass: (ms: number) => void } {
    let now = 0;
    const timers = new Set<{ at: number; run: () => void }>();
    const clock: Clock = {
      now: () => now,
      wall: () => now,
      after: (ms, run) => {
        const timer = { at: now + ms, run };
        timers.add(timer);
        return { cancel: () => void timers.delete(timer) };
      },
    };
    const pass = (ms: number): void => {
      now += ms;
      for (const timer of [...timers]) {
        if (timer.at > now || !timers.delete(timer)) continue;
        timer.run();
      }
    };
    return { clock, pass };
  }

  it('leaves a pane alone whose session becomes known a moment later', async () => {
    const { host } = hubWith(withTabs('a'));
    const sessions = [{ id: 'a' }, { id: 'other' }];
    Object.assign(host, { sessions, connection: { state: 'online' } });
    const sync = new WorkspaceSync(host);
    sync.heard();
    await sync.sync();
    const { clock, pass } = clockByHand();
    const keeper = new Keeper({
      host,
      clock,
      sync,
      view: new View(),
      readOnly: false,
      area: () => ({ x: 0, y: 1, cols: 80, rows: 22 }),
    });
    keeper.settle();
    pass(299);
    // The reply to `session.new` came before the news of the session.
    sync.apply(addPane('t-a', 'new', beside('p-a', 'new')));
    pass(1);
    expect(sessionsOf(sync.current)).toEqual([['a', 'new']]);
    sessions.push({ id: 'new' });
    pass(300);
    pass(300);
    expect(sessionsOf(sync.current)).toEqual([['a', 'new'], ['other']]);
  });
});
