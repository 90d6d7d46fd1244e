// Measures iris-tui beside tmux and screen in one run. See docs/benchmarks.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CORPORA, corpus, lines120 } from './corpora.mjs';
import { flood, interrupt, latency } from './measures/latency.mjs';
import { network } from './measures/network.mjs';
import { fleet, remote } from './measures/remote.mjs';
import { idle, memories } from './measures/resources.mjs';
import { runners } from './measures/runners.mjs';
import { start } from './measures/start.mjs';
import { states } from './measures/states.mjs';
import { paced, throughput } from './measures/throughput.mjs';
import { bare } from './peers/bare.mjs';
import { iris } from './peers/iris.mjs';
import { screen } from './peers/screen.mjs';
import { tmux } from './peers/tmux.mjs';
import { table, withMeans } from './table.mjs';

const MEASURES = {
  throughput,
  paced,
  latency,
  flood,
  interrupt,
  start,
  memory: memories,
  idle,
  states,
  remote,
  fleet,
  network,
  runners,
};
const PEERS = { iris, tmux, screen, bare };

const USAGE = `npm run bench -- [--smoke] [--only MEASURE,…] [--peers PEER,…] [--runs N]
measures: ${Object.keys(MEASURES).join(', ')}
peers: ${Object.keys(PEERS).join(', ')}`;

function refuse(line) {
  console.error(`${line}\n${USAGE}`);
  process.exit(2);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        smoke: { type: 'boolean', default: false },
        only: { type: 'string', default: Object.keys(MEASURES).join(',') },
        peers: { type: 'string', default: 'tmux,screen' },
        runs: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

const options = readOptions();
if (options.help) {
  console.log(USAGE);
  process.exit(0);
}
const list = (text) => text.split(',').filter((word) => word !== '');
const wrong = [
  ...list(options.only).filter((word) => !(word in MEASURES)),
  ...list(options.peers).filter((word) => !(word in PEERS)),
];
if (wrong.length > 0) refuse(`unknown: ${wrong.join(', ')}`);
if (options.runs !== undefined && !(Number(options.runs) >= 1))
  refuse(`--runs takes a number of at least 1, not ${options.runs}`);
const { smoke } = options;
const log = (line) => process.stderr.write(`  ${line}\n`);

const peers = ['iris', ...list(options.peers).filter((name) => name !== 'iris')]
  .map((name) => PEERS[name])
  .filter((peer) => {
    const version = peer.version();
    if (version === undefined) console.log(`${peer.name} is not here: measured without it.`);
    else log(`${peer.name}: ${version}`);
    return version !== undefined;
  });

const files = Object.fromEntries(CORPORA.map((name) => [name, corpus(name, smoke ? 2_000_000 : 32_000_000)]));
files.lines = lines120();
const plan = {
  peers,
  files,
  runs: Number(options.runs ?? (smoke ? 1 : 3)),
  keys: smoke ? 20 : 200,
  starts: smoke ? 1 : 6,
  warmUps: smoke ? 0 : 1,
  interrupts: smoke ? 1 : 6,
  /** Scales the waits for things to settle. */
  patience: smoke ? 0.3 : 1,
  panes: smoke ? 4 : 16,
  idleSeconds: smoke ? 2 : 10,
  log,
};

let rows = [];
let failures = 0;
for (const name of list(options.only)) {
  log(`${name} …`);
  const from = performance.now();
  try {
    rows.push(...(await MEASURES[name](plan)));
  } catch (error) {
    failures += 1;
    console.log(`${name} did not work: ${error.stack ?? error}`);
  }
  log(`${name} took ${((performance.now() - from) / 1_000).toFixed(1)} s`);
}
rows = withMeans(rows);
/** Measures of remote sessions have peers of their own. */
const isRemote = ({ id }) => id.startsWith('remote.') || id.startsWith('fleet.');
/** There is nobody beside whom these could stand. */
const isAlone = ({ id }) => id.startsWith('network.');
const own = rows.filter((row) => !isRemote(row) && !isAlone(row));
const far = rows.filter(isRemote);
const alone = rows.filter(isAlone);
if (own.length > 0)
  console.log(
    table(
      own,
      peers.map((peer) => peer.name),
    ),
  );
if (alone.length > 0) console.log(`\n${table(alone, ['iris-tui'])}`);
if (far.length > 0) console.log(`\n${table(far, ['iris-tui', 'iris-tui ssh2', 'tmux', 'ssh'])}`);

const folder = fileURLToPath(new URL('results', import.meta.url));
mkdirSync(folder, { recursive: true });
const date = new Date().toISOString();
const file = `${folder}/${date.replaceAll(':', '-').slice(0, 19)}${smoke ? '-smoke' : ''}.json`;
const machine = {
  cpu: cpus()[0]?.model,
  cores: availableParallelism(),
  memoryMB: Math.round(totalmem() / 1e6),
  kernel: release(),
  node: process.version,
};
const versions = Object.fromEntries(peers.map((peer) => [peer.name, peer.version()]));
writeFileSync(file, `${JSON.stringify({ date, smoke, machine, versions, rows }, undefined, 2)}\n`);
console.log(`\n${file}`);
process.exit(failures > 0 ? 1 : 0);
