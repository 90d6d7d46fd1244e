export * from './backoff.ts';
export * from './heartbeat.ts';
export * from './reconnector.ts';
