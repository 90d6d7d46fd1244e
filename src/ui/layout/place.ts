import type { LayoutNode, PaneNode, SplitNode } from '../../core/index.ts';
import { type Direction, panes, type Rect } from './tree.ts';

/** `box`: every pane has a frame of its own. `single`: a title row above each pane and one column between neighbours. */
export type FrameStyle = 'box' | 'single';

export interface Placed {
  readonly paneId: string;
  readonly sessionId: string;
  /** With its frame. */
  readonly outer: Rect;
  /** Where the session's cells go. */
  readonly inner: Rect;
}

/** The border between two children of a split: dragging it moves room from one to the other. */
export interface Divider {
  /** Path of child indexes from the root to the split. */
  readonly path: readonly number[];
  /** The border after child `index`. */
  readonly index: number;
  readonly direction: SplitNode['direction'];
  readonly rect: Rect;
}

export interface Placement {
  readonly panes: readonly Placed[];
  readonly dividers: readonly Divider[];
}

/** Smallest outer size of a pane: one row of ten cells inside its frame. */
const MIN: Record<FrameStyle, { cols: number; rows: number }> = {
  box: { cols: 8, rows: 3 },
  single: { cols: 6, rows: 2 },
};

/** Smallest size in which a tree can be drawn. */
export function minimumSize(node: LayoutNode, style: FrameStyle): { cols: number; rows: number } {
  if (node.type === 'pane') return MIN[style];
  const sizes = node.children.map((child) => minimumSize(child, style));
  const add = (pick: (s: { cols: number; rows: number }) => number): number => sizes.reduce((n, s) => n + pick(s), 0);
  const max = (pick: (s: { cols: number; rows: number }) => number): number => Math.max(...sizes.map(pick));
  const gaps = style === 'single' ? node.children.length - 1 : 0;
  return node.direction === 'row'
    ? { cols: add((s) => s.cols) + gaps, rows: max((s) => s.rows) }
    : { cols: max((s) => s.cols), rows: add((s) => s.rows) };
}

/** Whole cells by weight, none under its minimum; they add up to `total`. */
export function shares(weights: readonly number[], minimums: readonly number[], total: number): number[] {
  const all = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((w) => (w / all) * total);
  const out = exact.map((e, i) => Math.max(Math.floor(e + 1e-9), minimums[i] ?? 1));
  // Give what rounding left over to those it was taken from; take what minimums cost from the largest.
  let rest = total - out.reduce((a, b) => a + b, 0);
  const byLoss = exact
    .map((e, i) => ({ i, loss: e - Math.floor(e + 1e-9) }))
    .sort((a, b) => b.loss - a.loss || a.i - b.i);
  for (let k = 0; rest > 0; k = (k + 1) % byLoss.length, rest--) {
    const i = byLoss[k]?.i ?? 0;
    out[i] = (out[i] ?? 0) + 1;
  }
  while (rest < 0) {
    let largest = -1;
    for (let i = 0; i < out.length; i++) {
      if ((out[i] ?? 0) > (minimums[i] ?? 1) && (largest < 0 || (out[i] ?? 0) > (out[largest] ?? 0))) largest = i;
    }
    if (largest < 0) break;
    out[largest] = (out[largest] ?? 0) - 1;
    rest++;
  }
  return out;
}

/** Sizes in cells of a split's children, along its direction. */
function childSizes(node: SplitNode, area: Rect, style: FrameStyle): number[] {
  const row = node.direction === 'row';
  const gaps = style === 'single' && row ? node.children.length - 1 : 0;
  const minimums = node.children.map((child) => minimumSize(child, style)[row ? 'cols' : 'rows']);
  return shares(node.weights, minimums, (row ? area.cols : area.rows) - gaps);
}

function childAreas(node: SplitNode, area: Rect, style: FrameStyle): Rect[] {
  const row = node.direction === 'row';
  const gap = style === 'single' && row ? 1 : 0;
  let at = row ? area.x : area.y;
  return childSizes(node, area, style).map((size) => {
    const rect = row ? { ...area, x: at, cols: size } : { ...area, y: at, rows: size };
    at += size + gap;
    return rect;
  });
}

function frame(outer: Rect, style: FrameStyle): Rect {
  return style === 'box'
    ? { x: outer.x + 1, y: outer.y + 1, cols: Math.max(1, outer.cols - 2), rows: Math.max(1, outer.rows - 2) }
    : { x: outer.x, y: outer.y + 1, cols: outer.cols, rows: Math.max(1, outer.rows - 1) };
}

/** Where everything goes in `area`. The tree fits: see `minimumSize`. */
export function place(root: LayoutNode, area: Rect, style: FrameStyle): Placement {
  const placed: Placed[] = [];
  const dividers: Divider[] = [];
  const walk = (node: LayoutNode, at: Rect, path: readonly number[]): void => {
    if (node.type === 'pane') {
      placed.push({ paneId: node.id, sessionId: node.sessionId, outer: at, inner: frame(at, style) });
      return;
    }
    const areas = childAreas(node, at, style);
    node.children.forEach((child, i) => {
      const own = areas[i];
      if (!own) return;
      walk(child, own, [...path, i]);
      if (i === node.children.length - 1) return;
      dividers.push({ path, index: i, direction: node.direction, rect: dividerRect(node.direction, own, style) });
    });
  };
  walk(root, area, []);
  return { panes: placed, dividers };
}

