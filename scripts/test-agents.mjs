#!/usr/bin/env node
// The real claude, codex and gemini, against a model on loopback: npm run test:agents -- [--agents a,b] [--prompts N] [--latest] [--bin DIR] [--headless] [--keep]
// They are installed from npm into a temporary folder (--bin: a folder that has them), and run with a new home and an environment of their own.
// --headless: only without a terminal.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startModel } from '../test/support/model-server.mjs';
import { AGENTS } from './test-agents/agents.mjs';
import { HeadlessTrial } from './test-agents/headless.mjs';
import { run } from './test-agents/run.mjs';
import { Trial } from './test-agents/trial.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: Object.keys(AGENTS).join(',') },
    prompts: { type: 'string', default: '50' },
    latest: { type: 'boolean', default: false },
    bin: { type: 'string' },
    headless: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const names = values.agents.split(',');
for (const name of names)
  if (!AGENTS[name]) throw new Error(`no agent ${name}: there are ${Object.keys(AGENTS).join(', ')}`);

const project = dirname(dirname(fileURLToPath(import.meta.url)));
const root = mkdtempSync(join(tmpdir(), 'iris-agents-'));
const model = await startModel();
try {
  await run(process.execPath, [join(project, 'scripts/build.mjs'), '--if-stale'], { cwd: project });
  const bin = values.bin === undefined ? await install() : resolve(values.bin);
  const cli = join(project, 'bin/iris-tui.js');
  const results = [];
  for (const name of names) {
    const { out } = await run(join(bin, name), ['--version'], { env: { PATH: process.env.PATH, HOME: root } });
    console.error(`${name} ${out.trim().split('\n').at(-1)}`);
    const headless = new HeadlessTrial(name, { root: join(root, 'headless'), bin, cli, model });
    const trials = values.headless ? [headless] : [new Trial(name, { root, bin, cli, model }), headless];
    for (const trial of trials) {
      // Each counts its own: both say the same.
      model.prompts.length = 0;
      try {
        results.push({ agent: name, version: out.trim(), steps: await trial.run(Number(values.prompts)) });
      } finally {
        await trial.end();
      }
    }
  }
  console.log(JSON.stringify({ results, unknownRequests: model.unknown }, null, 2));
  process.exitCode = results.every(({ steps }) => steps.every(({ ok }) => ok)) ? 0 : 1;
} finally {
  await model.close();
  if (!values.keep) rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function install() {
  const folder = join(root, 'npm');
  const packages = names.map((name) => `${AGENTS[name].package}@${values.latest ? 'latest' : AGENTS[name].version}`);
  console.error(`npm install ${packages.join(' ')}`);
  const args = ['install', '--prefix', folder, '--no-audit', '--no-fund', '--no-save', ...packages];
  const { code, err } = await run('npm', args, { env: process.env, cwd: root, limitMs: 600_000 });
  if (code !== 0) throw new Error(`npm install failed: ${err}`);
  return join(folder, 'node_modules/.bin');
}
