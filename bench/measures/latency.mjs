import { withInstances } from '../instance.mjs';
import { median, quantile } from '../stats.mjs';

/** Typed characters that a screen seldom shows otherwise. Those that came by just before are left out. */
const KEYS = '&%~^+=|{}!?$*'.split('');
/** Between two keys, in ms: varied, so that no timer of the program is always or never met. */
const PAUSE_MS = [35, 65];
/** A key that is not back by then is lost. */
const LOST_MS = 5_000;

let seed = 7;
const varied = ([min, max]) => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return min + (seed / 0x7fffffff) * (max - min);
};

/** Types `count` keys into a program that lets the terminal echo them; each time from write to read at the outer PTY, in ms. */
export async function type({ outer }, count) {
  const common = await outer.sample(300);
  const keys = KEYS.filter((key) => !common.has(key.charCodeAt(0)));
  if (keys.length < 2) throw new Error('no key to type that the screen does not show anyway');
  const times = [];
  for (let n = 0; n < count; n += 1) {
    const key = keys[n % keys.length];
    const back = outer.seen(key, { timeoutMs: LOST_MS, what: `the echo of key ${n} (${key})` });
    const from = performance.now();
    outer.write(key);
    times.push((await back) - from);
    await new Promise((resolve) => setTimeout(resolve, varied(PAUSE_MS)));
    if (n % 40 === 39) {
      outer.write('\r');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return times;
}

/** Keys in parts, the peers by turns. */
async function byTurns(instances, keys, parts, each) {
  const times = new Map(instances.map((i) => [i, []]));
  for (let n = 0; n < parts; n += 1) {
    for (const instance of instances) times.get(instance).push(...(await each(instance, Math.ceil(keys / parts))));
  }
  return (read) => Object.fromEntries([...times].map(([i, list]) => [i.peer.name, read(list)]));
}

/** Key to screen while nothing else happens. */
export async function latency({ peers, files, keys, log }) {
  return withInstances(peers, files, async (instances) => {
    for (const instance of instances) {
      await instance.open();
      await instance.launch('cat >/dev/null');
      await instance.outer.quiet(500);
    }
    const values = await byTurns(instances, keys, Math.ceil(keys / 40), type);
    const p50 = values(median);
    log(`key to screen: ${JSON.stringify(p50)}`);
    return [
      { id: 'key.idle.median', unit: 'ms', better: 'lower', values: p50 },
      { id: 'key.idle.p99', unit: 'ms', better: 'lower', values: values((v) => quantile(v, 0.99)) },
    ];
  });
}

/** Key to screen while the pane beside it floods; and what is written to the outer terminal meanwhile. */
export async function flood({ peers, files, keys, patience, log }) {
  const able = peers.filter((peer) => peer.name !== 'bare');
  return withInstances(able, files, async (instances) => {
    const written = new Map(instances.map((i) => [i, { bytes: 0, ms: 0 }]));
    for (const instance of instances) {
      await instance.open();
      await instance.launch('cat >/dev/null');
      await instance.outer.quiet(300);
      await instance.mux.split(instance.outer);
      await instance.outer.quiet(300);
    }
    // Only one floods at a time: they would slow each other.
    const values = await byTurns(instances, keys, Math.ceil(keys / 100), async (instance, count) => {
      const { outer, mux } = instance;
      await instance.launch('flood');
      await new Promise((resolve) => setTimeout(resolve, 1_000 * patience));
      outer.write(mux.focusOther);
      await new Promise((resolve) => setTimeout(resolve, 500));
      const before = { bytes: outer.bytes, at: performance.now() };
      const times = await type(instance, count);
      const sum = written.get(instance);
      sum.bytes += outer.bytes - before.bytes;
      sum.ms += performance.now() - before.at;
      outer.write(mux.focusOther);
      await new Promise((resolve) => setTimeout(resolve, 200));
      await instance.interrupt();
      await outer.quiet(300);
      log(`flood ${instance.peer.name}: median ${median(times).toFixed(2)} ms`);
      return times;
    });
    const rate = Object.fromEntries([...written].map(([i, w]) => [i.peer.name, w.bytes / 1e3 / w.ms]));
    return [
      { id: 'key.flood.median', unit: 'ms', better: 'lower', values: values(median) },
      { id: 'key.flood.p99', unit: 'ms', better: 'lower', values: values((v) => quantile(v, 0.99)) },
      { id: 'written.flood', unit: 'MB/s', better: 'lower', values: rate },
    ];
  });
}

/** Ctrl-C into the pane that floods, until its prompt is on the outer terminal. */
export async function interrupt({ peers, files, interrupts, patience, log }) {
  return withInstances(peers, files, async (instances) => {
    for (const instance of instances) await instance.open();
    const times = new Map(instances.map((i) => [i, []]));
    for (let n = 0; n < interrupts; n += 1) {
      for (const instance of instances) {
        await instance.launch('flood');
        await new Promise((resolve) => setTimeout(resolve, 1_000 * patience));
        times.get(instance).push(await instance.interrupt());
        await instance.outer.quiet(200);
      }
    }
    const values = Object.fromEntries([...times].map(([i, list]) => [i.peer.name, median(list)]));
    const worst = Object.fromEntries([...times].map(([i, list]) => [i.peer.name, Math.max(...list)]));
    log(`Ctrl-C: ${JSON.stringify(values)}`);
    return [
      { id: 'interrupt.median', unit: 'ms', better: 'lower', values },
      { id: 'interrupt.worst', unit: 'ms', better: 'lower', values: worst },
    ];
  });
}
