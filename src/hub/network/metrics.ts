import type { HubContext } from '../context.ts';

/** What is measured of this hub, in the text format of Prometheus (version 0.0.4). Names of sessions and people are not in it. */
export function metricsOf(hub: HubContext): string {
  const sessions = hub.registry.list().map((session) => session.info());
  const viewers = [...hub.viewers.values()];
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const version = hub.version.replace(/["\\\n]/g, '');
  return [
    metric('iris_hub_info', 'gauge', 'version of the hub', { [`version="${version}"`]: 1 }),
    metric('iris_hub_uptime_seconds', 'gauge', 'since the hub started', {
      '': (hub.clock.now() - hub.startedAt) / 1000,
    }),
    metric('iris_hub_resident_bytes', 'gauge', 'memory of the hub', { '': rss }),
    metric('iris_hub_heap_bytes', 'gauge', 'memory in use by its objects', { '': heapUsed }),
    metric('iris_hub_cpu_seconds_total', 'counter', 'processor time of the hub', { '': (user + system) / 1e6 }),
    metric(
      'iris_sessions',
      'gauge',
      'sessions by the state of their process',
      counted(sessions, 'status', (one) => one.process.status),
    ),
    metric(
      'iris_connections',
      'gauge',
      'sessions by the state of their connection',
      counted(sessions, 'state', (one) => one.connection.state),
    ),
    metric(
      'iris_agents',
      'gauge',
      'sessions by what their agent does',
      counted(sessions, 'state', (one) => one.agent.state),
    ),
    metric(
      'iris_viewers',
      'gauge',
      'links by who is behind them',
      counted(viewers, 'kind', (one) => one.identity.principal.kind),
    ),
    metric('iris_devices', 'gauge', 'paired devices', { '': hub.access.devices.length }),
    metric('iris_tokens', 'gauge', 'tokens of scripts', { '': hub.access.tokens.length }),
  ].join('');
}

function metric(
  name: string,
  type: 'gauge' | 'counter',
  help: string,
  values: Readonly<Record<string, number>>,
): string {
  const lines = Object.entries(values).map(
    ([labels, value]) => `${name}${labels === '' ? '' : `{${labels}}`} ${value}\n`,
  );
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

function counted<T>(all: readonly T[], label: string, of: (one: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of all) {
    const key = `${label}="${of(one)}"`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
