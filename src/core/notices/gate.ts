/** The same session is told of at most this often: what happens more often than anybody can act on is noise. */
const SESSION_MS = 10_000;
/** Of all sessions together: so many at once, and one more each `REFILL_MS`. What is over is dropped; lists and counters show it all the same. */
const BURST = 10;
const REFILL_MS = 6_000;
/** Sessions that are remembered; the one told of longest ago goes first. */
const REMEMBERED = 1_000;

/** Lets notices pass at a rate that people can bear. Pure: times are arguments, in monotonic milliseconds. */
export class NoticeGate {
  readonly #last = new Map<string, number>();
  #tokens = BURST;
  #filledAt = 0;

  passes(session: string, now: number): boolean {
    if (now - (this.#last.get(session) ?? Number.NEGATIVE_INFINITY) < SESSION_MS) return false;
    this.#tokens = Math.min(BURST, this.#tokens + (now - this.#filledAt) / REFILL_MS);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    this.#last.delete(session);
    this.#last.set(session, now);
    if (this.#last.size > REMEMBERED)
      for (const oldest of [...this.#last.keys()].slice(0, 1)) this.#last.delete(oldest);
    return true;
  }
}
