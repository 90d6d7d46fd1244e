import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { FlakyReporter } from './test/support/flaky-reporter.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/soak/**'],
    setupFiles: ['test/support/leave-nothing.ts', 'test/support/fixed-seed.ts'],
    // Where a user's PATH may not reach: useradd, ip, runc.
    env: { PATH: `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin` },
    pool: 'forks',
    // Most tests wait for programs in terminals, not for a core; more at once would wait too long.
    maxWorkers: Math.max(3, availableParallelism()),
    // Thousands of real processes on a machine of two cores: one that fails once is named at the end as flaky, and does not hide the result of all others.
    retry: 1,
    reporters: ['default', new FlakyReporter()],
    // Bounds on hanging: a test may wait for several conditions, each for as long as `waitUntil` does, and what it left behind may have to be ended by force.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
