import { type SessionRegistry, transportOf } from '../core/index.ts';
import { createTransport } from '../transports/index.ts';
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
    if (wanted.headless !== undefined) {
      const context = { identity, hub: hub.socket, env };
      return hub.headless.transport(wanted, identity, (launch) =>
        journaled(createTransport(transportOf(launch.remote), launch, context), journal, identity.id),
      );
    }
    const hooks = wanted.hooks ?? hub.teams.hooks ?? false;
    const { launch, token } = hub.hooks.prepare(wanted, identity, hooks);
    const context = {
      identity,
      hub: hub.socket,
      env,
      farHubs: farHubs(),
      ...(token === undefined ? {} : { hookToken: token }),
    };
    return journaled(createTransport(transportOf(launch.remote), launch, context), journal, identity.id);
  };
}
