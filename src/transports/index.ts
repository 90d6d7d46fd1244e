import type { LaunchSpec, SessionIdentity, Transport, TransportKind } from '../core/index.ts';
import { localTransport, processEnvironment } from './local/index.ts';

export * from './local/index.ts';
export { openStream, type ProcessStream } from './stream.ts';

export interface TransportContext {
  /** Absent: the process is of no session, and carries no names of ours. */
  readonly identity?: SessionIdentity;
  /** Address of the hub's socket, for IRIS_HUB. */
  readonly hub: string;
  /** By which hooks of the session's agent are known to be its own: IRIS_HOOK_TOKEN. */
  readonly hookToken?: string;
}

/** The one list of transports. */
const transports: Partial<Record<TransportKind, (launch: LaunchSpec, context: TransportContext) => Transport>> = {
  local: (launch, { identity, hub, hookToken }) => {
    if (!identity) throw new Error('a local process is always of a session');
    const own = { sessionId: identity.id, sessionName: identity.name, hub };
    const env = processEnvironment(launch.env, { ...own, ...(hookToken === undefined ? {} : { hookToken }) });
    return localTransport({ ...launch, env }, { sessionId: identity.id, hub });
  },
};

/** A transport for one run of a session, with the environment that its processes shall have. */
export function createTransport(kind: TransportKind, launch: LaunchSpec, context: TransportContext): Transport {
  const create = transports[kind];
  if (!create) throw new Error(`there is no transport "${kind}" yet`);
  return create(launch, context);
}
