import { afterEach, expect, test } from 'vitest';
import { exact } from '../hub/link/exactness.ts';
import { closeAll } from '../hub/support/index.ts';

afterEach(closeAll);

/** IRIS_SOAK_SEEDS sets another number. */
const SEEDS = Number(process.env.IRIS_SOAK_SEEDS ?? 20);

for (let seed = 1; seed <= SEEDS; seed++) {
  test(`[T1] half of all connects fail and links are reset at random: 16 sessions × 32 MiB arrive with the same digests, seed ${seed}`, async () => {
    const bytesEach = 32 * 1024 * 1024;
    const { resets, failed } = await exact({
      sessions: 16,
      bytesEach,
      seed,
      resetAfterBytes: 20_000_000,
      timeoutMs: 540_000,
    });
    expect(resets).toBeGreaterThan(3);
    expect(failed).toBeGreaterThan(0);
  });
}
