import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BenchHub } from '../network/hub.mjs';
import { cpuSeconds, memory } from '../processes.mjs';
import { Sandbox } from '../sandbox.mjs';

const RUNNERS = 50;
const SESSIONS = 10;
const program = fileURLToPath(new URL('../network/runners.mjs', import.meta.url));
const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Idle sessions of hubs that dialled this one: what it costs to list them all, with their screens and their logs. */
export async function runners(plan) {
  const count = plan.patience < 1 ? 4 : RUNNERS;
  const hub = await BenchHub.start('runners', plan.files);
  const far = new Sandbox('far', plan.files);
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, String(count), String(SESSIONS), far.path],
    { stdio: ['pipe', 'pipe', 'inherit'], env: far.env },
  );
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    for (let n = 0; n < count; n += 1) {
      const { url, fingerprint, code } = JSON.parse(hub.run('hub', 'pair', '--runner', '--json'));
      child.stdin.write(`${JSON.stringify({ url, fingerprint, code })}\n`);
      if ((await lines.next()).done) throw new Error('the runners ended');
    }
    const link = await hub.link('unix');
    const live = () => link.host.sessions.filter(({ process: { status } }) => status === 'running').length;
    for (const deadline = performance.now() + 60_000; live() < count * SESSIONS; await settle(100)) {
      if (performance.now() > deadline) throw new Error(`${live()} of ${count * SESSIONS} sessions are there`);
    }
    link.close();
    plan.log(`${count * SESSIONS} sessions of ${count} runners are there`);
    // Half a minute after the last of it, V8 tidies up.
    await settle(35_000 * plan.patience);
    const own = [{ pid: hub.pid }];
    const before = cpuSeconds(own);
    await settle(plan.idleSeconds * 1_000);
    const cpu = ((cpuSeconds(own) - before) / plan.idleSeconds) * 100;
    const row = (id, unit, value) => ({ id, unit, better: 'lower', values: { 'iris-tui': value } });
    return [
      row(`network.runners.${count * SESSIONS}.cpu`, '% of a core', cpu),
      row(`network.runners.${count * SESSIONS}.memory`, 'MB', memory(own).rss),
    ];
  } finally {
    child.stdin.end('end\n');
    if (child.exitCode === null) await once(child, 'exit');
    await hub.stop();
    await far.dispose();
  }
}
