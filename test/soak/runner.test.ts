import { afterEach, describe, expect, it } from 'vitest';
import { mirrorThroughChaos } from '../hub/far/chaos.ts';
import { closeAll } from '../hub/support/index.ts';

afterEach(closeAll);

const MINUTE_MS = 60_000;

describe('[T1] 16 sessions of 32 MiB through a network that fails half of all connects and resets the others at random', () => {
  it.each(Array.from({ length: 20 }, (_, n) => n + 1))('seed %i', { timeout: 20 * MINUTE_MS }, async (seed) => {
    const run = { sessions: 16, bytes: 32 * 1024 * 1024, seed, resetChance: 0.003, pace: 1, timeoutMs: 19 * MINUTE_MS };
    const outcome = await mirrorThroughChaos(run);
    expect(outcome.there).toEqual(outcome.here);
    expect(outcome).toMatchObject({ gaps: 0, duplicates: 0 });
    expect(outcome.broken).toBeGreaterThan(0);
  });
});
