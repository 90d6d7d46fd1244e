import { closeSync, writeSync } from 'node:fs';
import type { Clock, Timer } from '../../core/index.ts';
import { openTty, type TtyDescriptor } from './open-tty.ts';
import { pause } from './pause.ts';

/**
 * Bytes that may wait for a stalled terminal. Who draws waits for `drained` before the next frame, so this holds one frame and small things; at the limit all
 * writes that have not begun are dropped, and a full redraw is asked for. A single larger write is taken when nothing waits.
 */
const QUEUE_LIMIT_BYTES = 16 * 1024 * 1024;
/** A terminal that reads takes a PTY's 8 KiB in microseconds: asking again at once for this long keeps a frame together. */
const SPIN_MS = 1;
/** After that it is slow or stopped. */
const RETRY_MIN_MS = 1;
const RETRY_MAX_MS = 16;

export interface TtyOutputListener {
  drained(): void;
  /** Writes were dropped. */
  overflowed(): void;
  lost(error: unknown): void;
}

/**
 * Writing to a terminal without ever waiting for it. Node's tty.WriteStream can't: it makes terminals blocking, and what it has queued can't be brought
 * out, or taken back, synchronously at exit. Here each write goes out in the call, as far as the terminal takes it; while it does not, we ask
 * again on a timer, because Node polls terminals for reading only.
 */
export class TtyOutput {
  readonly #tty: TtyDescriptor;
  readonly #clock: Clock;
  readonly #listener: TtyOutputListener;
  #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  /** Bytes of the first write in the queue that are out. */
  #begun = 0;
  #retry: Timer | undefined;
  #stalledAt: number | undefined;
  #delayMs = RETRY_MIN_MS;
  /** Closed by us, or lost. */
  #closed = false;
  /** The descriptor is no longer ours. */
  #released = false;

  constructor(fd: number, clock: Clock, listener: TtyOutputListener) {
    this.#tty = openTty(fd, 'write');
    this.#clock = clock;
    this.#listener = listener;
  }

  /** False where the terminal could not be opened again: then writing to a stalled terminal blocks. */
  get nonBlocking(): boolean {
    return this.#tty.own;
  }

  get drained(): boolean {
    return this.#queue.length === 0;
  }

  /** True when all is out; false when some waits, and `drained` will be called. The bytes may be reused after the call. */
  write(bytes: Uint8Array): boolean {
    if (this.#closed || bytes.length === 0) return this.drained;
    if (this.#queue.length > 0) {
      this.#enqueue(bytes.slice());
      return false;
    }
    const written = this.#attempt(bytes, 0);
    if (written === bytes.length || this.#closed) return true;
    this.#queue.push(bytes.slice());
    this.#queuedBytes = bytes.length;
    this.#begun = written;
    this.#later();
    return false;
  }

  #enqueue(bytes: Uint8Array): void {
    if (this.#queuedBytes + bytes.length <= QUEUE_LIMIT_BYTES) {
      this.#queue.push(bytes);
      this.#queuedBytes += bytes.length;
      return;
    }
    const [first] = this.#queue;
    this.#queue = this.#begun > 0 ? [first!] : [];
    this.#queuedBytes = this.#begun > 0 ? first!.length : 0;
    this.#listener.overflowed();
  }

  /** Writes as much as the terminal takes; says how far that is. */
  #attempt(bytes: Uint8Array, from: number): number {
    let at = from;
    while (at < bytes.length) {
      try {
        at += writeSync(this.#tty.fd, bytes, at, bytes.length - at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'EAGAIN') break;
        if (code === 'EINTR') continue;
        this.#lose(error);
        break;
      }
    }
    return at;
  }

  #pump(): void {
    this.#retry = undefined;
    const before = this.#queuedBytes - this.#begun;
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      this.#begun = this.#attempt(first, this.#begun);
      if (this.#closed || this.#begun < first.length) break;
      this.#queue.shift();
      this.#queuedBytes -= first.length;
      this.#begun = 0;
    }
    if (this.#closed) return;
    if (this.#queuedBytes - this.#begun < before) this.#stalledAt = undefined;
    if (this.#queue.length > 0) this.#later();
    else {
      this.#stalledAt = undefined;
      this.#listener.drained();
    }
  }

  #later(): void {
    const now = this.#clock.now();
    if (this.#stalledAt === undefined) {
      this.#stalledAt = now;
      this.#delayMs = RETRY_MIN_MS;
    }
    if (now - this.#stalledAt < SPIN_MS) {
      const immediate = setImmediate(() => this.#pump());
      this.#retry = { cancel: () => clearImmediate(immediate) };
      return;
    }
    this.#retry = this.#clock.after(this.#delayMs, () => this.#pump());
    this.#delayMs = Math.min(this.#delayMs * 2, RETRY_MAX_MS);
  }

  #lose(error: unknown): void {
    if (this.#closed) return;
    this.#clear();
    this.#closed = true;
    this.#listener.lost(error);
  }

  #clear(): void {
    this.#retry?.cancel();
    this.#retry = undefined;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#begun = 0;
    this.#stalledAt = undefined;
  }

  /**
   * The last words: drops what waits, takes back what was half said (CAN and ST end any sequence), and writes `bytes` before it returns.
   * Gives up when the terminal has not taken them after `timeoutMs`; true when it has.
   */
  writeNow(bytes: Uint8Array, timeoutMs: number): boolean {
    const half = this.#begun > 0;
    const interrupted = this.#queue.length > 0;
    this.#clear();
    if (this.#closed) return false;
    const all = half ? Buffer.concat([Buffer.from('\x18\x1b\\'), bytes]) : bytes;
    const deadline = this.#clock.now() + timeoutMs;
    let at = 0;
    for (;;) {
      at = this.#attempt(all, at);
      if (at === all.length || this.#closed || this.#clock.now() >= deadline) break;
      pause(2);
    }
    // Whoever waits for the queue must hear that it is gone.
    if (interrupted && !this.#closed) this.#listener.drained();
    return at === all.length;
  }

  /** Idempotent. */
  close(): void {
    this.#clear();
    this.#closed = true;
    if (this.#tty.own && !this.#released) closeSync(this.#tty.fd);
    this.#released = true;
  }
}
