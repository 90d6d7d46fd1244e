// Plays a recorded agent on this terminal: node play-recording.mjs RECORDING [--speed N] [--wait-at MARKER,…] [--answers CHARACTERS] [--stay]
// Output comes at the times it was recorded; when that is late, all that follows is as late: what was seen for a while is seen as long.
// At the first marker of each name after --wait-at it goes on only after Enter (CR), or one of the characters of --answers, was typed; with
// --stay it does not end with the recording. Markers `end` and what comes after them are left out: there the recorded agent was killed.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const args = process.argv.slice(2);
const option = (name, fallback) => {
  const at = args.indexOf(name);
  return at < 0 ? fallback : args.splice(at, 2)[1];
};
const speed = Number(option('--speed', '1'));
const waitAt = new Set(option('--wait-at', '').split(',').filter(Boolean));
const answers = new Set([13, ...Buffer.from(option('--answers', ''))]);
const stay = args.includes('--stay');

process.stdin.setRawMode?.(true);
const enters = [];
let typed = 0;
process.stdin.on('data', (bytes) => {
  for (const byte of bytes) {
    if (!answers.has(byte)) continue;
    typed += 1;
    enters.shift()?.();
  }
});
let taken = 0;
/** The next Enter that nothing has taken yet. */
const enter = async () => {
  if (typed <= taken) await new Promise((resolve) => enters.push(resolve));
  taken += 1;
};

const events = readFileSync(args[0], 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => JSON.parse(line));
const from = performance.now();
let paused = 0;
for (const [at, kind, data] of events) {
  const due = (at * 1000) / speed + paused - (performance.now() - from);
  if (due > 0) await sleep(due);
  else paused -= due;
  if (kind === 'm' && data === 'end') break;
  if (kind === 'o') process.stdout.write(data);
  if (kind === 'm' && waitAt.delete(data)) {
    const stopped = performance.now();
    await enter();
    paused += performance.now() - stopped;
  }
}
if (!stay) process.exit(0);
