/** Back-off in milliseconds by attempt: at once, 1 s, 2, 4, 8, 16, then every 30 s. */
export const BACKOFF_MS: readonly number[] = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** Each delay is spread by this share, so that many clients of one hub do not come back together. */
export const BACKOFF_SPREAD = 0.2;

/** A peer that asks to be left alone is, for so long at most: it may be wrong about its clock, or ours to be kept away. */
export const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * Delay before attempt number `attempt`, from 1. `random` gives [0, 1). `retryAfterMs`: the peer asked not to be asked sooner; it is up to
 * `BACKOFF_SPREAD` later, never earlier. `longestMs`: more is waited only if the peer asks for it.
 */
export function backoffDelay(
  attempt: number,
  random: () => number,
  retryAfterMs = 0,
  longestMs = Number.POSITIVE_INFINITY,
): number {
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1] ?? 0;
  const own = Math.min(base, longestMs) * (1 + BACKOFF_SPREAD * (random() * 2 - 1));
  const asked = Math.min(retryAfterMs, MAX_RETRY_AFTER_MS) * (1 + BACKOFF_SPREAD * random());
  return Math.round(Math.max(own, asked));
}

/** The part of a spread over which first attempts come. */
const FIRST_SPREAD = 0.25;

/**
 * What is added where a peer asked that many spread their return over `spreadMs`. The first attempt is soon: mostly it is only the own connection that
 * broke, and where the peer is gone it costs nothing. The second stands apart, and so does all that follows from it.
 */
export function spreadDelay(attempt: number, random: () => number, spreadMs: number): number {
  const share = attempt === 1 ? FIRST_SPREAD : attempt === 2 ? 1 : 0;
  return Math.round(spreadMs * share * random());
}
