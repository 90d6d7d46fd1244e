// A hub as a process of its own, for what can't be done to the process of the tests: node hub-process.ts RUN_FOLDER STATE_FOLDER [VERSION]
import { runHub } from '../../../src/hub/index.ts';

const [run = '', state = '', version = '0.1.0'] = process.argv.slice(2);
const start = await runHub({
  paths: { socket: `${run}/hub.sock`, state },
  version,
  env: process.env as Record<string, string>,
});
process.stdout.write(`${start.kind}\n`);
if (start.kind === 'running') process.exit(3);
await start.hub.stopped;
process.exit(0);
