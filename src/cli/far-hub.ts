import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IrisError, nearest, plainText, type Remote } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { writeError } from './failure.ts';
import { type Addresses, type AddressOptions, addressByCommand } from './far-command.ts';
import type { FarOptions } from './far-network.ts';
import type { Paths } from './paths.ts';

/** A hub that is not reached through a socket of this machine: over the network, or through a command that runs there (ssh, docker exec, any prefix). */
export interface FarHub {
  /** As the user names it. */
  readonly name: string;
  /** Leads to it; asked again at each attempt. */
  address(options: AddressOptions): Addresses;
}

/** Tells somebody who waits at a terminal for what. A line of its own: what ssh still asks comes below it. */
export function tellOfSilence(context: {
  readonly env: Environment;
  readonly json: boolean;
  readonly far?: FarHub;
}): Pick<AddressOptions, 'silent'> {
  const { env, json, far } = context;
  if (!env.stderrIsTerminal || json || !far) return {};
  return { silent: () => writeError(`iris-tui: no answer yet from ${plainText(far.name)} …\n`) };
}

/**
 * What `--hub` may be besides a socket: a hub this device was paired with, by name or address; any hub on the network, with IRIS_TOKEN; an address of ssh;
 * or a team of the config, whose machine is meant.
 * @throws IrisError `usage` for an address that is none
 */
export function farHubOf(given: string, env: Environment, paths: Paths, options: FarOptions = {}): FarHub | undefined {
  if (/^(wss?|https?):\/\//i.test(given)) {
    const name = given.replace(/#.*$/, '');
    return { name, address: () => lazily(() => network(given, env, paths, options)) };
  }
  if (/^[A-Za-z0-9_]/.test(given) && !/[/:]/.test(given)) {
    return {
      name: given,
      address: (how) =>
        lazily(async () => {
          const known = await network(given, env, paths, options);
          return known ?? addressByCommand(given, () => machineOf(given, env, paths), how);
        }),
    };
  }
  if (!/^ssh:\/\//i.test(given)) return undefined;
  const [, user, host, port] = /^ssh:\/\/(?:([^@/\s]+)@)?(\[[0-9a-f:.]+\]|[^:/@\s]+)(?::(\d+))?\/?$/i.exec(given) ?? [];
  if (host === undefined || host.startsWith('-') || user?.startsWith('-')) {
    throw new IrisError('usage', `${given} is no address`, { remedy: 'write ssh://USER@HOST:PORT' });
  }
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) {
    throw new IrisError('usage', `${given}: there is no port ${port}`, { remedy: 'it is a number from 1 to 65535' });
  }
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const words = [...(port === undefined ? [] : ['-p', port]), user === undefined ? name : `${user}@${name}`];
  const remote: Remote = { kind: 'openssh', words, options: {} };
  return { name: given, address: (how) => addressByCommand(given, async () => remote, how) };
}

/** Which carrier it is, is looked up once; the carrier is asked at each attempt, and knows where the hub has moved and what it is called by now. */
function lazily(choose: () => Promise<Addresses | undefined>): Addresses {
  let chosen: Addresses | undefined;
  return async (attempt) => {
    chosen ??= await choose();
    // An address of the network always has a carrier, and a word always has a second one.
    if (!chosen) throw new Error('no carrier');
    return chosen(attempt);
  };
}

async function network(given: string, env: Environment, paths: Paths, options: FarOptions) {
  const { networkAddresses } = await import('./far-network.ts');
  return networkAddresses(given, env, paths, options);
}

/** Where a team of the config lives. */
async function machineOf(name: string, env: Environment, paths: Paths): Promise<Remote> {
  const { loadConfig } = await import('./config/index.ts');
  const { config } = await loadConfig(paths.configFile, env);
  const team = config.teams.find((one) => one.name === name);
  if (team?.remote) return team.remote;
  if (team) throw new IrisError('usage', `team ${name} lives on this machine`, { remedy: 'leave --hub out' });
  const { knownNames } = await import('./far-network.ts');
  const teams = config.teams.filter((one) => one.remote).map((one) => one.name);
  const near = nearest(name, [...knownNames(paths), ...teams]);
  throw new IrisError(
    'not-found',
    `no hub is known as ${name}: neither a hub was paired with nor a team of the config has that name`,
    {
      remedy: near
        ? `did you mean ${near}?`
        : 'iris-tui pair makes one known; or use --hub local, ssh://USER@HOST, wss://HOST:PORT',
    },
  );
}

/** A hub that this device was paired with; undefined: none is known by that name. */
export function knownHub(name: string, env: Environment, paths: Paths): Addresses | undefined {
  if (!isKnown(name, paths)) return undefined;
  return farHubOf(name, env, paths)?.address({ start: true });
}

/** Looked up without what reads and checks all of the file: a hub asks for each connection. */
function isKnown(name: string, { configDir }: Paths): boolean {
  try {
    const { hubs } = JSON.parse(readFileSync(join(configDir, 'hubs.json'), 'utf8')) as { hubs?: { name?: unknown }[] };
    return hubs?.some((hub) => hub.name === name) === true;
  } catch {
    return false;
  }
}
