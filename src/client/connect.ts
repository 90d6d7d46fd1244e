import { IrisError, type SessionHost } from '../core/index.ts';
import { HubClient } from './hub-client.ts';
import type { ConnectOptions } from './options.ts';

/** A hub, seen through a connection that comes back by itself. Returns at once: `connection` and its events tell how it goes. */
export function connect(options: ConnectOptions): SessionHost {
  return new HubClient(options);
}

/** For scripts: one attempt. Resolves online, rejects with `hub-unreachable`, `version-mismatch` or `not-allowed`. The caller closes it. */
export function connectOnce(options: ConnectOptions): Promise<SessionHost> {
  return new Promise((resolve, reject) => {
    // A reconnecting client with a single attempt; the error of that attempt is kept whole, as a coded error.
    const client = new HubClient({ ...options, reconnect: { ...options.reconnect, maxAttempts: 1 } });
    const stop = client.on((event) => {
      if (event.type !== 'connection') return;
      if (event.connection.state === 'online') {
        stop();
        resolve(client);
      } else if (event.connection.state === 'error') {
        stop();
        const reason = client.failure;
        client.close();
        reject(reason ?? new IrisError('hub-unreachable', event.connection.reason ?? 'the hub cannot be reached'));
      }
    });
  });
}
