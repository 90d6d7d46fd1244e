import { CORPORA } from './corpora.mjs';
import { GOALS } from './goals.mjs';
import { geometricMean } from './stats.mjs';

const OWN = 'iris-tui';

/** Adds the geometric means over the corpora of iris-tui's ratio to tmux. */
export function withMeans(rows) {
  const mean = (kind) => {
    const ratios = rows
      .filter((row) => CORPORA.some((name) => row.id === `${kind}.${name}`))
      .map((row) => row.values[OWN] / row.values.tmux)
      .filter((ratio) => Number.isFinite(ratio) && ratio > 0);
    if (ratios.length < 4) return [];
    return [
      {
        id: `${kind}.mean-ratio`,
        unit: '× tmux',
        better: kind.endsWith('written') ? 'lower' : 'higher',
        values: { [OWN]: geometricMean(ratios) },
      },
    ];
  };
  return [...rows, ...['throughput', 'written', 'paced.throughput', 'paced.written'].flatMap(mean)];
}

const number = (value) => {
  if (value === undefined || !Number.isFinite(value)) return '-';
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(2);
};

/** A row for each measure; the ratios are iris-tui divided by the peer. */
export function table(rows, names) {
  const others = names.filter((name) => name !== OWN);
  const own = names.includes(OWN);
  const head = ['measure', 'unit', ...names, ...(own ? [...others.map((o) => `÷ ${o}`), 'goal', ''] : [])];
  const lines = rows.map((row) => {
    const ours = row.values[OWN];
    const cells = [row.id, row.unit, ...names.map((name) => number(row.values[name]))];
    if (!own) return cells;
    const goal = GOALS[row.id];
    const met = goal === undefined || ours === undefined ? '' : goal.met(ours, row) ? 'met' : 'MISSED';
    return [...cells, ...others.map((o) => number(ours / row.values[o])), goal?.text ?? '', met];
  });
  const all = [head, ...lines];
  const widths = head.map((_, x) => Math.max(...all.map((line) => line[x].length)));
  const text = all.map((line) =>
    line
      .map((cell, x) => (x < 2 || x >= head.length - 2 ? cell.padEnd(widths[x]) : cell.padStart(widths[x])))
      .join('  ')
      .trimEnd(),
  );
  text.splice(1, 0, widths.map((w) => '─'.repeat(w)).join('  '));
  return text.join('\n');
}
