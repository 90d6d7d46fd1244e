/** Rows that are kept; the oldest go first, so that a long answer loses its beginning. */
const ROWS_LIMIT = 20_000;
/** Rows at the end of a picture that may change in place: a line that grows, a spinner, the space around them. */
const CHANGING_ROWS = 6;
/** Rows at the top that may stay while the rest scrolls: codex keeps the newest prompt there. */
const PINNED_ROWS = 3;
/** Stands where more scrolled by between two pictures than a screen holds. */
export const GAP = '[…]';

/**
 * Puts the pictures of a program together that scrolls by itself, on the alternate screen: nothing of that reaches a scrollback. Each
 * picture is laid over the one before where the two agree; what moved out at the top is kept. Rows that are the same over and over (empty
 * ones) may be counted once too few.
 */
export class ScreenFollower {
  #gone: string[] = [];
  #picture: readonly string[] = [];
  #fresh: number | undefined;

  /** The rows of the transcript as they stand now. */
  feed(picture: readonly string[]): void {
    if (picture.length === 0) return;
    const before = this.#picture;
    let pinned = 0;
    let moved = shift(before, picture);
    while (moved === undefined && pinned < PINNED_ROWS) {
      pinned += 1;
      moved = shift(before, picture.slice(pinned));
    }
    if (moved === undefined) this.#gone.push(...before, GAP);
    else this.#gone.push(...before.slice(0, moved));
    this.#fresh ??= Math.max(0, picture.length - CHANGING_ROWS);
    const over = this.#gone.length - ROWS_LIMIT;
    if (over > 0) {
      this.#gone = this.#gone.slice(over);
      this.#fresh = Math.max(0, this.#fresh - over);
    }
    this.#picture = moved === undefined ? picture : picture.slice(pinned);
  }

  /** The first of the rows that came after the first picture. */
  get fresh(): number {
    return this.#fresh ?? 0;
  }

  /** All rows there were, oldest first. */
  rows(): readonly string[] {
    return [...this.#gone, ...this.#picture];
  }
}

/** By how many rows `before` has moved up to become a part of `now`; undefined: they have nothing in common. */
function shift(before: readonly string[], now: readonly string[]): number | undefined {
  const stable = before.length - CHANGING_ROWS;
  if (stable <= 0) return 0;
  for (let by = 0; by < stable; by++) {
    let at = by;
    while (at < stable && before[at] === now[at - by]) at++;
    if (at === stable) return by;
  }
  return undefined;
}
