import { Instance } from '../instance.mjs';
import { median } from '../stats.mjs';

/** From exec to the first frame with a prompt, with a server and with none; and from the detach key to the shell. */
export async function start({ peers, files, starts, warmUps, log }) {
  const able = peers.filter((peer) => peer.name !== 'bare');
  const cold = new Map(able.map((p) => [p, []]));
  const warm = new Map(able.map((p) => [p, []]));
  const exit = new Map(able.map((p) => [p, []]));
  // The first runs of each fill caches and do not count.
  for (let n = -warmUps; n < starts; n += 1) {
    for (const peer of able) {
      const instance = new Instance(peer, files);
      try {
        const first = await instance.open('start');
        await instance.outer.quiet(300);
        await instance.detach();
        const second = await instance.open('attach');
        await instance.outer.quiet(200);
        await instance.detach();
        await instance.openInShell();
        const left = await instance.leave();
        if (n < 0) continue;
        cold.get(peer).push(first);
        warm.get(peer).push(second);
        exit.get(peer).push(left);
        log(`start ${peer.name}: ${first.toFixed(0)} ms, attach ${second.toFixed(0)} ms, exit ${left.toFixed(0)} ms`);
      } finally {
        await instance.close();
      }
    }
  }
  const row = (id, times) => ({
    id,
    unit: 'ms',
    better: 'lower',
    values: Object.fromEntries([...times].map(([p, list]) => [p.name, median(list)])),
  });
  return [row('first-frame.server-running', warm), row('first-frame.no-server', cold), row('exit', exit)];
}
