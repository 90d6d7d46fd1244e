import type { LaunchSpec, Remote, SessionIdentity, Transport, TransportKind } from '../core/index.ts';
import { execTransport } from './exec/index.ts';
import { localTransport, processEnvironment } from './local/index.ts';
import { opensshTransport } from './openssh/index.ts';
import { type CarrierContext, remoteEnvironment } from './remote/index.ts';
import { ssh2Transport } from './ssh2/index.ts';
import { type FarHubs, PersistentTransport, plainLaunch, WebSocketTransport } from './websocket/index.ts';

export * from './delegating-transport.ts';
export * from './local/index.ts';
export { endCarriers } from './remote/index.ts';
export { openStream, type ProcessStream } from './stream.ts';
export { thisUser } from './this-user.ts';
export * from './websocket/index.ts';

export interface TransportContext {
  /** Absent: the process is of no session, and carries no names of ours. */
  readonly identity?: SessionIdentity;
  /** Address of the hub's socket, for IRIS_HUB. */
  readonly hub: string;
  /** By which hooks of the session's agent are known to be its own: IRIS_HOOK_TOKEN. */
  readonly hookToken?: string;
  /** For programs that run here to reach another machine (ssh, docker): PATH, HOME, SSH_AUTH_SOCK. Absent: as this process has it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Path of a terminal where ssh may ask what it needs to know, for a process with pipes that somebody waits for. Absent: it fails instead. */
  readonly askOn?: string;
  /** Links to other hubs; absent: sessions there can't be reached. */
  readonly farHubs?: FarHubs;
  /** What takes the place of a session that could not be kept in another hub; absent: the same without that. */
  readonly plain?: (launch: LaunchSpec) => Transport;
}

/** The one list of transports. */
const transports: Record<TransportKind, (launch: LaunchSpec, context: TransportContext) => Transport> = {
  local: (launch, { identity, hub, hookToken }) => {
    if (!identity) throw new Error('a local process is always of a session');
    const own = { sessionId: identity.id, sessionName: identity.name, hub };
    const env = processEnvironment(launch.env, { ...own, ...(hookToken === undefined ? {} : { hookToken }) });
    return localTransport({ ...launch, env }, { sessionId: identity.id, hub });
  },
  openssh: (launch, context) => opensshTransport(launch, remoteOf(launch), carrierContext(launch, context)),
  ssh2: (launch, { identity, env }) =>
    ssh2Transport(launch, { env: env ?? process.env, ...(identity ? { identity } : {}) }),
  exec: (launch, context) => execTransport(launch, remoteOf(launch), carrierContext(launch, context)),
  websocket: (launch, { farHubs }) => {
    const remote = remoteOf(launch);
    if (remote.kind !== 'websocket' || !farHubs) throw new Error('sessions of other hubs are reached by a hub');
    return new WebSocketTransport(launch, remote, farHubs);
  },
};

function remoteOf({ remote }: LaunchSpec): Remote {
  if (!remote) throw new Error('a transport to elsewhere has to be told where');
  return remote;
}

/** What a program that carries another gets here, and what is added there. @throws IrisError `usage` for a variable without a proper name */
function carrierContext(launch: LaunchSpec, { identity, env, askOn }: TransportContext): CarrierContext {
  const here = Object.entries(env ?? process.env).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && !pair[0].startsWith('IRIS_'),
  );
  return {
    env: Object.fromEntries(here),
    farEnv: remoteEnvironment(launch.env, identity, launch.mode === 'pty'),
    ...(identity ? { sessionId: identity.id } : {}),
    ...(askOn === undefined ? {} : { askOn }),
  };
}

/** A transport for one run of a session, with the environment that its processes shall have. */
export function createTransport(kind: TransportKind, launch: LaunchSpec, context: TransportContext): Transport {
  const { remote } = launch;
  const { farHubs } = context;
  if (!remote || remote.kind === 'websocket' || remote.options.persist === undefined || !farHubs) {
    return transports[kind](launch, context);
  }
  const there = new WebSocketTransport(
    launch,
    { kind: 'websocket', hub: { kind: 'carried', remote }, words: remote.words, options: {} },
    farHubs,
    () => transports[kind](plainLaunch(launch), context).launchCommand,
  );
  const make = context.plain ?? ((plain: LaunchSpec) => transports[kind](plain, context));
  const plain = (): Transport => make(plainLaunch(launch));
  // One that is known to live there has no other way.
  return new PersistentTransport(there, remote.options.persist === true || launch.mirror?.session ? undefined : plain);
}
