export { ConnectionWatch } from './connection-watch.ts';
export { TeamDesk } from './desk.ts';
export { processEndedThere } from './eviction.ts';
export { IdleWatch } from './idle-watch.ts';
