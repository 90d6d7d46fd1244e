import { describe, expect, it } from 'vitest';
import { spanOf } from '../../src/core/index.ts';

const HOUR_MS = 3_600_000;

describe('how long something is good for', () => {
  it('is what was given, for a while', () => {
    expect([2 * HOUR_MS, 2 * HOUR_MS - 20_000, 720 * HOUR_MS, 720 * HOUR_MS - 25 * 60_000].map(spanOf)).toEqual([
      '2h',
      '2h',
      '30d',
      '30d',
    ]);
  });

  it('then what is left of it', () => {
    const left = [2 * HOUR_MS - 60_000, 720 * HOUR_MS - HOUR_MS, 90_000, 59 * 60_000 + 59_000, 1_600, 0, -5];
    expect(left.map(spanOf)).toEqual(['1h59m', '29d23h', '1m30s', '1h', '2s', '0s', '0s']);
  });
});
