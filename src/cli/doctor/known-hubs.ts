import type { KnownHub } from '../../client/credentials/index.ts';
import { IrisError } from '../../core/index.ts';
import type { Context } from '../context.ts';
import { type Check, fail, ok, warn } from './types.ts';

/** Of more only the first are asked: each is a connection. */
const ASKED = 50;

/** Does each hub this device was paired with let it in? All at once; nothing is opened there. */
export async function checkKnownHubs({ paths }: Context): Promise<Check[]> {
  try {
    const [{ openCredentials }, { addressOfKnown }, { systemClock }] = await Promise.all([
      import('../far-network.ts'),
      import('../../client/network/index.ts'),
      import('../../protocol/index.ts'),
    ]);
    const credentials = openCredentials(paths);
    const ask = async (hub: KnownHub): Promise<Check> => {
      const name = `hub ${hub.name}`;
      try {
        const address = await addressOfKnown(credentials, hub, systemClock)();
        if ('connection' in address) address.connection.destroy();
        return ok(name, `${hub.url} lets this device in`);
      } catch (error) {
        const { message, remedy = '', retriable } = IrisError.from(error);
        // Away is no fault: laptops travel.
        return (retriable ? warn : fail)(name, message, remedy);
      }
    };
    return await Promise.all(credentials.hubs.list().slice(0, ASKED).map(ask));
  } catch (error) {
    const { message, remedy } = IrisError.from(error);
    return [fail('hubs', message, remedy ?? '')];
  }
}
