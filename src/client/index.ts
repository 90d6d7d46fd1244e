export * from './connect.ts';
export type { ConnectOptions, HubAddress } from './options.ts';
export * from './runner.ts';
