/** A running timer; opaque. */
export interface Timer {
  cancel(): void;
}

/** Time as an argument: real in the programs, driven by hand in tests. */
export interface Clock {
  /** Monotonic milliseconds: for durations, heartbeats, back-off. Never moves with the wall clock. */
  now(): number;
  /** Milliseconds since 1970: for what people read and for `ts` on the wire. */
  wall(): number;
  after(delayMs: number, run: () => void): Timer;
}
