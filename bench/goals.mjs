import { CORPORA } from './corpora.mjs';

// What iris-tui wants to reach. A run never fails on these: machines are noisy. The table marks what was missed.

const limit = (most) => ({ text: `≤ ${most}`, met: (own) => own <= most });
const bestPeer = (row) => Math.max(...['tmux', 'screen'].map((p) => row.values[p]).filter((v) => v !== undefined));
const fastest = { text: '≥ best peer', met: (own, row) => own >= bestPeer(row) };
const halfOfTmux = { text: '≤ 0.5 × tmux', met: (own, row) => own <= 0.5 * row.values.tmux };

export const GOALS = {
  ...Object.fromEntries(CORPORA.map((name) => [`throughput.${name}`, fastest])),
  'throughput.mean-ratio': { text: '≥ 1.5', met: (own) => own >= 1.5 },
  ...Object.fromEntries(CORPORA.map((name) => [`written.${name}`, halfOfTmux])),
  'written.mean-ratio': limit(0.1),
  ...Object.fromEntries(CORPORA.map((name) => [`paced.throughput.${name}`, fastest])),
  ...Object.fromEntries(CORPORA.map((name) => [`paced.written.${name}`, halfOfTmux])),
  'paced.throughput.mean-ratio': { text: '≥ 1.5', met: (own) => own >= 1.5 },
  'paced.written.mean-ratio': limit(0.1),
  'written.flood': halfOfTmux,
  'key.idle.median': limit(1.5),
  'key.idle.p99': limit(5),
  'key.flood.median': limit(2),
  'key.flood.p99': limit(8.4),
  'interrupt.median': limit(100),
  'interrupt.worst': limit(100),
  'first-frame.server-running': limit(150),
  'first-frame.no-server': limit(350),
  exit: limit(50),
  'memory.client.start': limit(120),
  'memory.client.10000-lines': limit(120),
  'memory.server.start': limit(90),
  'memory.server.10000-lines': limit(115),
  'idle.16-panes': limit(1),
  'states.100-sessions': limit(5),
  'remote.throughput.openssh': { text: '≥ 0.9', met: (own) => own >= 0.9 },
  'remote.throughput.ssh2': { text: '≥ 0.9', met: (own) => own >= 0.9 },
  'remote.key.openssh': limit(1.5),
  'remote.key.ssh2': limit(1.5),
  'fleet.idle.50-ssh': limit(2),
  'fleet.picker': limit(100),
  'network.replay.unix': { text: '≥ 40', met: (own) => own >= 40 },
  'network.replay.tls': { text: '≥ 40', met: (own) => own >= 40 },
  'network.attach.unix': limit(120),
  'network.attach.tls': limit(120),
  'network.crowd.memory': limit(150),
  'network.crowd.key.p99': limit(15),
  'network.runners.500.cpu': limit(3),
  'network.runners.500.memory': limit(300),
  'network.beside-slow.p99': limit(1.2),
  'network.wire.agents': limit(1.1),
  'network.wire.flood': limit(0.3),
};
