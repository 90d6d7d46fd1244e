import type { Config } from './config/index.ts';
import type { NetworkFlags } from './network-options.ts';

/** For people: what makes a hub read again what it reads only when it starts. */
export const START_AGAIN = 'iris-tui hub stop, then start it again';

/**
 * What a hub reads only when it starts and is another in the config now, as a line; undefined: nothing. What the command line said counts before the config,
 * then as now.
 */
export function pendingConfig(started: Config, now: Config, flags: NetworkFlags): string | undefined {
  const before = readAtStart(started, flags);
  const changed = Object.entries(readAtStart(now, flags))
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]))
    .map(([name]) => name);
  if (changed.length === 0) return undefined;
  const [was, counts] = changed.length === 1 ? ['was', 'counts'] : ['were', 'count'];
  return `${changed.join(', ')} ${was} changed, and ${counts} from the next start of the hub`;
}

function readAtStart({ hub, settings }: Config, flags: NetworkFlags): Readonly<Record<string, unknown>> {
  const { listen, cert, key, names, insecure, name } = { ...hub, ...flags };
  return {
    'hub.listen': listen,
    'hub.cert': cert,
    'hub.key': key,
    'hub.names': names,
    'hub.insecure': insecure,
    'hub.name': name,
    'settings.scrollbackLines': settings.scrollbackLines,
  };
}
