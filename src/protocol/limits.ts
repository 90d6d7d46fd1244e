/** Number of the protocol. It changes when a message of an older side would be misunderstood, not when a field is added. */
export const PROTOCOL = 1;

/** What this side's hello offers. */
export const OUR_ENCODINGS: readonly string[] = ['binary', 'brief'];

/** Largest WebSocket message, both ways. Longer ones travel in parts; a peer that sends more is closed with 1009 by the library. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** Room for the envelope beside the raw bytes of one part. */
export const PART_BYTES = MAX_MESSAGE_BYTES - 4 * 1024;

/** Longest envelope in front of raw bytes. */
export const MAX_ENVELOPE_BYTES = 64 * 1024;

/** A message in parts, put together: what a hub takes (1.5 million escaped characters of `session.send`), and what a viewer takes (a snapshot, a long capture). Above: closed with `too-big`. */
export const MAX_WHOLE_BYTES = { client: 12 * 1024 * 1024, hub: 32 * 1024 * 1024 } as const;

/** hello and auth must have come after this. */
export const AUTH_WITHIN_MS = 5_000;
export const PING_EVERY_MS = 10_000;
export const DEAD_AFTER_MS = 30_000;

/** Output that a viewer has not acknowledged: above it gets no more until it drains. */
export const UNACKED_BYTES = 256 * 1024;

/**
 * To let one in takes a hub some 10 ms (TLS, a proof, a welcome): those of a large hub that come back together keep it busy, and others out, for
 * seconds. So they are asked to come back spread over so long for each of them, 8 s for 200; a few come back at once.
 */
const SPREAD_MS_EACH = 40;
const SPREAD_FROM = 8;
/** The widest. */
export const MAX_SPREAD_MS = 30_000;

/** Over how many milliseconds so many shall spread their return. */
export function spreadOf(count: number): number {
  return count < SPREAD_FROM ? 0 : Math.min(MAX_SPREAD_MS, count * SPREAD_MS_EACH);
}
