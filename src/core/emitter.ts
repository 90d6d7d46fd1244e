/** Undo of a subscription. Idempotent. */
export type Dispose = () => void;

/** A typed event source. A listener that throws stops neither the others nor the source: `onError` hears of it. */
export class Emitter<T> {
  #listeners = new Set<(value: T) => void>();
  readonly #onError: ((error: unknown) => void) | undefined;

  constructor(onError?: (error: unknown) => void) {
    this.#onError = onError;
  }

  on(listener: (value: T) => void): Dispose {
    const own = (value: T): void => listener(value);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (error) {
        if (!this.#onError) throw error;
        this.#onError(error);
      }
    }
  }

  get size(): number {
    return this.#listeners.size;
  }
}
