import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * A loopback port that was free a moment ago, and that nobody gets by chance: the kernel hands out those from 32,768 on (ip(7)), to servers and
 * connections of whatever else runs.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
