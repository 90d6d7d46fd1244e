// A hundred screens that are fed recordings of agents at their own speed, with or without somebody who tells what the agents do.
// node bench/detector.mjs on|off SECONDS: prints the CPU of this process, in percent of one core.
import { readdirSync, readFileSync } from 'node:fs';
import { AgentMonitor, builtInRules, parseRecording, Screen } from '../src/core/index.ts';

const SESSIONS = 100;
/** What a start costs does not count. */
const WARM_UP_MS = 1_000;

const [mode, seconds] = process.argv.slice(2);
const folder = new URL('../test/fixtures/recordings/', import.meta.url);
const recordings = readdirSync(folder)
  .filter((name) => /^(claude|codex|gemini)-(working|permission|done)\.cast$/.test(name))
  .map((name) => {
    const { cols, rows, events } = parseRecording(readFileSync(new URL(name, folder), 'utf8'));
    const output = events
      .filter((event) => event.kind === 'o')
      .map(({ atMs, data }) => ({ atMs, bytes: new TextEncoder().encode(data) }));
    return { kind: name.split('-')[0], cols, rows, output };
  });
const clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};
const rules = builtInRules();

for (let n = 0; n < SESSIONS; n += 1) {
  const { kind, cols, rows, output } = recordings[n % recordings.length];
  const screen = new Screen({ cols, rows, scrollback: 1_000 });
  const monitor = mode === 'on' ? new AgentMonitor({ clock, rules, kind, screen, changed: () => {} }) : undefined;
  if (monitor) screen.events.on((event) => monitor.event(event));
  const lengthMs = output.at(-1).atMs + 200;
  // Each begins somewhere else.
  let start = performance.now() - (lengthMs * n) / SESSIONS;
  let at = output.findIndex(({ atMs }) => atMs >= performance.now() - start);
  const play = () => {
    const now = performance.now();
    while (at < output.length && output[at].atMs <= now - start) {
      screen.write(output[at].bytes);
      monitor?.output();
      at += 1;
    }
    if (at >= output.length) {
      at = 0;
      start = now;
    }
    setTimeout(play, Math.max(1, output[at].atMs - (performance.now() - start)));
  };
  at = Math.max(0, at);
  play();
}

await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
const before = process.cpuUsage();
const from = performance.now();
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1_000));
const { user, system } = process.cpuUsage(before);
console.log((((user + system) / 1_000 / (performance.now() - from)) * 100).toFixed(3));
process.exit(0);
