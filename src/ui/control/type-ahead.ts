import type { Clock, Timer } from '../../core/index.ts';
import type { InputEvent } from '../input/index.ts';

/** Events that wait; beyond it nobody types, something is pasted: all go on at once. */
const LIMIT = 20_000;

/** Someone who makes a pane, and says when it is there. */
export interface Maker {
  readonly busy: boolean;
  /** When it takes longer than this (milliseconds), what was typed goes on all the same: to the pane before it, if there is one. */
  readonly patienceMs: number;
  onIdle(listener: () => void): () => void;
}

/** Keys that are typed while a new pane is on its way are for that pane: they wait for it, in order, as a terminal keeps type-ahead. */
export class TypeAhead {
  readonly #maker: Maker;
  readonly #clock: Clock;
  readonly #deliver: (event: InputEvent) => void;
  readonly #undo: () => void;
  #waiting: InputEvent[] = [];
  #timer: Timer | undefined;

  constructor(maker: Maker, clock: Clock, deliver: (event: InputEvent) => void) {
    this.#maker = maker;
    this.#clock = clock;
    this.#deliver = deliver;
    this.#undo = maker.onIdle(() => this.#release(false));
  }

  take(events: readonly InputEvent[]): void {
    for (const event of events) {
      // A copy: the bytes are views of what was read.
      if (this.#waiting.length > 0 || this.#maker.busy) this.#waiting.push({ ...event, raw: event.raw.slice() });
      else this.#deliver(event);
    }
    if (this.#waiting.length === 0) return;
    if (this.#waiting.length > LIMIT) this.#release(true);
    else this.#timer ??= this.#clock.after(this.#maker.patienceMs, () => this.#release(true));
  }

  dispose(): void {
    this.#undo();
    this.#timer?.cancel();
    this.#waiting = [];
  }

  /** Goes on until one of them makes a pane again. `now`: whatever is being made. */
  #release(now: boolean): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#waiting.length > 0 && (now || !this.#maker.busy)) {
      const event = this.#waiting.shift();
      if (event) this.#deliver(event);
    }
    if (this.#waiting.length > 0) {
      this.#timer = this.#clock.after(this.#maker.patienceMs, () => this.#release(true));
    }
  }
}
