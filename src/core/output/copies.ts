/** Small copies share arrays of this size: each array costs some 200 bytes outside the heap beside what it holds. */
const ARENA_BYTES = 8_192;
let arena = new Uint8Array(0);
let used = 0;

/** A copy for somebody who keeps bytes for a moment: an entry's own are good only for as long as it is told. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  // Plain views, whatever kind of array the bytes came in.
  if (bytes.length > ARENA_BYTES / 4) return new Uint8Array(bytes);
  if (used + bytes.length > arena.length) {
    arena = new Uint8Array(ARENA_BYTES);
    used = 0;
  }
  const copy = arena.subarray(used, used + bytes.length);
  copy.set(bytes);
  used += bytes.length;
  return copy;
}
