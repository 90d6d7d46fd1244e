export * from './backoff.ts';
export * from './heartbeat.ts';
export * from './look-around.ts';
export * from './reconnector.ts';
