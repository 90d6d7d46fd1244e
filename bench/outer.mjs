// The outer terminal: a PTY that is read as fast as possible. It counts bytes and looks for markers; it draws nothing.
import { createRequire } from 'node:module';
import headless from '@xterm/headless';

const nodePty = createRequire(import.meta.url)('node-pty');

export const COLS = 160;
export const ROWS = 48;
/** The newest output kept for the picture in a failure. */
const KEPT_BYTES = 1 << 20;
/** Queries are answered this long after the start: then nothing is looked for but markers. */
const ANSWER_MS = 2_000;

/** What programs ask at their start, and what a present-day terminal says. */
const ANSWERS = [
  ['\x1b[c', '\x1b[?62;22c'],
  ['\x1b[0c', '\x1b[?62;22c'],
  ['\x1b[>c', '\x1b[>1;4000;0c'],
  ['\x1b[>0c', '\x1b[>1;4000;0c'],
  ['\x1b[>q', '\x1bP>|bench(1.0)\x1b\\'],
  ['\x1b[>0q', '\x1bP>|bench(1.0)\x1b\\'],
  ['\x1b[?u', '\x1b[?0u'],
  ['\x1b[?2026$p', '\x1b[?2026;2$y'],
  ['\x1b]10;?', '\x1b]10;rgb:dddd/dddd/dddd\x1b\\'],
  ['\x1b]11;?', '\x1b]11;rgb:1111/1111/1111\x1b\\'],
].map(([query, answer]) => [Buffer.from(query), answer]);

export class Outer {
  bytes = 0;
  exited;
  #pty;
  #waiting = new Set();
  #kept = [];
  #keptBytes = 0;
  #startedAt = performance.now();
  #lastAt = this.#startedAt;
  #gone = false;

  #bytesPerMs;
  #credit = 0;
  #paused = false;

  /**
   * @param argv program and arguments @param env the whole environment
   * @param speed MB/s at which the terminal reads; undefined: as fast as it can
   */
  constructor(argv, env, cwd, speed) {
    this.#bytesPerMs = speed === undefined ? undefined : speed * 1e3;
    this.#pty = nodePty.spawn(argv[0], argv.slice(1), {
      cols: COLS,
      rows: ROWS,
      cwd,
      env,
      name: env.TERM,
      encoding: null,
    });
    this.#pty.onData((chunk) => this.#read(chunk));
    this.exited = new Promise((resolve) => {
      this.#pty.onExit(({ exitCode }) => {
        this.#gone = true;
        resolve(exitCode);
      });
    });
  }

  get pid() {
    return this.#pty.pid;
  }

  /** When the program was started, on performance.now()'s clock (measured before the fork). */
  get startedAt() {
    return this.#startedAt;
  }

  write(data) {
    this.#pty.write(data);
  }

  /** Settles with the time at which `text` came by (bytes from now on), in milliseconds of performance.now(). */
  seen(text, { timeoutMs = 30_000, what = `"${text}" on the outer terminal` } = {}) {
    const needle = Buffer.from(text);
    return new Promise((resolve, reject) => {
      const waiter = { needle, tail: Buffer.alloc(0), done: undefined };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        this.picture().then((p) => reject(new Error(`waited ${timeoutMs} ms in vain: ${what}\n${p}`)));
      }, timeoutMs);
      waiter.done = (at) => {
        clearTimeout(timer);
        this.#waiting.delete(waiter);
        resolve(at);
      };
      this.#waiting.add(waiter);
    });
  }

  /** Settles when nothing came for `ms`. */
  async quiet(ms = 100, timeoutMs = 20_000) {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const left = ms - (performance.now() - this.#lastAt);
      if (left <= 0 || performance.now() > deadline) return;
      await new Promise((resolve) => setTimeout(resolve, left + 1));
    }
  }

  /** All bytes values that came by during `ms`: a key to look for must not be one of them. */
  async sample(ms) {
    const found = new Set();
    const look = (chunk) => {
      for (const byte of chunk) found.add(byte);
    };
    const subscription = this.#pty.onData(look);
    await new Promise((resolve) => setTimeout(resolve, ms));
    subscription.dispose();
    return found;
  }

  /** The screen as the newest output left it. */
  async picture() {
    const term = new headless.Terminal({ cols: COLS, rows: ROWS, allowProposedApi: true });
    await new Promise((resolve) => term.write(Buffer.concat(this.#kept), resolve));
    const buffer = term.buffer.active;
    const rows = Array.from(
      { length: ROWS },
      (_, y) => `│${buffer.getLine(buffer.baseY + y)?.translateToString(true)}`,
    );
    term.dispose();
    return `${rows.join('\n').trimEnd()}\n└ ${this.bytes} bytes, ${this.#gone ? 'ended' : 'running'}`;
  }

  /** Hangs up, and settles when the program is gone. */
  async close() {
    if (!this.#gone) {
      this.#pty.kill('SIGHUP');
      const timer = setTimeout(() => this.#pty.kill('SIGKILL'), 2_000);
      await this.exited;
      clearTimeout(timer);
    }
  }

  #read(chunk) {
    const now = performance.now();
    if (this.#bytesPerMs !== undefined) this.#brake(chunk.length, now - this.#lastAt);
    this.#lastAt = now;
    this.bytes += chunk.length;
    this.#kept.push(chunk);
    this.#keptBytes += chunk.length;
    while (this.#keptBytes > KEPT_BYTES) this.#keptBytes -= this.#kept.shift().length;
    for (const waiter of this.#waiting) {
      const { needle } = waiter;
      if (chunk.includes(needle)) {
        waiter.done(now);
        continue;
      }
      // It may stand across two reads.
      const over = needle.length - 1;
      if (over === 0) continue;
      const joined = Buffer.concat([waiter.tail, chunk.subarray(0, over)]);
      if (joined.includes(needle)) waiter.done(now);
      else waiter.tail = (chunk.length >= over ? chunk : Buffer.concat([waiter.tail, chunk])).subarray(-over);
    }
    if (now - this.#startedAt < ANSWER_MS) {
      for (const [query, answer] of ANSWERS) if (chunk.includes(query)) this.write(answer);
    }
  }

  /** Reads no more than its speed allows, with up to 4 ms worth at once: a terminal that is busy drawing. */
  #brake(bytes, sinceMs) {
    this.#credit = Math.min(this.#credit + sinceMs * this.#bytesPerMs, 4 * this.#bytesPerMs) - bytes;
    if (this.#credit >= 0 || this.#paused) return;
    this.#paused = true;
    this.#pty.pause();
    setTimeout(() => {
      this.#paused = false;
      this.#pty.resume();
    }, -this.#credit / this.#bytesPerMs);
  }
}