/** The cells of a border: with boxes, the two frame lines that touch. */
function dividerRect(direction: SplitNode['direction'], before: Rect, style: FrameStyle): Rect {
  const box = style === 'box';
  return direction === 'row'
    ? { x: before.x + before.cols - (box ? 1 : 0), y: before.y, cols: box ? 2 : 1, rows: before.rows }
    : { x: before.x, y: before.y + before.rows - (box ? 1 : 0), cols: before.cols, rows: box ? 2 : 1 };
}

/** A pane alone on the whole area. */
export function placeZoomed(pane: { id: string; sessionId: string }, area: Rect, style: FrameStyle): Placement {
  return {
    panes: [{ paneId: pane.id, sessionId: pane.sessionId, outer: area, inner: frame(area, style) }],
    dividers: [],
  };
}

/** Moves the border after child `index` of the split at `path` by `delta` cells (positive: right or down). */
export function moveDivider(
  root: LayoutNode,
  area: Rect,
  style: FrameStyle,
  path: readonly number[],
  index: number,
  delta: number,
): LayoutNode {
  if (root.type === 'pane') return root;
  if (path.length > 0) {
    const [head, ...rest] = path as [number, ...number[]];
    const areas = childAreas(root, area, style);
    return {
      ...root,
      children: root.children.map((child, i) =>
        i === head ? moveDivider(child, areas[i] ?? area, style, rest, index, delta) : child,
      ),
    };
  }
  const key = root.direction === 'row' ? 'cols' : 'rows';
  const minimums = root.children.map((child) => minimumSize(child, style)[key]);
  const sizes = childSizes(root, area, style);
  // Room comes from the nearest neighbour that has some, as in tmux.
  const takers = delta > 0 ? sizes.map((_, i) => i).filter((i) => i > index) : range(index, -1);
  const giverCount = Math.abs(delta);
  const gainer = delta > 0 ? index : index + 1;
  let left = giverCount;
  for (const i of takers) {
    const room = Math.max(0, (sizes[i] ?? 0) - (minimums[i] ?? 1));
    const take = Math.min(room, left);
    sizes[i] = (sizes[i] ?? 0) - take;
    left -= take;
    if (left === 0) break;
  }
  sizes[gainer] = (sizes[gainer] ?? 0) + giverCount - left;
  return { ...root, weights: sizes };
}

const range = (from: number, to: number): number[] => Array.from({ length: from - to }, (_, i) => from - i);

/**
 * tmux's resize-pane: moves the border of a pane in a direction by `cells`. The border after it is moved;
 * where it is the last of its split, the one before.
 */
export function resizePane(
  root: LayoutNode,
  area: Rect,
  style: FrameStyle,
  paneId: string,
  direction: Direction,
  cells: number,
): LayoutNode {
  const axis = direction === 'left' || direction === 'right' ? 'row' : 'column';
  let found: { path: number[]; index: number; last: boolean } | undefined;
  const walk = (node: LayoutNode, path: number[]): boolean => {
    if (node.type === 'pane') return node.id === paneId;
    const i = node.children.findIndex((child, k) => walk(child, [...path, k]));
    if (i < 0) return false;
    if (!found && node.direction === axis) found = { path, index: i, last: i === node.children.length - 1 };
    return true;
  };
  walk(root, []);
  if (!found) return root;
  const sign = direction === 'right' || direction === 'down' ? 1 : -1;
  return moveDivider(root, area, style, found.path, found.last ? found.index - 1 : found.index, sign * cells);
}

/** The pane next to one in a direction; at the edge it wraps around, as in tmux. Of several, the most recently used. */
export function neighbour(
  placed: readonly Placed[],
  paneId: string,
  direction: Direction,
  recent: readonly string[],
): string | undefined {
  const self = placed.find((p) => p.paneId === paneId)?.outer;
  if (!self || placed.length < 2) return undefined;
  const horizontal = direction === 'left' || direction === 'right';
  const overlaps = (r: Rect): boolean =>
    horizontal ? r.y < self.y + self.rows && self.y < r.y + r.rows : r.x < self.x + self.cols && self.x < r.x + r.cols;
  const start = (r: Rect): number => (horizontal ? r.x : r.y);
  const end = (r: Rect): number => start(r) + (horizontal ? r.cols : r.rows);
  const others = placed.filter((p) => p.paneId !== paneId && overlaps(p.outer));
  if (others.length === 0) return undefined;
  const forward = direction === 'right' || direction === 'down';
  const beyond = others.filter((p) => (forward ? start(p.outer) >= end(self) : end(p.outer) <= start(self)));
  // Nothing beyond: go round to the far edge.
  const pool = beyond.length > 0 ? beyond : others;
  const edge = forward ? Math.min(...pool.map((p) => start(p.outer))) : Math.max(...pool.map((p) => end(p.outer)));
  const touching = pool.filter((p) => (forward ? start(p.outer) : end(p.outer)) === edge);
  const rank = (id: string): number => {
    const i = recent.indexOf(id);
    return i < 0 ? recent.length : i;
  };
  return touching.toSorted((a, b) => rank(a.paneId) - rank(b.paneId))[0]?.paneId;
}

/** Is the whole tree drawable in an area? If not, the focused pane is shown alone. */
export function fits(root: LayoutNode, area: Rect, style: FrameStyle): boolean {
  const min = minimumSize(root, style);
  return panes(root).length === 1 || (min.cols <= area.cols && min.rows <= area.rows);
}

/** A tab as it is shown: whole, or `focused` alone where that is zoomed or there is no room for all. */
export function placeTab(
  tab: LayoutNode,
  focused: PaneNode,
  zoomed: boolean,
  area: Rect,
  style: FrameStyle,
): Placement {
  return zoomed || !fits(tab, area, style) ? placeZoomed(focused, area, style) : place(tab, area, style);
}
