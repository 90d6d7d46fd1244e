import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { connectOnce } from '../../src/client/index.ts';
import { ChaosProxy } from '../../test/support/chaos-proxy.ts';
import { BenchHub } from '../network/hub.mjs';
import { cpuSeconds, memory } from '../processes.mjs';
import { median, quantile } from '../stats.mjs';

const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const CARRIERS = ['unix', 'tls'];

/** Each keeps 2 MiB of its output: 64 MiB are spread over so many. */
const REPLAYED = { sessions: 34, bytes: 1_900_000 };
const LINES = 10_000;
const VIEWERS = 100;

const recordings = fileURLToPath(new URL('../../test/fixtures/recordings/', import.meta.url));
const player = fileURLToPath(new URL('../../test/support/play-recording.mjs', import.meta.url));
const viewers = fileURLToPath(new URL('../network/viewers.mjs', import.meta.url));

/** A hub that listens on loopback, with TLS and on its Unix socket: what comes over its links, how fast, and what that costs. */
export async function network(plan) {
  return [
    ...(await replay(plan)),
    ...(await attach(plan)),
    ...(await crowd(plan)),
    ...(await beside(plan)),
    ...(await wire(plan)),
  ];
}

async function withHub({ files }, work) {
  const hub = await BenchHub.start('network', files);
  const link = await hub.link('unix');
  try {
    return await work(hub, link.host);
  } finally {
    link.close();
    await hub.stop();
  }
}

function newSession(hub, host, script, more = {}) {
  const command = ['/bin/sh', '-c', script];
  return host.command('session.new', {
    command,
    cwd: hub.sandbox.path,
    env: hub.sandbox.env,
    cols: 160,
    rows: 48,
    ...more,
  });
}

/** Sessions, once all of them have been quiet for a while. */
async function quiet(host) {
  for (let before = -1; ; ) {
    const { sessions } = await host.command('session.list', {});
    const seqs = sessions.reduce((sum, { seq }) => sum + seq, 0);
    if (seqs === before) return sessions;
    before = seqs;
    await settle(500);
  }
}

/** 64 MiB of kept output to a reader of logs that begins at the beginning. */
export async function replay(plan) {
  const count = plan.patience < 1 ? 4 : REPLAYED.sessions;
  return withHub(plan, async (hub, host) => {
    for (let n = 0; n < count; n += 1) {
      await newSession(hub, host, `stty -onlcr; head -c ${REPLAYED.bytes} agent; exec sleep 1000`);
    }
    const sessions = await quiet(host);
    const rates = { unix: [], tls: [] };
    const costs = { unix: [], tls: [] };
    // The first round is for the compiler on both sides.
    for (let n = 0; n <= plan.runs; n += 1) {
      for (const carrier of CARRIERS) {
        const link = await hub.link(carrier);
        const from = { at: performance.now(), cpu: cpuSeconds([hub]) };
        const bytes = await readAll(link.host, sessions);
        const rate = bytes / 1e3 / (performance.now() - from.at);
        const cost = (cpuSeconds([hub]) - from.cpu) / (bytes / 1e9);
        link.close();
        if (n > 0) rates[carrier].push(rate);
        if (n > 0) costs[carrier].push(cost);
        plan.log(`replay over ${carrier}: ${(bytes / 1e6).toFixed(1)} MB, ${rate.toFixed(1)} MB/s`);
      }
    }
    return CARRIERS.flatMap((carrier) => [
      row(`network.replay.${carrier}`, 'MB/s', 'higher', median(rates[carrier])),
      row(`network.replay.${carrier}.cpu`, 'ms of the hub a MB', 'lower', median(costs[carrier])),
    ]);
  });
}

function readAll(host, sessions) {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    let done = 0;
    for (const { id, seq } of sessions) {
      host.attach(id, {
        mode: 'log',
        onEntry: (entry) => {
          if (entry.kind === 'snapshot' && entry.gap)
            reject(new Error(`entries ${entry.gap.from} to ${entry.gap.to} are gone`));
          if (entry.kind === 'output') bytes += entry.bytes.length;
          if (entry.seq === seq) done += 1;
          if (done === sessions.length) resolve(bytes);
        },
        onEnd: reject,
      });
    }
  });
}

