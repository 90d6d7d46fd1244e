import { withInstances } from '../instance.mjs';
import { cpuSeconds, memory, parts } from '../processes.mjs';

/** History kept for this measure where it can be set. */
const HISTORY_LINES = 10_000;

const settle = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Attached anew, so that the server is no child of the client that is looked at. */
async function openApart(instance) {
  await instance.open();
  await instance.outer.quiet(300);
  await instance.detach();
  await instance.open('attach');
}

/** Memory of client and server after the start, and with 10,000 lines of 120 columns in one pane's history. */
export async function memories({ peers, files, patience, log }) {
  const able = peers.filter((peer) => peer.name !== 'bare');
  const rows = new Map();
  const note = (id, name, value) => {
    if (!rows.has(id)) rows.set(id, { id, unit: 'MB', better: 'lower', values: {} });
    rows.get(id).values[name] = value;
  };
  const work = async ([instance]) => {
    const { name } = instance.peer;
    await openApart(instance);
    const look = (when) => {
      const { client, server } = parts(instance.sandbox, instance.outer.pid);
      for (const [part, list] of Object.entries({ client, server })) {
        const { rss, pss } = memory(list);
        note(`memory.${part}.${when}`, name, rss);
        note(`memory.${part}.${when}.pss`, name, pss);
        log(`${name} ${part} ${when}: ${rss.toFixed(1)} MB (${list.map((p) => `${p.name} ${p.pid}`).join(', ')})`);
      }
    };
    await settle(1_000 * patience);
    look('start');
    await instance.run('cat lines');
    await settle(2_000 * patience);
    look('10000-lines');
  };
  for (const peer of able) await withInstances([peer], files, work, { historyLines: HISTORY_LINES });
  return [...rows.values()];
}

/** CPU of the multiplexer (not of the shells) with quiet panes, in percent of one core. */
export async function idle({ peers, files, panes, idleSeconds, patience, log }) {
  const able = peers.filter((peer) => peer.name !== 'bare');
  const values = {};
  for (const peer of able) {
    await withInstances([peer], files, async ([instance]) => {
      await openApart(instance);
      await instance.mux.openPanes(instance.outer, panes);
      await instance.outer.quiet(500);
      // What a start leaves behind is not idling: V8 collects its garbage for half a minute after it.
      await settle(patience < 1 ? 5_000 * patience : 35_000);
      const { client, server } = parts(instance.sandbox, instance.outer.pid);
      const shells = instance.sandbox.processes().filter((p) => p.name === 'bash').length;
      if (shells < panes)
        throw new Error(`${peer.name}: ${shells} of ${panes} panes\n${await instance.outer.picture()}`);
      const all = [...client, ...server];
      const before = { cpu: cpuSeconds(all), at: performance.now() };
      await settle(idleSeconds * 1_000);
      const seconds = (performance.now() - before.at) / 1_000;
      values[peer.name] = ((cpuSeconds(all) - before.cpu) / seconds) * 100;
      log(`${peer.name}: idle ${values[peer.name].toFixed(2)} %`);
    });
  }
  return [{ id: `idle.${panes}-panes`, unit: '% of a core', better: 'lower', values }];
}
