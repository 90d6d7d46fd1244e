/**
 * Who decides the size of a session: the viewer that typed last. While only one is attached it is that one; when the one who typed
 * leaves and several remain, the size stays until one of them types. Read-only viewers have no say.
 */
export interface Size {
  readonly cols: number;
  readonly rows: number;
}

/** Larger wishes are cut: an emulator allocates every cell. */
export const MAX_COLS = 1_000;
export const MAX_ROWS = 500;

export function clampSize({ cols, rows }: Size): Size {
  return { cols: Math.min(Math.max(cols, 2), MAX_COLS), rows: Math.min(Math.max(rows, 1), MAX_ROWS) };
}

export class SizeRule<Viewer> {
  readonly #wishes = new Map<Viewer, Size>();
  #typist: Viewer | undefined;
  readonly #apply: (size: Size) => void;

  constructor(apply: (size: Size) => void) {
    this.#apply = apply;
  }

  /** A viewer came, or its window changed. */
  wish(viewer: Viewer, size: Size): void {
    this.#wishes.set(viewer, clampSize(size));
    this.#settle();
  }

  typed(viewer: Viewer): void {
    if (this.#typist === viewer || !this.#wishes.has(viewer)) return;
    this.#typist = viewer;
    this.#settle();
  }

  /** It is gone, or has no say any more. */
  left(viewer: Viewer): void {
    if (!this.#wishes.delete(viewer)) return;
    if (this.#typist === viewer) this.#typist = undefined;
    this.#settle();
  }

  #settle(): void {
    const decider = this.#typist ?? (this.#wishes.size === 1 ? [...this.#wishes.keys()][0] : undefined);
    const size = decider === undefined ? undefined : this.#wishes.get(decider);
    if (size) this.#apply(size);
  }
}
