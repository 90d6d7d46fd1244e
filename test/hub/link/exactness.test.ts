import { afterEach, expect, test } from 'vitest';
import { closeAll } from '../support/index.ts';
import { exact } from './exactness.ts';

afterEach(closeAll);

/** Whole, with 32 MiB each and 20 seeds: test/soak. */
test('[T1] half of all connects fail and links are reset at random: 16 sessions of random bytes arrive with the same digests, no entry twice, none missing', async () => {
  const { resets, failed } = await exact({
    sessions: 16,
    bytesEach: 32 * 1024,
    seed: 1,
    resetAfterBytes: 220_000,
    timeoutMs: 120_000,
  });
  expect(resets).toBeGreaterThanOrEqual(2);
  expect(failed).toBeGreaterThan(0);
});
