import { IrisError, type ReconnectPolicy, type SessionHost } from '../core/index.ts';
import { HubClient } from './hub-client.ts';
import type { ConnectOptions } from './options.ts';

/** A hub, seen through a connection that comes back by itself. Returns at once: `connection` and its events tell how it goes. */
export function connect(options: ConnectOptions): SessionHost {
  return new HubClient(options);
}

/** Once it has been there: it comes back, for as long as somebody wants it. */
const STAYS: Partial<ReconnectPolicy> = { giveUpAfterMs: Number.POSITIVE_INFINITY };
const LEAVES: Partial<ReconnectPolicy> = { maxAttempts: 1 };

/**
 * For scripts: one attempt. Resolves online, rejects with `hub-unreachable`, `version-mismatch` or `not-allowed`. The caller closes it. `stays`: a
 * connection that was made and breaks comes back by itself, until that is refused for good; else a broken one fails what is asked of it.
 */
export function connectOnce(options: ConnectOptions, { stays = false } = {}): Promise<SessionHost> {
  return new Promise((resolve, reject) => {
    // A client that reconnects; the error of its first attempt is kept whole, as a coded error.
    const client = new HubClient({ ...options, reconnect: { ...options.reconnect, ...(stays ? STAYS : LEAVES) } });
    const stop = client.on((event) => {
      if (event.type !== 'connection' || event.connection.state === 'connecting') return;
      stop();
      if (event.connection.state === 'online') {
        resolve(client);
        return;
      }
      const { reason } = client;
      client.close();
      reject(reason ?? new IrisError('hub-unreachable', event.connection.reason ?? 'the hub cannot be reached'));
    });
  });
}
