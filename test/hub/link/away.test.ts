import { afterEach, expect, test } from 'vitest';
import { closeAll } from '../support/index.ts';
import { producedWhileAway } from './away.ts';

afterEach(closeAll);

/** The whole 200 MiB: test/soak. What has to wait for viewers would show in a third of it as well. */
test('[T12] 64 MiB produced while viewers are away: memory grows at most 96 MiB, then an explicit gap and a snapshot', async () => {
  expect(await producedWhileAway(64)).toBeLessThanOrEqual(96);
});
