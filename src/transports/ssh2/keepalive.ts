import type { Client } from 'ssh2';
import { ping } from './internals.ts';

export interface KeepaliveOptions {
  readonly intervalMs: number;
  /** Dead after so many intervals without a byte. */
  readonly countMax: number;
  /** Not one byte came for this long (milliseconds). */
  readonly dead: (silentMs: number) => void;
}

/**
 * Asks for a sign of life each interval, and measures how long the answer takes. Any byte is a sign of life. Time that our own event loop
 * was late does not count: nobody listened then.
 */
export class Keepalive {
  roundTripMs: number | undefined;
  readonly #client: Client;
  readonly #options: KeepaliveOptions;
  #timer: NodeJS.Timeout | undefined;
  #lastByteAt: number;
  #dueAt = 0;
  #waiting = false;

  constructor(client: Client, options: KeepaliveOptions) {
    this.#client = client;
    this.#options = options;
    this.#lastByteAt = performance.now();
    this.#ask();
    this.#wait();
  }

  /** Something came. */
  heard(): void {
    this.#lastByteAt = performance.now();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #wait(): void {
    const { intervalMs, countMax } = this.#options;
    const limitMs = intervalMs * countMax;
    const restMs = this.#lastByteAt + limitMs - performance.now();
    const delayMs = Math.max(1, Math.min(intervalMs, restMs));
    this.#dueAt = performance.now() + delayMs;
    this.#timer = setTimeout(() => this.#tick(limitMs), delayMs);
  }

  #tick(limitMs: number): void {
    const now = performance.now();
    const lateMs = now - this.#dueAt;
    // What has come meanwhile is read after the timers of this turn.
    if (lateMs > this.#options.intervalMs / 2) this.#lastByteAt += lateMs;
    const silentMs = now - this.#lastByteAt;
    if (silentMs >= limitMs) {
      this.stop();
      this.#options.dead(silentMs);
      return;
    }
    this.#ask();
    this.#wait();
  }

  /** One at a time: behind one that is not answered another says nothing new. */
  #ask(): void {
    if (this.#waiting) return;
    const sentAt = performance.now();
    this.#waiting = ping(this.#client, () => {
      this.#waiting = false;
      this.roundTripMs = performance.now() - sentAt;
    });
  }
}
