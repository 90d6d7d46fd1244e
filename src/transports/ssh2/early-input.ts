import { INPUT_LIMIT_BYTES, inputFull } from '../local/index.ts';

/** What is typed before the program runs. At most `INPUT_LIMIT_BYTES`, then a write is refused whole. */
export class EarlyInput {
  #chunks: Uint8Array[] = [];
  #bytes = 0;

  /** @throws IrisError when there is no room */
  push(bytes: Uint8Array): void {
    if (this.#bytes + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
    this.#chunks.push(bytes.slice());
    this.#bytes += bytes.length;
  }

  /** Gives all of it away, in order. */
  release(write: (bytes: Uint8Array) => void): void {
    const chunks = this.#chunks;
    this.drop();
    for (const chunk of chunks) write(chunk);
  }

  /** Returns how many bytes are lost. */
  drop(): number {
    const bytes = this.#bytes;
    this.#chunks = [];
    this.#bytes = 0;
    return bytes;
  }
}
