import { afterAll, describe, expect, test } from 'vitest';
import { CAN_MAKE_NAMESPACES, stopSshds } from '../../support/index.ts';
import { closeAll } from '../support/index.ts';
import { blackhole, changedAddress } from './network.ts';

afterAll(async () => {
  await closeAll();
  await stopSshds();
});

/**
 * Four seconds in place of ten: test/soak has the whole form. With less, a busy machine is slow enough to be taken for a silent network: ssh gives each
 * step of a login `aliveMs` × `count`, and either end of a connection that was made less than its silence. Both tests only wait, so they do it together.
 */
const PACE = { aliveMs: 4_000, count: 2 };

describe.runIf(CAN_MAKE_NAMESPACES).concurrent('a network that fails (as root, who may make namespaces)', () => {
  test('[T6] in silence: both ends find out, and it comes back by itself when it heals', async () => {
    const { offlineMs, goneMs } = await blackhole(PACE);
    // Not before pings were not answered: it did not just happen to break.
    expect(Math.min(offlineMs, goneMs)).toBeGreaterThan(6_000);
  });

  test('[T7] another address: the same session goes on by itself', () => changedAddress(PACE));
});
