import { afterEach, describe, expect, test } from 'vitest';
import { CAN_MAKE_NAMESPACES } from '../../support/index.ts';
import { closeAll } from '../support/index.ts';
import { moved, silence } from './network.ts';

afterEach(closeAll);

/** Ten seconds in one: test/soak has the real form, with its limits. */
const PACE = 10;

describe.runIf(CAN_MAKE_NAMESPACES)('a network between viewer and hub (as root, who may make namespaces)', () => {
  test('[T6] that falls silent: both ends find out, and it comes back by itself when it heals', async () => {
    const { viewerMs, hubMs } = await silence(PACE);
    // Not before half a minute without a byte: it did not just happen to break.
    expect(Math.min(viewerMs, hubMs)).toBeGreaterThan(29_000);
  });

  test('[T7] on which the viewer gets another address: the same session goes on by itself, without a hole', () =>
    moved(PACE));
});
