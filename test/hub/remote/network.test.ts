import { afterEach, describe, expect, test } from 'vitest';
import { CAN_MAKE_NAMESPACES, stopSshds } from '../../support/index.ts';
import { closeAll } from '../support/index.ts';
import { blackhole, changedAddress } from './network.ts';

afterEach(async () => {
  await closeAll();
  await stopSshds();
});

/** Seconds in place of ten: test/soak has the whole form. */
const PACE = { aliveMs: 1_000, count: 2 };

describe.runIf(CAN_MAKE_NAMESPACES)('a network that fails (as root, who may make namespaces)', () => {
  test('[T6] in silence: both ends find out, and it comes back by itself when it heals', async () => {
    const { offlineMs, goneMs } = await blackhole(PACE);
    // Not before pings were not answered: it did not just happen to break.
    expect(Math.min(offlineMs, goneMs)).toBeGreaterThan(1_500);
  });

  test('[T7] another address: the same session goes on by itself', () => changedAddress(PACE));
});
