/** Payloads are copied into slabs of this size, so that thousands of small ones don't cost an ArrayBuffer each (about 200 bytes outside the heap). */
const SLAB_BYTES = 65_536;
/** Slabs that wait to be used again; more are left to the garbage collector. */
const MAX_SPARE = 2;

/** Where a payload lies; `slab` is shared with its neighbours. */
export interface Kept {
  readonly slab: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/**
 * Bytes of a queue: what is kept first is dropped first. Slabs are used again when the last payload in them was dropped, so nobody gets to see them: `read`
 * copies. Without that, a flood leaves its own size in garbage outside the heap, which is collected late: measured, 40 MiB of what a hub grew.
 */
export class Slabs {
  #slab: Uint8Array = new Uint8Array(0);
  #used = 0;
  readonly #spare: Uint8Array[] = [];

  keep(bytes: Uint8Array): Kept {
    const { length } = bytes;
    // Large ones would leave much of a slab empty.
    if (length > SLAB_BYTES / 4) return { slab: new Uint8Array(bytes), at: 0, length };
    if (this.#used + length > this.#slab.length) {
      this.#slab = this.#spare.pop() ?? new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const at = this.#used;
    this.#slab.set(bytes, at);
    this.#used += length;
    return { slab: this.#slab, at, length };
  }

  read({ slab, at, length }: Kept): Uint8Array {
    return slab.slice(at, at + length);
  }

  /** The oldest; `next` is the oldest that is left. */
  drop({ slab }: Kept, next: Kept | undefined): void {
    if (slab === next?.slab || slab === this.#slab || slab.length !== SLAB_BYTES) return;
    if (this.#spare.length < MAX_SPARE) this.#spare.push(slab);
  }
}
