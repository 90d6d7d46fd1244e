/** A time that something may take, which does not run while a person is asked. */
export class Patience {
  #restMs: number;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  readonly #expired: () => void;

  constructor(ms: number, expired: () => void) {
    this.#restMs = ms;
    this.#expired = expired;
    this.resume();
  }

  pause(): void {
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#restMs -= performance.now() - this.#since;
  }

  resume(): void {
    if (this.#timer || this.#over) return;
    this.#since = performance.now();
    this.#timer = setTimeout(
      () => {
        this.#over = true;
        this.#expired();
      },
      Math.max(0, this.#restMs),
    );
  }

  /** Begins anew. */
  restart(ms: number): void {
    this.pause();
    this.#restMs = ms;
    this.resume();
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
