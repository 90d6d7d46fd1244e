/** No byte for this long, then an answer of the server, twice in a row: all that the process wrote has come. */
const QUIET_MS = 150;
const ROUNDS = 2;
/** Others may write now and then and never be quiet: after this long an answer alone will do. */
const PATIENCE_MS = 3_000;

/**
 * Decides when the output of a process that has ended is complete. The end of the channel says so; but sshd keeps a channel without a terminal
 * open as long as anybody has its other end, and how long a byte takes is the network's affair: so the server is asked for answers, which come
 * behind what it had sent before. While reading is held back nothing is decided.
 */
export class LastOutput {
  #ended = false;
  #done = false;
  #paused = false;
  #lastByteAt = 0;
  #bytes = 0;
  #since = 0;
  #rounds = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #ask: (answered: () => void) => boolean;
  readonly #complete: () => void;

  /** `ask` sends what the server has to answer; false: it cannot. `complete` is called once. */
  constructor(ask: (answered: () => void) => boolean, complete: () => void) {
    this.#ask = ask;
    this.#complete = complete;
  }

  processEnded(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#begin();
  }

  delivered(bytes: number): void {
    if (!this.#ended) return;
    this.#bytes += bytes;
    this.#lastByteAt = performance.now();
  }

  pause(): void {
    this.#paused = true;
    clearTimeout(this.#timer);
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#ended) this.#begin();
  }

  stop(): void {
    this.#done = true;
    clearTimeout(this.#timer);
  }

  #begin(): void {
    this.#lastByteAt = this.#since = performance.now();
    this.#rounds = 0;
    this.#wait(QUIET_MS);
  }

  #wait(delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#done || this.#paused) return;
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    const now = performance.now();
    const quietMs = now - this.#lastByteAt;
    const impatient = now - this.#since >= PATIENCE_MS;
    if (quietMs < QUIET_MS && !impatient) {
      this.#rounds = 0;
      this.#wait(QUIET_MS - quietMs);
      return;
    }
    const before = this.#bytes;
    const asked = this.#ask(() => {
      if (this.#done || this.#paused) return;
      this.#rounds = impatient ? ROUNDS : this.#bytes === before ? this.#rounds + 1 : 0;
      if (this.#rounds < ROUNDS) this.#wait(QUIET_MS);
      else this.#finish();
    });
    if (!asked) this.#finish();
  }

  #finish(): void {
    this.stop();
    this.#complete();
  }
}
