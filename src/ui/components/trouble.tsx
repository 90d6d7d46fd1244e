import type { ReactNode } from 'react';
import type { Rect } from '../layout/index.ts';
import type { PaneItem, ViewSnapshot } from '../model/snapshot.ts';
import { spread } from '../text.ts';
import { At } from './box.tsx';
import { fitParts } from './fit.ts';
import { type TroubleBox, troubleBox, troubleLine } from './trouble-box.ts';

type Look = Pick<ViewSnapshot, 'now' | 'ascii' | 'prefix' | 'frames'>;

/** What lies above the screen of a pane: a box, or a row where a box has no room and the frame has no lower border for words. */
function troubleOver(pane: PaneItem, view: Look): TroubleBox | undefined {
  const box = troubleBox(pane, view.now, view.ascii, view.prefix);
  if (box || !pane.trouble || pane.scroll !== undefined || view.frames === 'box') return box;
  const { inner } = pane;
  const row = inner.rows - 1;
  // One row with the cursor in it is the program's.
  if (inner.rows < 2) return undefined;
  const rect: Rect = { x: inner.x, y: inner.y + row, cols: inner.cols, rows: 1 };
  const segments = fitParts(troubleLine(pane, pane.trouble, view.ascii, view.prefix), inner.cols).flat();
  const line = spread(segments, [], inner.cols, { text: ' ' }).map((s) => ({ ...s, inverse: true }));
  return { rect, lines: [line] };
}

/** The cells that are covered: nothing of a pane shows through there. */
export const troubleRects = (view: ViewSnapshot): Rect[] =>
  view.panes.flatMap((pane) => troubleOver(pane, view)?.rect ?? []);

export function TroubleLayer({ view }: { readonly view: ViewSnapshot }): ReactNode {
  return view.panes.map((pane) => {
    const over = troubleOver(pane, view);
    return over && <At key={pane.paneId} rect={over.rect} lines={over.lines} />;
  });
}
