export { checkHubName, parseListen } from './address.ts';
export { NetworkDoor } from './door.ts';
export type { NetworkOptions, NetworkState } from './options.ts';
