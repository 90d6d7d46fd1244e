import type { LayoutNode, Tab, Workspace } from '../../core/index.ts';
import { panes, removePane } from '../layout/index.ts';

/** A change of the shared layout: pure, so that it can be applied again to a newer state, and harmless where its target is gone. */
export type WorkspaceOp = (workspace: Workspace) => Workspace;

export const EMPTY_WORKSPACE: Workspace = { tabs: [], recent: [] };

const changeTab =
  (tabId: string, change: (tab: Tab) => Tab | undefined): WorkspaceOp =>
  (workspace) => ({
    ...workspace,
    tabs: workspace.tabs.flatMap((tab) => (tab.id === tabId ? (change(tab) ?? []) : tab)),
  });

/** Takes a session out of wherever it is shown: it is in one pane at most. */
const withdraw =
  (sessionId: string): WorkspaceOp =>
  (workspace) => ({
    ...workspace,
    tabs: workspace.tabs.flatMap((tab) => {
      const pane = panes(tab.layout).find((p) => p.sessionId === sessionId);
      if (!pane) return tab;
      const layout = removePane(tab.layout, pane.id);
      return layout ? { ...tab, layout } : [];
    }),
  });

export function addTab(
  tab: { id: string; paneId: string; sessionId: string; name?: string },
  after?: string,
): WorkspaceOp {
  return (workspace) => {
    const cleared = withdraw(tab.sessionId)(workspace);
    const added: Tab = {
      id: tab.id,
      name: tab.name ?? '',
      named: tab.name !== undefined,
      layout: { type: 'pane', id: tab.paneId, sessionId: tab.sessionId },
      focus: [tab.paneId],
      zoomed: false,
    };
    const at = after === undefined ? -1 : cleared.tabs.findIndex((t) => t.id === after);
    const tabs = at < 0 ? [...cleared.tabs, added] : cleared.tabs.toSpliced(at + 1, 0, added);
    return { ...cleared, tabs };
  };
}

/** `change` gets the tab's layout without the session, and puts it where it belongs. */
export function addPane(tabId: string, sessionId: string, change: (layout: LayoutNode) => LayoutNode): WorkspaceOp {
  return (workspace) =>
    changeTab(tabId, (tab) => ({ ...tab, layout: change(tab.layout), zoomed: false }))(withdraw(sessionId)(workspace));
}

export const changeLayout = (tabId: string, change: (layout: LayoutNode) => LayoutNode): WorkspaceOp =>
  changeTab(tabId, (tab) => ({ ...tab, layout: change(tab.layout) }));

export const closeSession = withdraw;

export const renameTab = (tabId: string, name: string): WorkspaceOp =>
  changeTab(tabId, (tab) => ({ ...tab, name, named: name !== '' }));

/** Moves a tab to a place counted from 0. */
export const moveTab =
  (tabId: string, to: number): WorkspaceOp =>
  (workspace) => {
    const tab = workspace.tabs.find((t) => t.id === tabId);
    if (!tab) return workspace;
    return { ...workspace, tabs: workspace.tabs.filter((t) => t !== tab).toSpliced(to, 0, tab) };
  };

/** What this viewer looks at, kept so that the next one begins there. */
export const rememberView =
  (view: {
    recent: readonly string[];
    focus: ReadonlyMap<string, readonly string[]>;
    zoomed: ReadonlySet<string>;
  }): WorkspaceOp =>
  (workspace) => ({
    tabs: workspace.tabs.map((tab) => ({
      ...tab,
      focus: [...(view.focus.get(tab.id) ?? tab.focus)].slice(0, 64),
      zoomed: view.zoomed.has(tab.id),
    })),
    recent: view.recent.filter((id) => workspace.tabs.some((tab) => tab.id === id)).slice(0, 256),
  });

/** Sessions without a pane, and sessions of panes that no longer exist. */
export interface Unsettled {
  readonly missing: readonly string[];
  readonly gone: readonly string[];
}

export function unsettled(workspace: Workspace, sessionIds: readonly string[]): Unsettled | undefined {
  const shown = new Set(workspace.tabs.flatMap((tab) => panes(tab.layout).map((p) => p.sessionId)));
  const known = new Set(sessionIds);
  const missing = sessionIds.filter((id) => !shown.has(id));
  const gone = [...shown].filter((id) => !known.has(id));
  return missing.length === 0 && gone.length === 0 ? undefined : { missing, gone };
}

/** Every session in exactly one pane: those without one get a tab (`together` decides first), panes of sessions that are gone go. */
export const settle =
  ({ missing, gone }: Unsettled, together: WorkspaceOp = (workspace) => workspace): WorkspaceOp =>
  (current) => {
    let next = current;
    for (const id of gone) next = withdraw(id)(next);
    next = together(next);
    for (const id of missing) {
      const already = next.tabs.some((tab) => panes(tab.layout).some((p) => p.sessionId === id));
      // Ids that two viewers would choose alike: settling twice gives the same tab.
      if (!already) next = addTab({ id: `t-${id}`, paneId: `p-${id}`, sessionId: id })(next);
    }
    return next;
  };
