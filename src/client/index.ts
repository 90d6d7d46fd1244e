export * from './connect.ts';
export type { ConnectAttempt, ConnectOptions, HubAddress } from './options.ts';
export * from './runner.ts';
