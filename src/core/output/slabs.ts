/** Payloads are copied into slabs of this size, so that thousands of small ones don't cost an ArrayBuffer each (about 200 bytes outside the heap). */
const SLAB_BYTES = 65_536;
/** The first of a log that may never have more than a prompt; each is twice the one before, up to the full size. */
const FIRST_SLAB_BYTES = 2_048;
/** Slabs that wait to be used again; more are left to the garbage collector. */
const MAX_SPARE = 2;

interface Slab {
  readonly bytes: Uint8Array;
  /** Payloads in it that were not dropped. */
  live: number;
}

/** Where a payload lies; `slab` is shared with its neighbours. */
export interface Kept {
  readonly slab: Slab;
  readonly at: number;
  readonly length: number;
}

/**
 * Bytes of a log. Slabs are used again when the last payload in them was dropped, so nobody gets to see them: `read` copies. Without that, a flood
 * leaves its own size in garbage outside the heap, which is collected late: measured, 40 MiB of what a hub grew.
 */
export class Slabs {
  #slab: Slab = { bytes: new Uint8Array(0), live: 0 };
  #used = 0;
  readonly #spare: Slab[] = [];

  keep(bytes: Uint8Array): Kept {
    const { length } = bytes;
    // Large ones would leave much of a slab empty.
    if (length > SLAB_BYTES / 4) return { slab: { bytes: new Uint8Array(bytes), live: 1 }, at: 0, length };
    if (this.#used + length > this.#slab.bytes.length) {
      const full = this.#slab;
      const grown = Math.min(SLAB_BYTES, Math.max(FIRST_SLAB_BYTES, full.bytes.length * 2, ceilPower(length)));
      this.#slab = this.#spare.pop() ?? { bytes: new Uint8Array(grown), live: 0 };
      this.#used = 0;
      // All of it was dropped while it was the newest.
      if (full.live === 0) this.#reuse(full);
    }
    const at = this.#used;
    this.#slab.bytes.set(bytes, at);
    this.#slab.live += 1;
    this.#used += length;
    return { slab: this.#slab, at, length };
  }

  read({ slab, at, length }: Kept): Uint8Array {
    return slab.bytes.slice(at, at + length);
  }

  drop({ slab }: Kept): void {
    slab.live -= 1;
    if (slab.live === 0 && slab !== this.#slab) this.#reuse(slab);
  }

  #reuse(slab: Slab): void {
    if (slab.bytes.length === SLAB_BYTES && this.#spare.length < MAX_SPARE) this.#spare.push(slab);
  }
}

function ceilPower(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, n)));
}
