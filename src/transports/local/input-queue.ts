import { writeSync } from 'node:fs';
import { IrisError } from '../../core/index.ts';

/**
 * What may wait for a process that does not read: a paste of 1 MB several times over. At the limit a write is refused whole,
 * with an error for whoever typed; what waits already stays in order.
 */
export const INPUT_LIMIT_BYTES = 8 * 1024 * 1024;
/** One turn of the event loop gives the kernel at most this much, so that a paste never holds up other sessions. */
const TURN_LIMIT_BYTES = 64 * 1024;
/** A full terminal is tried again after 1 ms, then 2, 4 … up to this. There is no event for a terminal that drains: libuv writes to one in a busy loop. */
const RETRY_LIMIT_MS = 32;

export function inputFull(limitBytes: number): IrisError {
  return new IrisError('failed', `the program does not read its input: ${limitBytes >> 20} MiB wait for it already`, {
    remedy: 'wait, or interrupt it (cancel)',
    retriable: true,
  });
}

/** Writes to a non-blocking descriptor as it takes it, in order, without ever blocking the event loop. */
export class InputQueue {
  readonly #chunks: Uint8Array[] = [];
  #pendingBytes = 0;
  #retryMs = 1;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #stopTimer: () => void = () => {};
  readonly #fd: () => number | undefined;

  /** `fd` gives the descriptor, or undefined once it is closed. */
  constructor(fd: () => number | undefined) {
    this.#fd = fd;
  }

  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** @throws IrisError when more than `INPUT_LIMIT_BYTES` would wait; then nothing of `bytes` is taken. */
  write(bytes: Uint8Array): void {
    if (this.#pendingBytes + bytes.length > INPUT_LIMIT_BYTES) throw inputFull(INPUT_LIMIT_BYTES);
    const sent = this.#chunks.length === 0 ? this.#send(bytes) : 0;
    if (sent === undefined || sent === bytes.length) return;
    this.#chunks.push(bytes.slice(sent));
    this.#pendingBytes += bytes.length - sent;
    if (!this.#timer) this.#again(sent > 0);
  }

  /** Drops what waits. */
  close(): void {
    this.#chunks.length = 0;
    this.#pendingBytes = 0;
    this.#stopTimer();
    this.#timer = undefined;
  }

  /** Bytes the kernel took; 0 when it is full; undefined when nobody is there any more. */
  #send(bytes: Uint8Array): number | undefined {
    const fd = this.#fd();
    if (fd === undefined) return undefined;
    try {
      return writeSync(fd, bytes, 0, Math.min(bytes.length, TURN_LIMIT_BYTES));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'EAGAIN' || code === 'EINTR') return 0;
      // EIO: the process closed its end; who reads sees the same and reports it.
      return undefined;
    }
  }

  #drain(): void {
    this.#timer = undefined;
    const chunk = this.#chunks[0];
    if (!chunk) return;
    const sent = this.#send(chunk);
    if (sent === undefined) {
      this.close();
      return;
    }
    this.#pendingBytes -= sent;
    if (sent === chunk.length) this.#chunks.shift();
    else if (sent > 0) this.#chunks[0] = chunk.subarray(sent);
    if (this.#chunks.length > 0) this.#again(sent > 0);
  }

  #again(progress: boolean): void {
    if (progress) {
      this.#retryMs = 1;
      const immediate = setImmediate(() => this.#drain());
      this.#timer = immediate;
      this.#stopTimer = () => clearImmediate(immediate);
      return;
    }
    const timer = setTimeout(() => this.#drain(), this.#retryMs);
    this.#timer = timer;
    this.#stopTimer = () => clearTimeout(timer);
    this.#retryMs = Math.min(RETRY_LIMIT_MS, this.#retryMs * 2);
  }
}
