/** Back-off in milliseconds by attempt: at once, 1 s, 2, 4, 8, 16, then every 30 s. */
export const BACKOFF_MS: readonly number[] = [0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];
/** Each delay is spread by this share, so that many clients of one hub do not come back together. */
export const BACKOFF_SPREAD = 0.2;

/** Delay before attempt number `attempt`, from 1. `random` gives [0, 1). */
export function backoffDelay(attempt: number, random: () => number): number {
  const base = BACKOFF_MS[Math.min(attempt, BACKOFF_MS.length) - 1] ?? 0;
  return Math.round(base * (1 + BACKOFF_SPREAD * (random() * 2 - 1)));
}
