export { type Hub, type HubOptions, type HubStart, SCROLLBACK_LINES, startHub } from './hub.ts';
export { type HubLog, openHubLog, silentLog } from './hub-log.ts';
export { type HubCard, readCard } from './lock.ts';
export type { NetworkOptions, NetworkState } from './network/index.ts';
export type { HubPaths } from './paths.ts';
export { runHub } from './run-hub.ts';
