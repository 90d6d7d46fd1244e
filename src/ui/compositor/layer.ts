import type { CursorShape, Surface } from '../../core/index.ts';

/** A span of one row of a surface, drawn inverse: a selection, a search match. `from` is inside, `to` is not. */
export interface Highlight {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** A rectangle of the terminal that shows a part of a surface. Later layers lie above earlier ones. */
export interface Layer {
  readonly surface: Surface;
  /** On the terminal, in cells; what lies outside the terminal is cut off. */
  readonly rect: { readonly x: number; readonly y: number; readonly cols: number; readonly rows: number };
  /** The cell of the surface that stands in the top left corner of `rect`. */
  readonly source: { readonly x: number; readonly y: number };
  /** Draw everything dim: a pane that has not the focus. */
  readonly dim?: boolean;
  /** In coordinates of the surface. */
  readonly highlights?: readonly Highlight[];
  /** What stands where `rect` is larger than the surface: nothing (the default), or dim dots, as in tmux. */
  readonly padding?: 'blank' | 'dots';
}

/** The real cursor: that of a surface wherever a layer shows it, or a place on the terminal. */
export type CursorTarget =
  | { readonly surface: Surface }
  | { readonly x: number; readonly y: number; readonly shape?: CursorShape; readonly blink?: boolean };

function sameHighlights(a: readonly Highlight[] = [], b: readonly Highlight[] = []): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  return a.every((one, i) => {
    const other = b[i]!;
    return one.row === other.row && one.from === other.from && one.to === other.to;
  });
}

/** Would these two draw the same, with the same surfaces? */
export function sameLayer(a: Layer, b: Layer): boolean {
  return (
    a.surface === b.surface &&
    a.rect.x === b.rect.x &&
    a.rect.y === b.rect.y &&
    a.rect.cols === b.rect.cols &&
    a.rect.rows === b.rect.rows &&
    a.source.x === b.source.x &&
    a.source.y === b.source.y &&
    (a.dim ?? false) === (b.dim ?? false) &&
    (a.padding ?? 'blank') === (b.padding ?? 'blank') &&
    sameHighlights(a.highlights, b.highlights)
  );
}
