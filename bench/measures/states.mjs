import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { median } from '../stats.mjs';

const program = fileURLToPath(new URL('../detector.mjs', import.meta.url));

/** What it costs to tell what a hundred agents do, by what they draw: the CPU with it less the CPU without it, in turns. */
export async function states({ runs, idleSeconds, log }) {
  const costs = [];
  for (let n = 0; n < runs; n += 1) {
    const off = await cpu('off', idleSeconds);
    const on = await cpu('on', idleSeconds);
    costs.push(on - off);
    log(`100 agents: ${on.toFixed(1)} % of a core with states, ${off.toFixed(1)} without`);
  }
  return [{ id: 'states.100-sessions', unit: '% of a core', better: 'lower', values: { 'iris-tui': median(costs) } }];
}

function cpu(mode, seconds) {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, mode, String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve(Number(said)) : reject(new Error(`detector ended with ${code}`)),
    );
  });
}
