import { OSC } from './script.ts';

/** What the far side says before the program runs. */
export type RemoteWord =
  /** A shell runs there. */
  | { readonly kind: 'hello' }
  /** It asks its login shell for the environment: that may hang. */
  | { readonly kind: 'profile' }
  /** It reads the environment from stdin now. */
  | { readonly kind: 'give' }
  /** The next byte is the program's. `pid` is its number there. */
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'fail'; readonly why: RemoteFailure; readonly detail: string };

export const REMOTE_FAILURES = ['no-terminal', 'no-folder', 'no-program', 'not-executable', 'no-interpreter'] as const;
export type RemoteFailure = (typeof REMOTE_FAILURES)[number];

/** Longest word: a PATH. What is longer is no word of ours, and is shown. */
const WORD_LIMIT_BYTES = 16 * 1024;
const BEL = 7;

/**
 * Takes the words of the start script out of a stream, however it is cut into pieces, and what the terminal there echoes of the environment.
 * After `started` it is done: nothing that comes then is looked at.
 */
export class RemoteGate {
  readonly #prefix: Buffer;
  readonly #onWord: (word: RemoteWord) => void;
  /** May be the beginning of a word. At most `WORD_LIMIT_BYTES`. */
  #held: Buffer = Buffer.alloc(0);
  #muted = false;
  #open = false;

  constructor(nonce: string, onWord: (word: RemoteWord) => void) {
    this.#prefix = Buffer.from(`\x1b]${OSC};${nonce};`);
    this.#onWord = onWord;
  }

  /** The program runs: bytes need not come here any more. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Returns what is to be shown of these bytes. Words are told in order, between the bytes around them. */
  push(bytes: Uint8Array, show: (bytes: Uint8Array) => void): void {
    if (this.#open) {
      show(bytes);
      return;
    }
    let rest = Buffer.concat([this.#held, bytes]);
    this.#held = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.#open) {
        show(rest);
        return;
      }
      const at = this.#findPrefix(rest);
      if (at > 0 && !this.#muted) show(rest.subarray(0, at));
      rest = rest.subarray(at);
      const end = rest.length < this.#prefix.length ? -1 : rest.indexOf(BEL, this.#prefix.length);
      if (end !== -1) {
        this.#word(rest.subarray(this.#prefix.length, end).toString());
        rest = rest.subarray(end + 1);
      } else if (rest.length > WORD_LIMIT_BYTES) {
        if (!this.#muted) show(rest.subarray(0, 1));
        rest = rest.subarray(1);
      } else {
        this.#held = Buffer.from(rest);
        return;
      }
    }
  }

  /** What was held back, when the stream is at its end. */
  flush(show: (bytes: Uint8Array) => void): void {
    const held = this.#held;
    this.#held = Buffer.alloc(0);
    if (held.length > 0 && !this.#muted) show(held);
  }

  /** Where a word begins, or might, if more came; the length when nowhere. */
  #findPrefix(bytes: Buffer): number {
    const whole = bytes.indexOf(this.#prefix);
    if (whole !== -1) return whole;
    for (let at = Math.max(0, bytes.length - this.#prefix.length + 1); at < bytes.length; at++) {
      if (this.#prefix.subarray(0, bytes.length - at).equals(bytes.subarray(at))) return at;
    }
    return bytes.length;
  }

  #word(text: string): void {
    const [name, second = '', ...rest] = text.split(';');
    switch (name) {
      case 'hello':
      case 'profile':
        this.#onWord({ kind: name });
        return;
      case 'give':
        this.#muted = true;
        this.#onWord({ kind: 'give' });
        return;
      case 'took':
        this.#muted = false;
        return;
      case 'started':
        this.#open = true;
        this.#onWord({ kind: 'started', pid: Number(second) });
        return;
      case 'fail': {
        const why = REMOTE_FAILURES.find((failure) => failure === second);
        if (why) this.#onWord({ kind: 'fail', why, detail: rest.join(';') });
      }
    }
  }
}
