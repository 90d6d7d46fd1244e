/** The same session is told of at most this often: what happens more often than anybody can act on is noise. */
const SESSION_MS = 10_000;
/** Of all sessions together: so many at once, and one more each `REFILL_MS`. */
const BURST = 10;
const REFILL_MS = 6_000;
/** Sessions that are remembered; the one told of longest ago goes first. */
const REMEMBERED = 1_000;

/** Lets notices pass at a rate that people can bear; nothing is lost, only later, if it is so still. Pure: times are arguments, in monotonic milliseconds. */
export class NoticeGate {
  readonly #last = new Map<string, number>();
  #tokens = BURST;
  #filledAt = 0;

  /** 0: it may pass, and is counted. Else the milliseconds after which to ask again. */
  take(session: string, now: number): number {
    const since = now - (this.#last.get(session) ?? Number.NEGATIVE_INFINITY);
    if (since < SESSION_MS) return Math.ceil(SESSION_MS - since);
    this.#tokens = Math.min(BURST, this.#tokens + (now - this.#filledAt) / REFILL_MS);
    this.#filledAt = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) * REFILL_MS);
    this.#tokens -= 1;
    this.#last.delete(session);
    this.#last.set(session, now);
    if (this.#last.size > REMEMBERED) this.#last.delete(this.#last.keys().next().value!);
    return 0;
  }
}
