import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

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
    testTimeout: 180_000,
    hookTimeout: 90_000,
    dangerouslyIgnoreUnhandledErrors: false,
  },
});
