import type { Clock, Timer } from '../clock.ts';

export interface HeartbeatOptions {
  readonly clock: Clock;
  /** A ping goes out this often. */
  readonly everyMs: number;
  /** Dead when nothing was heard for this long. */
  readonly deadAfterMs: number;
  readonly ping: () => void;
  readonly dead: () => void;
  /** It owes an answer for `QUIET_MS`, or was heard again. */
  readonly quiet?: (isQuiet: boolean) => void;
  /** Bytes read from the peer so far, where that can be told: a long message that is still coming counts as life. */
  readonly bytesHeard?: () => number;
}

/**
 * Tells whether a peer still lives, by a monotonic clock. While our own loop was late (blocked, or the process stopped) nobody could have
 * heard anything, so that time does not count against the peer.
 */
export class Heartbeat {
  readonly #o: HeartbeatOptions;
  #timer: Timer | undefined;
  #lastHeard: number;
  #lastPing: number;
  #dueAt = 0;
  /** Dead when nothing was heard by then: the way to the peer is in doubt. */
  #probeUntil = Number.POSITIVE_INFINITY;
  #isQuiet = false;
  #bytes = 0;

  constructor(options: HeartbeatOptions) {
    this.#o = options;
    this.#lastHeard = this.#lastPing = options.clock.now();
    this.#bytes = options.bytesHeard?.() ?? 0;
    this.#schedule();
  }

  /** Something came from the peer. Its bytes are counted here: the next tick, up to `everyMs` later, must not take them for new ones. */
  heard(): void {
    this.#lives(this.#o.clock.now());
    this.#bytes = this.#o.bytesHeard?.() ?? 0;
  }

  /** The way to the peer may not be there any more: it is asked now, and dead when it says nothing within `PROBE_MS`. */
  probe(): void {
    if (!this.#timer) return;
    const now = this.#o.clock.now();
    this.#probeUntil = Math.min(this.#probeUntil, now + PROBE_MS);
    this.#lastPing = now;
    this.#o.ping();
    if (!this.#timer) return;
    this.#timer.cancel();
    this.#schedule();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #lives(now: number): void {
    this.#lastHeard = now;
    this.#probeUntil = Number.POSITIVE_INFINITY;
    this.#setQuiet(false);
  }

  #setQuiet(isQuiet: boolean): void {
    if (isQuiet === this.#isQuiet) return;
    this.#isQuiet = isQuiet;
    this.#o.quiet?.(isQuiet);
  }

  /** When it has been quiet for too long; it is told once. */
  get #quietAt(): number {
    return this.#isQuiet || this.#lastPing <= this.#lastHeard ? Number.POSITIVE_INFINITY : this.#lastPing + QUIET_MS;
  }

  #schedule(): void {
    const now = this.#o.clock.now();
    const { everyMs, deadAfterMs } = this.#o;
    const due = Math.min(
      this.#lastPing + everyMs,
      this.#lastHeard + deadAfterMs,
      this.#probeUntil,
      this.#o.quiet ? this.#quietAt : Number.POSITIVE_INFINITY,
    );
    this.#dueAt = Math.max(now, due);
    this.#timer = this.#o.clock.after(this.#dueAt - now, () => this.#tick());
  }

  #tick(): void {
    const { clock, everyMs, deadAfterMs } = this.#o;
    const now = clock.now();
    const bytes = this.#o.bytesHeard?.() ?? 0;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#lives(now);
    }
    const lateMs = now - this.#dueAt;
    // A timer that is this late means that reads were late too: what the peer sent may still wait in the kernel.
    if (lateMs > LATE_MS) {
      this.#lastHeard = Math.min(now, this.#lastHeard + lateMs + LATE_MS);
      this.#probeUntil += lateMs + LATE_MS;
    }
    if (now - this.#lastHeard >= deadAfterMs || now >= this.#probeUntil) {
      this.stop();
      this.#o.dead();
      return;
    }
    if (now >= this.#quietAt) this.#setQuiet(true);
    if (now - this.#lastPing >= everyMs) {
      this.#lastPing = now;
      this.#o.ping();
    }
    // `ping` may have ended it.
    if (this.#timer) this.#schedule();
  }
}

/** An answer that takes longer is one that somebody waits for. */
export const QUIET_MS = 3_000;
/** A peer that is asked because of doubts about the way answers within this. */
const PROBE_MS = 10_000;
/** Timers are never exact; from here on it is a stall. It also is the time given to read what came meanwhile. */
const LATE_MS = 500;
