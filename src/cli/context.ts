import { IrisError, nearest, plainText, type Remote } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { type FarHub, farHubOf } from './far-hub.ts';
import { type Paths, resolvePaths } from './paths.ts';

/** What a verb works with. */
export interface Context {
  readonly env: Environment;
  readonly paths: Paths;
  readonly json: boolean;
  /** Is it the user's own hub on its usual socket? Only that one is started when it does not run. */
  readonly ownHub: boolean;
  /** A hub on another machine: `paths.socket` is then of no use. Folders and environments of this machine mean nothing there. */
  readonly far?: FarHub;
  /** One line, for people: control characters are removed. */
  line(text: string): void;
  /** As it stands; only for what was made safe, or where the user asked for the bytes. */
  write(data: string | Uint8Array): void;
  /** One JSON value, indented when a person looks at it. */
  value(value: unknown): void;
}

/** @param hub what `--hub` said: `local`, a socket, ssh://HOST, or a team on another machine. Inside a pane the hub of that pane is meant, unless IRIS_HOME names another. */
export function makeContext(env: Environment, options: { json?: boolean; hub?: string | undefined } = {}): Context {
  const own = resolvePaths(env);
  const given = options.hub ?? hubOfPane(env);
  const far =
    given === undefined || given === 'local' ? undefined : farHubOf(given, (name) => machineOf(env, own, name));
  const socket = far ? own.socket : hubSocket(given, own);
  const write = (data: string | Uint8Array): void => {
    process.stdout.write(data);
  };
  return {
    env,
    paths: socket === own.socket ? own : { ...own, socket },
    json: options.json ?? false,
    ownHub: !far && socket === own.socket,
    ...(far ? { far } : {}),
    line: (text) => write(`${plainText(text)}\n`),
    write,
    value: (value) => write(`${JSON.stringify(value, null, env.stdoutIsTerminal ? 2 : 0)}\n`),
  };
}

/** Where a team of the config lives. */
async function machineOf(env: Environment, paths: Paths, name: string): Promise<Remote> {
  const { loadConfig } = await import('./config/index.ts');
  const { config } = await loadConfig(paths.configFile, env);
  const team = config.teams.find((one) => one.name === name);
  if (team?.remote) return team.remote;
  if (team) throw new IrisError('usage', `team ${name} lives on this machine`, { remedy: 'leave --hub out' });
  const near = nearest(
    name,
    config.teams.filter((one) => one.remote).map((one) => one.name),
  );
  throw new IrisError('not-found', `no hub is known as ${name}: no team of the config has that name`, {
    remedy: near ? `did you mean ${near}?` : "use --hub local, ssh://USER@HOST, or the path of a hub's socket",
  });
}

function hubOfPane(env: Environment): string | undefined {
  return env.vars.IRIS_HOME ? undefined : env.vars.IRIS_HUB || undefined;
}

function hubSocket(hub: string | undefined, own: Paths): string {
  if (hub === undefined || hub === 'local') return own.socket;
  if (hub.startsWith('unix:')) return hub.slice('unix:'.length);
  if (hub.startsWith('/')) return hub;
  throw new IrisError('hub-unreachable', `no hub is known as ${hub}`, {
    remedy: "use --hub local, ssh://USER@HOST, or the path of a hub's socket as hub status prints it",
  });
}
