import type { LaunchSpec, SessionIdentity, Transport, TransportKind } from '../core/index.ts';
import { localTransport, processEnvironment } from './local/index.ts';

export * from './local/index.ts';

export interface TransportContext {
  readonly identity: SessionIdentity;
  /** Address of the hub's socket, for IRIS_HUB. */
  readonly hub: string;
}

/** The one list of transports. */
const transports: Partial<Record<TransportKind, (launch: LaunchSpec, context: TransportContext) => Transport>> = {
  local: (launch, { identity, hub }) =>
    localTransport(
      { ...launch, env: processEnvironment(launch.env, { sessionId: identity.id, sessionName: identity.name, hub }) },
      { sessionId: identity.id, hub },
    ),
};

/** A transport for one run of a session, with the environment that its processes shall have. */
export function createTransport(kind: TransportKind, launch: LaunchSpec, context: TransportContext): Transport {
  const create = transports[kind];
  if (!create) throw new Error(`there is no transport "${kind}" yet`);
  return create(launch, context);
}
