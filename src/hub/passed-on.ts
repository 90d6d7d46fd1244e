import type { InputOrigin } from '../core/index.ts';

/** Input of one link that waits to be settled; held input is bounded, so this is far above it. Beyond it, the oldest is acknowledged late: with what comes after it. */
const MAX_WAITING = 65_536;

/** What a hub passed on and nobody has settled yet: under which number of its link it came. */
export class PassedOn {
  readonly #numbers = new Map<string, number>();

  set(origin: InputOrigin, sessionId: string, inputSeq: number): void {
    this.#numbers.set(keyOf(origin, sessionId), inputSeq);
    if (this.#numbers.size > MAX_WAITING) this.#numbers.delete(this.#numbers.keys().next().value!);
  }

  take(origin: InputOrigin, sessionId: string): number | undefined {
    const key = keyOf(origin, sessionId);
    const inputSeq = this.#numbers.get(key);
    this.#numbers.delete(key);
    return inputSeq;
  }
}

function keyOf({ client, seq }: InputOrigin, sessionId: string): string {
  return `${seq} ${sessionId} ${client}`;
}
