import { sessionHostContract } from '../contract/session-host.ts';
import { onlineClient, openHub } from './support/index.ts';

sessionHostContract('a hub over its Unix socket', async () => {
  const { socket } = await openHub();
  return { first: await onlineClient(socket), second: await onlineClient(socket) };
});
