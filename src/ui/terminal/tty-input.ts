import { closeSync, readSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import { openTty } from './open-tty.ts';
import { pause } from './pause.ts';

export interface TtyInputListener {
  data(bytes: Uint8Array): void;
  lost(error: unknown): void;
}

/**
 * Reading a terminal in raw mode, without ever blocking. Each start opens the terminal anew, and each stop closes it: a stream that is only paused still reads a
 * chunk, which the shell would miss.
 */
export class TtyInput {
  readonly #fd: number;
  readonly #listener: TtyInputListener;
  #stream: ReadStream | undefined;
  #own = false;

  constructor(fd: number, listener: TtyInputListener) {
    this.#fd = fd;
    this.#listener = listener;
  }

  /** Raw mode and reading. Remembers the settings to go back to anew each time: they may have changed while we were stopped. */
  start(): void {
    if (!this.#stream) {
      const opened = openTty(this.#fd, 'read');
      this.#own = opened.own;
      this.#stream = new ReadStream(opened.fd);
      this.#stream.on('data', (bytes: Buffer) => this.#listener.data(bytes));
      this.#stream.on('error', (error) => this.#listener.lost(error));
      this.#stream.on('end', () => this.#listener.lost(new Error('the terminal hung up')));
    }
    this.#stream.setRawMode(true);
    this.#stream.resume();
  }

  /** Gives the settings back, at once. Idempotent. */
  stop(): void {
    const stream = this.#stream;
    if (!stream) return;
    stream.setRawMode(false);
    if (!this.#own) {
      // The shell's own descriptor: it would be closed with the stream.
      stream.pause();
      return;
    }
    this.#stream = undefined;
    stream.removeAllListeners();
    stream.on('error', () => {});
    stream.destroy();
  }

  /** Stops reading for a while: the kernel then stops the terminal. */
  hold(held: boolean): void {
    if (held) this.#stream?.pause();
    else this.#stream?.resume();
  }

  /** Reads without the event loop until `done` or for `timeoutMs`. */
  readNow(timeoutMs: number, now: () => number, done: (bytes: Uint8Array) => boolean): void {
    const { fd, own } = openTty(this.#fd, 'read');
    // Reading a blocking descriptor could wait for ever.
    if (!own) return;
    const buffer = new Uint8Array(4096);
    const deadline = now() + timeoutMs;
    while (now() < deadline) {
      let count = 0;
      try {
        count = readSync(fd, buffer, 0, buffer.length, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') break;
      }
      if (count > 0 && done(buffer.slice(0, count))) break;
      if (count === 0) pause(2);
    }
    closeSync(fd);
  }
}
