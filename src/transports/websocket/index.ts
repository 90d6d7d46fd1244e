export { type ConnectOptions, type RunnerConnection, RunnerDialer } from '../../client/index.ts';
export { connectCommand } from './carried.ts';
export { FarHubLink, type LinkUser } from './far-hub-link.ts';
export { FarHubs, type FarHubsOptions, unknownHub } from './far-hubs.ts';
export { PersistentTransport, plainLaunch } from './persistent-transport.ts';
export { WebSocketTransport } from './websocket-transport.ts';
