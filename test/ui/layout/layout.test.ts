import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayoutNode, PaneNode } from '../../../src/core/index.ts';
import {
  fits,
  LAYOUT_NAMES,
  minimumSize,
  moveDivider,
  neighbour,
  panes,
  place,
  presetLayout,
  type Rect,
  removePane,
  resizePane,
  rotatePanes,
  splitPane,
  spreadEvenly,
  swapPanes,
} from '../../../src/ui/layout/index.ts';

const pane = (id: string): PaneNode => ({ type: 'pane', id, sessionId: `s-${id}` });
const area: Rect = { x: 0, y: 1, cols: 160, rows: 46 };
const ids = (node: LayoutNode | undefined): string[] => (node ? panes(node).map((p) => p.id) : []);

/** A random tree made by splitting, as people make them. */
const tree = fc.array(fc.tuple(fc.nat(), fc.boolean(), fc.boolean()), { maxLength: 12 }).map((steps) => {
  let root: LayoutNode = pane('0');
  steps.forEach(([at, row, before], i) => {
    const all = panes(root);
    root = splitPane(root, all[at % all.length]?.id ?? '0', row ? 'row' : 'column', pane(String(i + 1)), before);
  });
  return root;
});
const styles = fc.constantFrom('box' as const, 'single' as const);

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.cols && b.x < a.x + a.cols && a.y < b.y + b.rows && b.y < a.y + a.rows;
}

describe('layout', () => {
  it('places every pane of any tree once, inside the area and apart from all others', () => {
    fc.assert(
      fc.property(tree, styles, (root, style) => {
        fc.pre(fits(root, area, style));
        const { panes: placed } = place(root, area, style);
        expect(placed.map((p) => p.paneId)).toEqual(ids(root));
        placed.forEach((p, i) => {
          expect(p.outer.x).toBeGreaterThanOrEqual(area.x);
          expect(p.outer.x + p.outer.cols).toBeLessThanOrEqual(area.x + area.cols);
          expect(p.outer.y + p.outer.rows).toBeLessThanOrEqual(area.y + area.rows);
          expect(p.inner.cols).toBeGreaterThan(0);
          expect(p.inner.rows).toBeGreaterThan(0);
          for (const q of placed.slice(i + 1)) expect(overlap(p.outer, q.outer)).toBe(false);
        });
        const covered = placed.reduce((n, p) => n + p.outer.cols * p.outer.rows, 0);
        if (style === 'box') expect(covered).toBe(area.cols * area.rows);
      }),
    );
  });

  it('moves a border by the cells asked for, never below a minimum, and loses no cell', () => {
    fc.assert(
      fc.property(tree, styles, fc.integer({ min: -60, max: 60 }), fc.nat(), (root, style, delta, pick) => {
        fc.pre(fits(root, area, style));
        const before = place(root, area, style);
        const divider = before.dividers[pick % Math.max(1, before.dividers.length)];
        fc.pre(divider !== undefined && delta !== 0);
        const after = moveDivider(root, area, style, divider.path, divider.index, delta);
        expect(ids(after)).toEqual(ids(root));
        expect(minimumSize(after, style)).toEqual(minimumSize(root, style));
        const total = (p: ReturnType<typeof place>): number =>
          p.panes.reduce((n, q) => n + q.outer.cols * q.outer.rows, 0);
        if (style === 'box') expect(total(place(after, area, style))).toBe(total(before));
      }),
    );
  });

  it('keeps splits in one direction flat, so that three side by side share evenly on request', () => {
    let root: LayoutNode = pane('a');
    root = splitPane(root, 'a', 'row', pane('b'));
    root = splitPane(root, 'b', 'row', pane('c'));
    expect(root.type === 'split' && root.children.length).toBe(3);
    expect(place(root, area, 'box').panes.map((p) => p.outer.cols)).toEqual([80, 40, 40]);
    expect(place(spreadEvenly(root), area, 'box').panes.map((p) => p.outer.cols)).toEqual([54, 53, 53]);
  });

  it('removes panes down to nothing and collapses what is left', () => {
    let root: LayoutNode | undefined = splitPane(splitPane(pane('a'), 'a', 'row', pane('b')), 'b', 'column', pane('c'));
    root = removePane(root, 'b');
    expect(root && place(root, area, 'box').panes.map((p) => [p.paneId, p.outer.cols])).toEqual([
      ['a', 80],
      ['c', 80],
    ]);
    root = root && removePane(root, 'a');
    expect(root).toEqual(pane('c'));
    expect(root && removePane(root, 'c')).toBeUndefined();
  });

  it('resizes by the border after a pane, and by the one before for the last', () => {
    const root = splitPane(pane('a'), 'a', 'row', pane('b'));
    const cols = (n: LayoutNode): number[] => place(n, area, 'box').panes.map((p) => p.outer.cols);
    expect(cols(resizePane(root, area, 'box', 'a', 'right', 5))).toEqual([85, 75]);
    expect(cols(resizePane(root, area, 'box', 'b', 'right', 5))).toEqual([85, 75]);
    expect(cols(resizePane(root, area, 'box', 'b', 'left', 500))).toEqual([8, 152]);
    expect(resizePane(root, area, 'box', 'a', 'down', 5)).toBe(root);
  });

  it('makes all presets of all counts drawable, with every pane in them', () => {
    let root: LayoutNode = pane('0');
    for (let n = 1; n < 9; n++) {
      root = splitPane(root, '0', 'column', pane(String(n)));
      for (const name of LAYOUT_NAMES) {
        const made = presetLayout(root, name);
        expect(ids(made)).toEqual(ids(root));
        expect(place(made, area, 'box').panes).toHaveLength(n + 1);
      }
    }
    expect(place(presetLayout(root, 'tiled'), area, 'box').panes.filter((p) => p.outer.y === 1)).toHaveLength(3);
  });

  it('swaps and rotates without changing the shape', () => {
    const root = splitPane(splitPane(pane('a'), 'a', 'row', pane('b')), 'b', 'column', pane('c'));
    expect(ids(swapPanes(root, 'a', 'c'))).toEqual(['c', 'b', 'a']);
    expect(ids(rotatePanes(root, true))).toEqual(['b', 'c', 'a']);
    expect(ids(rotatePanes(root, false))).toEqual(['c', 'a', 'b']);
  });

  it('finds the neighbour in a direction, the most recent of several, and goes round at the edge', () => {
    // a | b
    //   | c
    const root = splitPane(splitPane(pane('a'), 'a', 'row', pane('b')), 'b', 'column', pane('c'));
    const { panes: placed } = place(root, area, 'box');
    expect(neighbour(placed, 'a', 'right', ['c', 'b', 'a'])).toBe('c');
    expect(neighbour(placed, 'a', 'right', ['b', 'c', 'a'])).toBe('b');
    expect(neighbour(placed, 'b', 'down', [])).toBe('c');
    expect(neighbour(placed, 'c', 'down', [])).toBe('b');
    expect(neighbour(placed, 'c', 'right', [])).toBe('a');
    expect(neighbour(placed, 'a', 'up', [])).toBeUndefined();
  });
});
