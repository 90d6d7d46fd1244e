import type { LayoutNode, PaneNode, SplitNode } from '../../core/index.ts';

/** A rectangle in cells; x, y from the top-left of the terminal. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly cols: number;
  readonly rows: number;
}

export type Direction = 'left' | 'right' | 'up' | 'down';

/** All panes, in reading order of the tree. */
export function panes(node: LayoutNode): PaneNode[] {
  return node.type === 'pane' ? [node] : node.children.flatMap(panes);
}

export function findPane(node: LayoutNode, id: string): PaneNode | undefined {
  return panes(node).find((p) => p.id === id);
}

/** Makes a split with its invariants: at least two children, no split inside one of the same direction; or the only child itself. */
function makeSplit(
  direction: SplitNode['direction'],
  parts: { node: LayoutNode; weight: number }[],
): LayoutNode | undefined {
  const flat = parts.flatMap(({ node, weight }) => {
    if (node.type !== 'split' || node.direction !== direction) return [{ node, weight }];
    const total = sum(node.weights);
    return node.children.map((child, i) => ({ node: child, weight: (weight * (node.weights[i] ?? 1)) / total }));
  });
  if (flat.length === 0) return undefined;
  if (flat.length === 1) return flat[0]?.node;
  return { type: 'split', direction, children: flat.map((p) => p.node), weights: flat.map((p) => p.weight) };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Puts `added` beside (`row`) or below (`column`) a pane, or before it; the two share the pane's place equally. */
export function splitPane(
  root: LayoutNode,
  id: string,
  direction: SplitNode['direction'],
  added: LayoutNode,
  before = false,
): LayoutNode {
  const walk = (node: LayoutNode): LayoutNode => {
    if (node.type === 'pane') {
      if (node.id !== id) return node;
      const parts = [
        { node: node as LayoutNode, weight: 1 },
        { node: added, weight: 1 },
      ];
      return makeSplit(direction, before ? parts.reverse() : parts) ?? node;
    }
    return rebuild(node, node.children.map(walk));
  };
  return walk(root);
}

/** Without a pane; undefined when it was the last. */
export function removePane(root: LayoutNode, id: string): LayoutNode | undefined {
  if (root.type === 'pane') return root.id === id ? undefined : root;
  const children = root.children.map((child) => removePane(child, id));
  return rebuild(root, children);
}

/** The same split with other children (undefined: gone), its weights kept. */
function rebuild(node: SplitNode, children: readonly LayoutNode[]): LayoutNode;
function rebuild(node: SplitNode, children: readonly (LayoutNode | undefined)[]): LayoutNode | undefined;
function rebuild(node: SplitNode, children: readonly (LayoutNode | undefined)[]): LayoutNode | undefined {
  const parts = children.flatMap((child, i) => (child ? [{ node: child, weight: node.weights[i] ?? 1 }] : []));
  return makeSplit(node.direction, parts);
}

/** Every pane replaced by what `change` makes of it; the shape stays. */
export function mapPanes(root: LayoutNode, change: (pane: PaneNode) => PaneNode): LayoutNode {
  if (root.type === 'pane') return change(root);
  return { ...root, children: root.children.map((child) => mapPanes(child, change)) };
}

export function swapPanes(root: LayoutNode, a: string, b: string): LayoutNode {
  const first = findPane(root, a);
  const second = findPane(root, b);
  if (!first || !second) return root;
  return mapPanes(root, (p) => (p.id === a ? second : p.id === b ? first : p));
}

/** tmux's rotate-window: every pane moves to the place of the one before it (`up`), or after it. */
export function rotatePanes(root: LayoutNode, up: boolean): LayoutNode {
  const all = panes(root);
  let i = 0;
  const shift = up ? 1 : all.length - 1;
  return mapPanes(root, (p) => all[(i++ + shift) % all.length] ?? p);
}

/** All splits share their room equally (tmux's `select-layout -E`). */
export function spreadEvenly(root: LayoutNode): LayoutNode {
  if (root.type === 'pane') return root;
  return { ...root, children: root.children.map(spreadEvenly), weights: root.children.map(() => 1) };
}

export const LAYOUT_NAMES = ['even-horizontal', 'even-vertical', 'main-horizontal', 'main-vertical', 'tiled'] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** tmux's preset layouts, by its names (`even-horizontal` puts panes side by side). */
export function presetLayout(root: LayoutNode, name: LayoutName): LayoutNode {
  const all = panes(root);
  if (all.length < 2) return root;
  const even = (direction: SplitNode['direction'], nodes: readonly LayoutNode[]): LayoutNode =>
    makeSplit(
      direction,
      nodes.map((node) => ({ node, weight: 1 })),
    ) ?? root;
  const [main, ...rest] = all as [PaneNode, ...PaneNode[]];
  switch (name) {
    case 'even-horizontal':
      return even('row', all);
    case 'even-vertical':
      return even('column', all);
    case 'main-horizontal':
      return { type: 'split', direction: 'column', children: [main, even('row', rest)], weights: [2, 1] };
    case 'main-vertical':
      return { type: 'split', direction: 'row', children: [main, even('column', rest)], weights: [1, 1] };
    case 'tiled': {
      // As many rows as needed so that there are never more columns than rows + 1.
      let rows = 1;
      let cols = 1;
      while (rows * cols < all.length) {
        rows += 1;
        if (rows * cols < all.length) cols += 1;
      }
      const lines: LayoutNode[] = [];
      for (let i = 0; i < all.length; i += cols) lines.push(even('row', all.slice(i, i + cols)));
      return even('column', lines);
    }
  }
}
