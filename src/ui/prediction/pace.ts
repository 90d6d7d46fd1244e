import type { Pace } from './model.ts';

/** `auto`: where the echo is late. */
export type PredictMode = 'auto' | 'always' | 'never';

/** Below this nobody notices that an echo is late; what is guessed could only be wrong. */
const ON_ABOVE_MS = 30;
/** Lower, so that a round trip about as long as that does not make the underlines come and go. */
const OFF_BELOW_MS = 20;

/** A little more than the way there and back: programs need some time as well. */
const SETTLE_EXTRA_MS = 20;
/** Slow programs and a round trip that suddenly is four times as long; but what is wrong shall not stay for long either. */
const EXPIRE_EXTRA_MS = 1_000;
const EXPIRE_TRIPS = 4;
const EXPIRE_LIMIT_MS = 5_000;

/** Shall keys be echoed here? `roundTripMs`: undefined while the way there is broken, or was not measured yet. */
export function wantsPrediction(mode: PredictMode, roundTripMs: number | undefined, before: boolean): boolean {
  if (mode !== 'auto') return mode === 'always';
  return roundTripMs !== undefined && roundTripMs > (before ? OFF_BELOW_MS : ON_ABOVE_MS);
}

export function paceOf(roundTripMs: number): Pace {
  return {
    settleMs: roundTripMs + SETTLE_EXTRA_MS,
    expireMs: Math.min(EXPIRE_LIMIT_MS, EXPIRE_EXTRA_MS + EXPIRE_TRIPS * roundTripMs),
  };
}
