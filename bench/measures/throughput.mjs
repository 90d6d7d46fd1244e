import { CORPORA, sizeOf } from '../corpora.mjs';
import { withInstances } from '../instance.mjs';
import { median } from '../stats.mjs';

/** MB/s at which most terminals draw text: what `paced` holds the outer terminal to. */
const PACE = 10;

/**
 * `cat` of each corpus in a pane: MB/s until its end is on the outer terminal, and what was written there.
 * With a `speed` the outer terminal reads no faster than that many MB/s.
 */
export async function throughput({ peers, files, runs, speed, prefix = '', log }) {
  return withInstances(
    peers,
    files,
    async (instances) => {
      for (const instance of instances) await instance.open();
      const rows = [];
      for (const name of CORPORA) {
        const size = sizeOf(files[name]);
        const taken = new Map(instances.map((i) => [i, []]));
        for (let n = 0; n < runs; n += 1) {
          for (const instance of instances) {
            const result = await instance.run(`cat ${name}`);
            taken.get(instance).push(result);
            log(`${name} ${instance.peer.name}: ${(size / 1e3 / result.tookMs).toFixed(1)} MB/s`);
          }
        }
        const each = (read) =>
          Object.fromEntries([...taken].map(([i, results]) => [i.peer.name, median(results.map(read))]));
        rows.push({
          id: `${prefix}throughput.${name}`,
          unit: 'MB/s',
          better: 'higher',
          values: each((r) => size / 1e3 / r.tookMs),
        });
        rows.push({ id: `${prefix}written.${name}`, unit: 'MB', better: 'lower', values: each((r) => r.bytes / 1e6) });
      }
      return rows;
    },
    { speed },
  );
}

/** The same with a terminal that is no faster than a real one: a program that writes more than it draws has to skip or to wait. */
export function paced(plan) {
  return throughput({ ...plan, speed: PACE, prefix: 'paced.' });
}
