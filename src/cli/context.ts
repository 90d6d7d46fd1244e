import { IrisError, plainText } from '../core/index.ts';
import type { Environment } from './environment.ts';
import { type FarHub, farHubOf } from './far-hub.ts';
import type { FarOptions } from './far-network.ts';
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

/** @param hub what `--hub` said: `local`, a socket, or whatever `farHubOf` reads. Inside a pane the hub of that pane is meant, unless IRIS_HOME names another. */
export function makeContext(
  env: Environment,
  options: { json?: boolean; hub?: string | undefined } & FarOptions = {},
): Context {
  const own = resolvePaths(env);
  const given = options.hub ?? hubOfPane(env);
  const far = given === undefined || given === 'local' ? undefined : farHubOf(given, env, own, options);
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

function hubOfPane(env: Environment): string | undefined {
  return env.vars.IRIS_HOME ? undefined : env.vars.IRIS_HUB || undefined;
}

function hubSocket(hub: string | undefined, own: Paths): string {
  if (hub === undefined || hub === 'local') return own.socket;
  if (hub.startsWith('unix:')) return hub.slice('unix:'.length);
  if (hub.startsWith('/')) return hub;
  throw new IrisError('hub-unreachable', `no hub is known as ${hub}`, {
    remedy: "use --hub local, a name of iris-tui hubs, ssh://USER@HOST, wss://HOST:PORT, or the path of a hub's socket",
  });
}
