export { ConnectionWatch } from './connection-watch.ts';
export { TeamDesk } from './desk.ts';
export { IdleWatch } from './idle-watch.ts';
