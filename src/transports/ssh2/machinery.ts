/** What is loaded when a session of ssh2 starts, and not before. */
export { connectRoute } from './connect.ts';
export { FarProcess } from './far-process.ts';
export { localUser, placeOf, resolveRoute } from './settings.ts';
