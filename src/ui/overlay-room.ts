import { overlayRects, overlayRows } from './components/overlays.tsx';
import type { ViewSnapshot } from './model/snapshot.ts';

/** Rows of what is open above the panes that can be seen at once. */
export function overlayRoom(view: ViewSnapshot): number {
  const { overlay } = view;
  if (overlay.kind === 'none') return 1;
  const rect = overlayRects(view)[0];
  if (!rect) return overlayRows(view.rows);
  return Math.max(1, rect.rows - (overlay.kind === 'list' ? 3 + (overlay.below?.length ?? 0) : 2));
}
