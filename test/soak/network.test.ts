import { afterEach, describe, expect, test } from 'vitest';
import { blackhole, changedAddress } from '../hub/remote/network.ts';
import { closeAll } from '../hub/support/index.ts';
import { CAN_MAKE_NAMESPACES, stopSshds } from '../support/index.ts';

afterEach(async () => {
  await closeAll();
  await stopSshds();
});

/** Dead after 30 s without a byte. */
const PACE = { aliveMs: 10_000, count: 2 };

describe.runIf(CAN_MAKE_NAMESPACES)('a network that fails (as root, who may make namespaces)', () => {
  test('[T6] in silence: both ends are offline within 30 to 35 s, and online within 5 s of healing', async () => {
    const { offlineMs, goneMs, onlineMs } = await blackhole(PACE);
    for (const ms of [offlineMs, goneMs]) {
      expect(ms).toBeGreaterThan(29_000);
      expect(ms).toBeLessThan(35_500);
    }
    expect(onlineMs).toBeLessThan(5_000);
  }, 180_000);

  test('[T7] another address: the same session goes on by itself', () => changedAddress(PACE), 180_000);
});
