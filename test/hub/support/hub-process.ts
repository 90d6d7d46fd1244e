// A hub as a process of its own, for what can't be done to the process of the tests: node hub-process.ts RUN_FOLDER STATE_FOLDER [VERSION [PACE]]
import { runHub } from '../../../src/hub/index.ts';
import { PacedClock } from '../../support/paced-clock.ts';

const [run = '', state = '', version = '0.1.0', pace = '1'] = process.argv.slice(2);
const clock = new PacedClock(Number(pace));
const start = await runHub({
  paths: { socket: `${run}/hub.sock`, state },
  version,
  ...(clock.pace === 1 ? {} : { clock }),
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
// Told to, its event loop stands still for 10 s of its time, as behind a slow disk.
process.on('SIGVTALRM', () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10_000 / clock.pace);
  process.stdout.write('back\n');
});
if (start.kind === 'running') process.exit(3);
await start.hub.stopped;
process.exit(0);
