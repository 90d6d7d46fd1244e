import type { IrisError } from '../errors.ts';

/** Typed bytes that wait for a connection, a session. More are refused, and whoever typed them is told. */
export const HELD_INPUT_LIMIT_BYTES = 64 * 1024;

/** What became of held input: without a refusal it was written. */
export type HeldSettled = (refusal?: IrisError) => void;

interface Held {
  readonly bytes: Uint8Array;
  readonly settled: HeldSettled;
}

/** Input typed while there is no connection, in order. Each piece is written once or refused once. */
export class HeldInput {
  #queue: Held[] = [];
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  /** False: there is no room for it. */
  add(bytes: Uint8Array, settled: HeldSettled): boolean {
    if (this.#bytes + bytes.length > HELD_INPUT_LIMIT_BYTES) return false;
    this.#bytes += bytes.length;
    this.#queue.push({ bytes: bytes.slice(), settled });
    return true;
  }

  /** The same process is reached again. `write` may throw an IrisError: that piece is refused. */
  release(write: (bytes: Uint8Array) => void, refusal: (error: unknown) => IrisError): void {
    for (const { bytes, settled } of this.#take()) {
      try {
        write(bytes);
      } catch (error) {
        settled(refusal(error));
        continue;
      }
      settled();
    }
  }

  /** It never reaches a process. */
  refuse(error: IrisError): void {
    for (const { settled } of this.#take()) settled(error);
  }

  #take(): Held[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#bytes = 0;
    return queue;
  }
}
