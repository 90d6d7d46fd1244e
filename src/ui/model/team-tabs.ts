import type { LayoutNode, PaneNode, Tab } from '../../core/index.ts';
import { panes, type Rect } from '../layout/index.ts';
import type { WorkspaceOp } from './workspace-ops.ts';

/** A tile that an agent can still be read in; with smaller ones a second tab is better. */
const TILE = { cols: 64, rows: 14 };
/** More than this nobody keeps an eye on at once. */
const MAX_TILES = 9;

/** Sessions by the tabs they are to be tiled in: as few tabs as hold them, and in each about as many. */
export function tileGroups(ids: readonly string[], area: Pick<Rect, 'cols' | 'rows'>): string[][] {
  const most = Math.min(MAX_TILES, across(area) * Math.max(1, Math.floor(area.rows / TILE.rows)));
  const tabs = Math.ceil(ids.length / most);
  const groups: string[][] = [];
  for (let i = 0, at = 0; i < tabs; i++) {
    const size = Math.ceil((ids.length - at) / (tabs - i));
    groups.push(ids.slice(at, at + size));
    at += size;
  }
  return groups;
}

const across = ({ cols }: Pick<Rect, 'cols'>): number => Math.max(1, Math.floor(cols / TILE.cols));

/** Rows of panes of one size, about as many rows as columns. */
export function tiles(nodes: readonly PaneNode[], area: Pick<Rect, 'cols'>): LayoutNode {
  const cols = Math.min(across(area), Math.ceil(Math.sqrt(nodes.length)));
  const rows: LayoutNode[] = [];
  for (let i = 0; i < nodes.length; i += cols) rows.push(even('row', nodes.slice(i, i + cols)));
  return even('column', rows);
}

const even = (direction: 'row' | 'column', children: readonly LayoutNode[]): LayoutNode =>
  children.length === 1 ? children[0]! : { type: 'split', direction, children, weights: children.map(() => 1) };

/**
 * New tabs of this name with these sessions tiled in them; those that are in a pane already stay there. Ids follow from those of the sessions: two viewers that do
 * this at once make the same tabs.
 */
export const addTiled =
  (ids: readonly string[], area: Pick<Rect, 'cols' | 'rows'>, called: string): WorkspaceOp =>
  (workspace) => {
    const shown = new Set(workspace.tabs.flatMap((tab) => panes(tab.layout).map((p) => p.sessionId)));
    const missing = ids.filter((id) => !shown.has(id));
    const groups = tileGroups(missing, area);
    const added = groups.map((group, i): Tab => {
      const nodes = group.map((sessionId): PaneNode => ({ type: 'pane', id: `p-${sessionId}`, sessionId }));
      // One alone is called as its session is.
      const name = group.length === 1 ? '' : i === 0 ? called : `${called} ${i + 1}`;
      return {
        id: `t-${group[0]}`,
        name,
        named: name !== '',
        layout: tiles(nodes, area),
        focus: [nodes[0]!.id],
        zoomed: false,
      };
    });
    return added.length === 0 ? workspace : { ...workspace, tabs: [...workspace.tabs, ...added] };
  };
