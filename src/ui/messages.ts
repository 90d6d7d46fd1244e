import type { Clock, Timer } from '../core/index.ts';

/** A message stays this long, or until the next key. */
const MESSAGE_MS = 5000;
/** Lines of `messages`; older ones are dropped. */
const MESSAGE_LOG = 200;

export interface Message {
  readonly text: string;
  readonly kind: 'info' | 'error';
}

/** What is said in the status line, and what was said lately. */
export class Messages {
  readonly log: { readonly at: number; readonly text: string; readonly about?: string | undefined }[] = [];
  readonly #clock: Clock;
  readonly #changed: () => void;
  #current: Message | undefined;
  #timer: Timer | undefined;

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  get current(): Message | undefined {
    return this.#current;
  }

  /** `about`: takes the place of what was said last, if that was about the same. */
  say(text: string, kind: Message['kind'], about?: string): void {
    const last = this.log.at(-1);
    // Said again and again (a key that is held), or counted up: once in the log.
    if (last?.text === text || (about !== undefined && last?.about === about)) this.log.pop();
    this.log.push({ at: this.#clock.wall(), text, about });
    if (this.log.length > MESSAGE_LOG) this.log.shift();
    this.#current = { text, kind };
    this.#timer?.cancel();
    this.#timer = this.#clock.after(MESSAGE_MS, () => this.clear());
    this.#changed();
  }

  /** What is wrong with the config now; undefined: nothing any more. */
  config(line: string | undefined): void {
    if (line === undefined) this.say('the config is right again', 'info');
    // At the start our own reading of it may have said so.
    else if (!this.#current?.text.startsWith(line)) this.say(line, 'error');
  }

  /** It is not so any more. */
  unsay(text: string): void {
    if (this.#current?.text === text) this.clear();
  }

  clear(): void {
    if (!this.#current) return;
    this.#timer?.cancel();
    this.#current = undefined;
    this.#changed();
  }

  close(): void {
    this.#timer?.cancel();
  }
}
