import { resolve } from 'node:path';
import { IrisError } from '../core/index.ts';
import type { HubCard, NetworkOptions } from '../hub/index.ts';
import type { HubSettings } from './config/index.ts';
import type { OptionValues } from './verbs/types.ts';

/** What the command line says of the network, before what the config does. */
export interface NetworkFlags {
  readonly listen?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly names?: readonly string[];
  readonly insecure?: true;
}

/** @throws IrisError `usage` */
export function networkFlags({ listen, cert, key, names, insecure }: OptionValues, cwd: string): NetworkFlags {
  const file = (path: OptionValues[string]): string | undefined =>
    typeof path === 'string' ? resolve(cwd, path) : undefined;
  const files = { cert: file(cert), key: file(key) };
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw new IrisError('usage', '--cert and --key go together', { remedy: 'give both, or none' });
  }
  if (insecure === true && files.cert !== undefined) {
    throw new IrisError('usage', '--insecure leaves TLS out, and --cert and --key are for TLS', {
      remedy: 'leave one of them out',
    });
  }
  return {
    ...(typeof listen === 'string' ? { listen } : {}),
    ...(files.cert === undefined || files.key === undefined ? {} : { cert: files.cert, key: files.key }),
    ...(typeof names === 'string' ? { names: names.split(',').map((name) => name.trim()) } : {}),
    ...(insecure === true ? { insecure } : {}),
  };
}

/** As they stand on the card of a hub, and were given to it. */
export function cardOptions({ listen, cert, key, names, insecure }: NetworkFlags): NonNullable<HubCard['options']> {
  return {
    ...(listen === undefined ? {} : { listen }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(names === undefined ? {} : { names: names.join(',') }),
    ...(insecure === undefined ? {} : { insecure }),
  };
}

/** The same again as words, for a hub in the background. */
export function flagWords({ listen, cert, key, names, insecure }: NetworkFlags): string[] {
  return [
    ...(listen === undefined ? [] : ['--listen', listen]),
    ...(cert === undefined || key === undefined ? [] : ['--cert', cert, '--key', key]),
    ...(names === undefined ? [] : ['--names', names.join(',')]),
    ...(insecure ? ['--insecure'] : []),
  ];
}

/**
 * How a hub serves other machines. One that was told to on the command line, or that is run in the foreground, is none without it; one that was
 * started by use, or in the place of one that was killed, serves its own machine whatever stands in the way.
 * @throws IrisError `usage` when there is nothing to serve on
 */
export function networkOptions(
  flags: NetworkFlags,
  config: HubSettings,
  mayDoWithout: boolean,
): NetworkOptions | undefined {
  const listen = flags.listen ?? config.listen;
  if (listen === undefined) {
    if (Object.keys(flags).length === 0) return undefined;
    throw new IrisError('usage', '--cert, --key, --names and --insecure are about a network, and none is named', {
      remedy: 'give --listen HOST:PORT, or hub.listen in the config',
    });
  }
  const { cert, key } = flags.cert === undefined ? config : flags;
  const names = flags.names ?? config.names;
  const insecure = flags.insecure ?? config.insecure;
  return {
    listen,
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(names === undefined ? {} : { names }),
    ...(insecure === undefined ? {} : { insecure }),
    required: !mayDoWithout,
  };
}
