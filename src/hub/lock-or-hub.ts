import { answers } from './listener.ts';
import { type HubLock, readCard, takeLock } from './lock.ts';
import type { HubPaths } from './paths.ts';

/** A hub that has the lock and does not answer is given this long: a little more than a stop may take. */
const OTHER_HUB_MS = 15_000;
const OTHER_HUB_LOOK_MS = 25;

/** Undefined: another hub has the lock and answers. One that has the lock and does not answer is about to stop, or to start: it is waited for. */
export async function lockOrHub(paths: HubPaths): Promise<HubLock | undefined> {
  const deadline = performance.now() + OTHER_HUB_MS;
  for (;;) {
    const lock = takeLock(paths.state);
    if (lock) return lock;
    if (performance.now() > deadline || (await answers(readCard(paths.state)?.socket ?? paths.socket)))
      return undefined;
    await new Promise((resolve) => setTimeout(resolve, OTHER_HUB_LOOK_MS));
  }
}
