import { afterEach, describe, expect, it } from 'vitest';
import { closeAll } from '../support/index.ts';
import { mirrorThroughChaos } from './chaos.ts';

afterEach(closeAll);

describe('sessions of a runner through a bad network (whole in test/soak)', () => {
  it('[T1] half of all connects fail and the others are reset at random: every byte is there, once', {
    timeout: 90_000,
  }, async () => {
    const outcome = await mirrorThroughChaos({
      sessions: 4,
      bytes: 2 * 1024 * 1024,
      seed: 5,
      resetChance: 0.005,
      pace: 5,
      timeoutMs: 60_000,
    });
    expect(outcome.there).toEqual(outcome.here);
    expect(outcome).toMatchObject({ gaps: 0, duplicates: 0 });
    expect(outcome.broken).toBeGreaterThan(0);
  });
});
