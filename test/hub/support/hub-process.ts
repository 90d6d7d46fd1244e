// A hub as a process of its own, for what can't be done to the process of the tests: node hub-process.ts RUN_FOLDER STATE_FOLDER [VERSION]
import { runHub } from '../../../src/hub/index.ts';

const [run = '', state = '', version = '0.1.0'] = process.argv.slice(2);
const start = await runHub({
  paths: { socket: `${run}/hub.sock`, state },
  version,
  env: process.env as Record<string, string>,
});
process.stdout.write(`${start.kind}\n`);
// Told to, it says how much memory it holds on to; with --expose-gc without what is only not collected yet.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`memory ${heapUsed + external}\n`);
});
if (start.kind === 'running') process.exit(3);
await start.hub.stopped;
process.exit(0);
