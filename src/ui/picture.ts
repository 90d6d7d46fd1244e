import type { Surface } from '../core/index.ts';
import { overlayRects } from './components/overlays.tsx';
import { promptCursor } from './components/StatusLine.tsx';
import { troubleRects } from './components/trouble.tsx';
import type { CursorTarget, Layer } from './compositor/index.ts';
import type { Placed } from './layout/index.ts';
import type { ViewSnapshot } from './model/snapshot.ts';
import type { CopyMode } from './panes/copy-mode.ts';
import type { SessionView } from './panes/session-view.ts';
import type { SessionViews } from './session-views.ts';

/** What the compositor shows: the chrome below, sessions in their panes, overlays of the chrome above. */
export interface Picture {
  readonly layers: readonly Layer[];
  readonly cursor: CursorTarget | undefined;
}

export interface PictureInput {
  readonly chrome: Surface;
  readonly cols: number;
  readonly rows: number;
  readonly tooSmall: boolean;
  readonly panes: readonly Placed[];
  readonly views: SessionViews;
  readonly copying: ReadonlyMap<string, CopyMode>;
  readonly focusedPaneId: string | undefined;
  readonly snapshot: ViewSnapshot;
}

/** The part of a session's screen that its pane shows: all of it, or, when it is larger, the part with the cursor. */
export function visiblePart(placed: Placed, surface: Surface): { x: number; y: number } {
  const along = (size: number, room: number, at: number): number =>
    size <= room ? 0 : Math.min(size - room, Math.max(0, at - room + 1));
  const { cursor, cols, rows } = surface;
  return { x: along(cols, placed.inner.cols, cursor.x), y: along(rows, placed.inner.rows, cursor.y) };
}

/** Is a session not yet in the picture, or in it with another part than its pane shows now? */
export function moved(picture: Picture, placed: Placed, surface: Surface): boolean {
  const layer = picture.layers.find((l) => l.surface === surface);
  if (!layer) return true;
  if (surface.cols <= placed.inner.cols && surface.rows <= placed.inner.rows) return false;
  const source = visiblePart(placed, surface);
  return layer.source.x !== source.x || layer.source.y !== source.y;
}

/** What a pane shows of its session. `begunAt`: when the attempt that is under way began. */
export function shownOf(
  placed: Placed,
  view: SessionView | undefined,
  begunAt: number | undefined,
): { readonly asks: boolean; readonly cursorRow: number | undefined } {
  if (!view) return { asks: false, cursorRow: undefined };
  const { surface, printedAt } = view;
  return {
    asks: begunAt !== undefined && printedAt >= begunAt,
    cursorRow: surface.cursor.y - visiblePart(placed, surface).y,
  };
}

export function makePicture(input: PictureInput): Picture {
  const { chrome, cols, rows, snapshot } = input;
  const layers: Layer[] = [{ surface: chrome, rect: { x: 0, y: 0, cols, rows }, source: { x: 0, y: 0 } }];
  if (input.tooSmall) return { layers, cursor: undefined };
  let cursor: CursorTarget | undefined;
  for (const placed of input.panes) {
    const view = input.views.get(placed.sessionId);
    if (!view) continue;
    const copy = input.copying.get(placed.paneId);
    const surface = copy?.surface ?? view.surface;
    const source = copy ? { x: 0, y: 0 } : visiblePart(placed, surface);
    layers.push({
      surface,
      rect: placed.inner,
      source,
      padding: 'dots',
      ...(copy ? { highlights: copy.highlights } : {}),
    });
    if (placed.paneId !== input.focusedPaneId) continue;
    cursor = copy ? { x: placed.inner.x + copy.cursor.x, y: placed.inner.y + copy.cursor.y } : { surface };
  }
  const covered = [...troubleRects(snapshot), ...overlayRects(snapshot)];
  for (const rect of covered) layers.push({ surface: chrome, rect, source: { x: rect.x, y: rect.y } });
  const { kind } = snapshot.overlay;
  const prompt = promptCursor(snapshot);
  if (prompt !== undefined) cursor = { x: prompt, y: rows - 1, shape: 'bar' };
  else if (kind !== 'none' && kind !== 'numbers') cursor = undefined;
  return { layers, cursor };
}
