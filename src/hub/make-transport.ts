import { type LaunchSpec, type SessionRegistry, type Transport, transportOf } from '../core/index.ts';
import { createTransport, type TransportContext } from '../transports/index.ts';
import type { HubContext } from './context.ts';
import type { FarDesk } from './far/index.ts';
import { journaled, type ProcessJournal } from './sweep/index.ts';

/** How a hub reaches the process of a session: by its transport, with hooks where it shall have them, written down so that nothing is left running. */
export function transportMaker(
  hub: HubContext,
  journal: ProcessJournal,
  farHubs: () => FarDesk['hubs'],
): ConstructorParameters<typeof SessionRegistry>[0]['transport'] {
  return (wanted, identity) => {
    const env = hub.desk.reachingEnv;
    const reach = { identity, hub: hub.socket, env, farHubs: farHubs() };
    const make = (launch: LaunchSpec, context: TransportContext): Transport =>
      journaled(createTransport(transportOf(launch.remote), launch, context), journal, identity.id);
    if (wanted.headless !== undefined) {
      const spoken = (launch: LaunchSpec): Transport =>
        hub.headless.transport(launch, identity, (pipes) => make(pipes, reach));
      // Another hub speaks to the agent itself.
      return livesElsewhere(wanted) ? make(wanted, { ...reach, plain: spoken }) : spoken(wanted);
    }
    const hooks = wanted.hooks ?? hub.teams.hooks ?? false;
    const { launch, token } = hub.hooks.prepare(wanted, identity, hooks);
    return make(launch, { ...reach, ...(token === undefined ? {} : { hookToken: token }) });
  };
}

/** In another hub, or there if it can be. */
function livesElsewhere({ remote }: LaunchSpec): boolean {
  return remote?.kind === 'websocket' || remote?.options.persist !== undefined;
}
