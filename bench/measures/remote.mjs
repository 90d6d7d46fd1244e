import { withInstances } from '../instance.mjs';
import { bareSsh, farShell, irisRemote, tmuxSsh } from '../peers/remote.mjs';
import { cpuSeconds, parts } from '../processes.mjs';
import { Sandbox } from '../sandbox.mjs';
import { sshdHere, startSshd } from '../sshd.mjs';
import { median, quantile } from '../stats.mjs';
import { type } from './latency.mjs';

/**
 * A shell behind ssh to loopback, in a pane and in the bare terminal: throughput of `cat`, and key to screen. What iris-tui adds to ssh is
 * what counts.
 */
export async function remote({ files, runs, keys, log }) {
  if (!sshdHere()) {
    log('there is no sshd here: remote sessions are not measured');
    return [];
  }
  const far = new Sandbox('sshd', files);
  const sshd = await startSshd(far);
  const peers = [irisRemote(false), irisRemote(true), tmuxSsh, bareSsh].filter((peer) => peer.version() !== undefined);
  try {
    return await withInstances(
      peers,
      files,
      async (instances) => {
        for (const instance of instances) await instance.open();
        return [...(await throughput(instances, runs, log)), ...(await latency(instances, keys, log))];
      },
      { client: () => sshd.client },
    );
  } finally {
    sshd.stop();
    await far.dispose();
  }
}

async function throughput(instances, runs, log) {
  const { size } = await import('node:fs').then(({ statSync }) => statSync(`${instances[0].sandbox.path}/agent`));
  const taken = new Map(instances.map((i) => [i, []]));
  for (let n = 0; n < runs; n += 1) {
    for (const instance of instances) {
      const { tookMs } = await instance.run('cat agent');
      taken.get(instance).push(size / 1e3 / tookMs);
      log(`agent over ssh, ${instance.peer.name}: ${(size / 1e3 / tookMs).toFixed(1)} MB/s`);
    }
  }
  const values = Object.fromEntries([...taken].map(([i, list]) => [i.peer.name, median(list)]));
  return [
    { id: 'remote.throughput.agent', unit: 'MB/s', better: 'higher', values },
    ...ratios('remote.throughput', '× ssh', 'higher', values, (own, bare) => own / bare),
  ];
}

async function latency(instances, keys, log) {
  const times = new Map(instances.map((i) => [i, []]));
  for (const instance of instances) {
    await instance.launch('cat >/dev/null');
    await instance.outer.quiet(500);
  }
  const parts = Math.ceil(keys / 40);
  for (let n = 0; n < parts; n += 1) {
    for (const instance of instances) times.get(instance).push(...(await type(instance, Math.ceil(keys / parts))));
  }
  const read = (of) => Object.fromEntries([...times].map(([i, list]) => [i.peer.name, of(list)]));
  const p50 = read(median);
  log(`key to screen over ssh: ${JSON.stringify(p50)}`);
  return [
    { id: 'remote.key.median', unit: 'ms', better: 'lower', values: p50 },
    { id: 'remote.key.p99', unit: 'ms', better: 'lower', values: read((v) => quantile(v, 0.99)) },
    ...ratios('remote.key', 'ms over ssh', 'lower', p50, (own, bare) => own - bare),
  ];
}

/** What a goal is about: ours against ssh alone. */
function ratios(id, unit, better, values, compare) {
  const own = values['iris-tui'];
  const library = values['iris-tui ssh2'];
  return [
    { id: `${id}.openssh`, unit, better, values: { 'iris-tui': compare(own, values.ssh) } },
    { id: `${id}.ssh2`, unit, better, values: { 'iris-tui': compare(library, values.ssh) } },
  ];
}

/** Sessions over ssh that one hub holds. */
const FLEET = 50;

/**
 * 50 sessions over ssh on one hub: its CPU while nothing happens (the ssh processes apart), and the time from the key to the list to choose
 * from. Starting them all takes as long as 50 logins do.
 */
export async function fleet({ files, patience, idleSeconds, log }) {
  if (!sshdHere()) return [];
  const count = patience < 1 ? 8 : FLEET;
  const far = new Sandbox('sshd', files);
  const sshd = await startSshd(far);
  const peer = irisRemote(false);
  try {
    return await withInstances(
      [peer],
      files,
      async ([instance]) => {
        const { sandbox, mux } = instance;
        const team = { remote: ['ssh', '-F', sshd.client, 'bench'], path: sandbox.path, command: farShell(sandbox) };
        const teams = Object.fromEntries(Array.from({ length: count }, (_, n) => [`far${n}`, team]));
        sandbox.write('iris/config.yaml', JSON.stringify({ teams }));
        const from = performance.now();
        const up = mux.command('up');
        if (up.status !== 0) throw new Error(`up: ${up.stderr}`);
        await mux.online(count);
        log(`${count} sessions over ssh are up after ${((performance.now() - from) / 1_000).toFixed(1)} s`);
        instance.mux.start = mux.attach;
        await instance.open();
        await instance.outer.quiet(500);
        const pickers = [];
        for (let n = 0; n < 5; n += 1) {
          const shown = instance.outer.seen('Enter go', { what: 'the list of sessions' });
          const at = performance.now();
          instance.outer.write('\x02s');
          pickers.push((await shown) - at);
          instance.outer.write('\x1b');
          await instance.outer.quiet(400);
        }
        await new Promise((resolve) => setTimeout(resolve, patience < 1 ? 1_000 : 35_000));
        const { server } = parts(sandbox, instance.outer.pid);
        const hub = server.filter((p) => p.name !== 'ssh');
        const before = { cpu: cpuSeconds(hub), at: performance.now() };
        await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1_000));
        const seconds = (performance.now() - before.at) / 1_000;
        const idle = ((cpuSeconds(hub) - before.cpu) / seconds) * 100;
        return [
          { id: `fleet.idle.${count}-ssh`, unit: '% of a core', better: 'lower', values: { 'iris-tui': idle } },
          { id: 'fleet.picker', unit: 'ms', better: 'lower', values: { 'iris-tui': median(pickers) } },
        ];
      },
      { client: () => sshd.client },
    );
  } finally {
    sshd.stop();
    await far.dispose();
  }
}