/** From a new connection to the first picture of a session with a long history. */
export async function attach(plan) {
  return withHub(plan, async (hub, host) => {
    const { id } = await newSession(hub, host, `head -n ${LINES} lines; exec sleep 1000`);
    await quiet(host);
    const times = { unix: [], tls: [] };
    for (let n = 0; n < plan.starts * 5; n += 1) {
      for (const carrier of CARRIERS) {
        const from = performance.now();
        const link = await hub.link(carrier);
        await new Promise((resolve, reject) => {
          link.host.attach(id, { mode: 'screen', cols: 160, rows: 48, onEntry: resolve, onEnd: reject });
        });
        times[carrier].push(performance.now() - from);
        link.close();
      }
    }
    return CARRIERS.map((carrier) => row(`network.attach.${carrier}`, 'ms', 'lower', median(times[carrier])));
  });
}

/** Viewers of a session that floods, each with a link of its own; and what another session's typist feels of it. */
export async function crowd(plan) {
  const count = plan.patience < 1 ? 20 : VIEWERS;
  return withHub(plan, async (hub, host) => {
    const flood = await newSession(hub, host, 'read go; while :; do cat plain; done');
    const calm = await newSession(hub, host, 'stty -echo raw; exec cat');
    const typist = await echoes(host, calm.id);
    const alone = await typist.type(plan.keys);
    const watching = spawn(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', viewers, hub.socket, flood.id, String(count)],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    await once(watching.stdout, 'data');
    await settle(2_000 * plan.patience);
    const held = () => memory([{ pid: hub.pid }]).rss;
    const before = held();
    await host.command('session.send', { session: flood.id, text: '', enter: true });
    await settle(1_000 * plan.patience);
    let most = held();
    const look = setInterval(() => {
      most = Math.max(most, held());
    }, 100);
    const times = await typist.type(plan.keys);
    await settle(5_000 * plan.patience);
    clearInterval(look);
    watching.stdin.end();
    await once(watching, 'exit');
    plan.log(
      `${count} viewers of a flood: ${before.toFixed(0)} MB, then at most ${most.toFixed(0)}; a key alone ${median(alone).toFixed(2)} ms`,
    );
    return [
      row(`network.crowd.memory`, 'MB more', 'lower', most - before),
      row('network.crowd.key.median', 'ms', 'lower', median(times)),
      row('network.crowd.key.p99', 'ms', 'lower', quantile(times, 0.99)),
    ];
  });
}

/**
 * Nine viewers of a session that answers each line with 4 KB, from the line until the last of them has all of it; with a tenth at 256 kbit/s beside them,
 * and without, by turns.
 */
export async function beside(plan) {
  return withHub(plan, async (hub, host) => {
    const script = 'stty -echo; while read -r n; do head -c 4000 plain; echo "<$n>"; done';
    const { id } = await newSession(hub, host, script);
    const links = [];
    for (let n = 0; n < 9; n += 1) links.push(await hub.link('unix'));
    let mark = '';
    let left = 0;
    let seen = () => {};
    for (const link of links) {
      let text = '';
      let shown = '';
      link.host.attach(id, {
        mode: 'screen',
        onEntry: (entry) => {
          if (!entry.bytes) return;
          text = (text + Buffer.from(entry.bytes).toString('latin1')).slice(-20_000);
          if (shown === mark || !text.includes(mark)) return;
          shown = mark;
          left -= 1;
          if (left === 0) seen();
        },
      });
    }
    const typist = host.attach(id, { mode: 'screen', onEntry: () => {} });
    await settle(500);
    let line = 0;
    const type = async (count) => {
      const times = [];
      for (let n = 0; n < count; n += 1) {
        line += 1;
        mark = `<${line}>`;
        left = links.length;
        const all = new Promise((resolve) => {
          seen = resolve;
        });
        const from = performance.now();
        typist.write(new TextEncoder().encode(`${line}\n`));
        await all;
        times.push(performance.now() - from);
        await settle(15 + (n % 7) * 3);
      }
      return times;
    };
    await type(20);
    const proxy = await ChaosProxy.open({ to: { socketPath: hub.socket }, rules: { bytesPerSecond: 256_000 / 8 } });
    const times = { without: [], with: [] };
    for (let n = 0; n < plan.runs * 2; n += 1) {
      times.without.push(...(await type(plan.keys / 4)));
      const slow = await connectOnce({ address: slowly(proxy), version: '0.1.0' });
      slow.attach(id, { mode: 'screen', onEntry: () => {} });
      times.with.push(...(await type(plan.keys / 4)));
      slow.close();
      proxy.reset();
    }
    await proxy.close();
    for (const link of links) link.close();
    const [before, after] = [quantile(times.without, 0.99), quantile(times.with, 0.99)];
    plan.log(`nine viewers: p99 ${before.toFixed(1)} ms, with a slow one beside them ${after.toFixed(1)} ms`);
    return [row('network.beside-slow.p99', '× without', 'lower', after / before)];
  });
}

const slowly =
  ({ port }) =>
  () => {
    const stream = connectSocket({ port, noDelay: true });
    stream.on('error', () => {});
    return { stream, where: 'a slow line' };
  };

/** Keys into a program that sends them back; each until its echo is here, in ms. */
async function echoes(host, id) {
  let seen = () => {};
  const ready = new Promise((resolve) => {
    seen = resolve;
  });
  const attachment = host.attach(id, { mode: 'screen', onEntry: () => seen() });
  await ready;
  return {
    async type(count) {
      const times = [];
      for (let n = 0; n < count; n += 1) {
        const back = new Promise((resolve) => {
          seen = resolve;
        });
        const from = performance.now();
        attachment.write(new TextEncoder().encode(String.fromCharCode(97 + (n % 26))));
        await back;
        times.push(performance.now() - from);
        await settle(20 + (n % 7) * 3);
      }
      return times;
    },
  };
}

/** Bytes that come over a viewer's link for each byte that sessions write: recordings of agents, and a flood. */
export async function wire(plan) {
  return withHub(plan, async (hub, host) => {
    const names = readdirSync(recordings).filter((name) =>
      /^(claude|codex|gemini)-(working|permission|done|80|200)\.cast$/.test(name),
    );
    const speed = plan.patience < 1 ? 10 : 1;
    const play = (name) => `read go; exec ${process.execPath} ${player} ${recordings}${name} --speed ${speed}`;
    const agents = await ratio(hub, host, names.slice(0, plan.patience < 1 ? 3 : undefined).map(play));
    const flood = await ratio(hub, host, ['read go; cat plain']);
    plan.log(`bytes on the wire: agents ${agents.toFixed(2)} ×, flood ${flood.toFixed(3)} ×`);
    return [
      row('network.wire.agents', '× written', 'lower', agents),
      row('network.wire.flood', '× written', 'lower', flood),
    ];
  });
}

async function ratio(hub, host, scripts) {
  const sessions = [];
  for (const script of scripts) sessions.push(await newSession(hub, host, script, { cols: 120, rows: 40 }));
  const link = await hub.link('unix');
  for (const { id } of sessions) link.host.attach(id, { mode: 'screen', onEntry: () => {} });
  await settle(500);
  const before = link.bytes();
  // Their own bytes, from the logs: read over another link, after the other one was counted.
  for (const { id } of sessions) await host.command('session.keys', { session: id, keys: ['Enter'] });
  const ids = new Set(sessions.map(({ id }) => id));
  let written = 0;
  const other = await hub.link('unix');
  for (const { id } of sessions) {
    other.host.attach(id, {
      mode: 'log',
      onEntry: (entry) => {
        if (entry.kind === 'output') written += entry.bytes.length;
      },
    });
  }
  while (other.host.sessions.some(({ id, process }) => ids.has(id) && process.status === 'running')) await settle(200);
  await settle(1_000);
  const bytes = link.bytes() - before;
  link.close();
  other.close();
  for (const { id } of sessions) await host.command('session.kill', { session: id });
  return bytes / written;
}

function row(id, unit, better, value) {
  return { id, unit, better, values: { 'iris-tui': value } };
}
