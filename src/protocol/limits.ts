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
 * Viewers of a hub that is stopped come back spread over this long for each of them, so that those of a large hub are not all there in the same
 * second: 8 s for 200. A few come back at once.
 */
export const SPREAD_MS_A_VIEWER = 40;
export const SPREAD_FROM_VIEWERS = 8;
export const MAX_SPREAD_MS = 30_000;
