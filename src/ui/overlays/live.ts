import type { Clock, Timer } from '../../core/index.ts';

/** Asks again for as long as something is open, one question at a time. What goes wrong is asked again at the next turn. */
export class Poll {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #ask: () => Promise<void>;
  #timer: Timer | undefined;
  #closed = false;

  constructor(clock: Clock, everyMs: number, ask: () => Promise<void>) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#ask = ask;
    this.#turn();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #turn(): void {
    const next = (): void => {
      if (!this.#closed) this.#timer = this.#clock.after(this.#everyMs, () => this.#turn());
    };
    this.#ask().then(next, next);
  }
}
