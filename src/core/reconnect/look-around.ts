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
