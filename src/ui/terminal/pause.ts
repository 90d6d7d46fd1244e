const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Sleeps without an event loop: for the last milliseconds of a process. */
export function pause(ms: number): void {
  Atomics.wait(sleeper, 0, 0, ms);
}
