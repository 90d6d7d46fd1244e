import type { Clock, Timer } from '../clock.ts';

/** How often whoever waits for a connection looks whether the machine slept or is on another network. */
export const LOOK_EVERY_MS = 3_000;
/** A timer this late, or a wall clock this far from the monotonic one, means that the machine slept, or stood still. */
const ASLEEP_MS = 5_000;

/** Runs once, after `LOOK_EVERY_MS`; `slept`: the machine did, meanwhile. */
export function lookAround(clock: Clock, run: (slept: boolean) => void): Timer {
  const [now, wall] = [clock.now(), clock.wall()];
  return clock.after(LOOK_EVERY_MS, () => {
    const passedMs = clock.now() - now;
    // Set by hand the wall clock jumps as well: then a connection is tried a little earlier than it would have been.
    run(passedMs >= LOOK_EVERY_MS + ASLEEP_MS || clock.wall() - wall - passedMs >= ASLEEP_MS);
  });
}

/** Tells, while it watches, when the machine slept or its network became another one. */
export class Whereabouts {
  readonly #clock: Clock;
  readonly #network: (() => string) | undefined;
  readonly #changed: () => void;
  #seen: string | undefined;
  #timer: Timer | undefined;

  /** `network`: the addresses of this machine, as one text. */
  constructor(clock: Clock, network: (() => string) | undefined, changed: () => void) {
    this.#clock = clock;
    this.#network = network;
    this.#changed = changed;
  }

  /** Also of what changed since it rested. */
  watch(): void {
    this.rest();
    this.#seen ??= this.#network?.();
    this.#arm();
  }

  rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** What changed until now says nothing. */
  forget(): void {
    this.#seen = undefined;
  }

  #arm(): void {
    this.#timer = lookAround(this.#clock, (slept) => {
      this.#arm();
      const before = this.#seen;
      this.#seen = this.#network?.();
      if (slept || (before !== undefined && before !== this.#seen)) this.#changed();
    });
  }
}
