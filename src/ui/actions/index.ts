export * from './context.ts';
export * from './run.ts';
export { openCopyMode } from './sessions.ts';
export { ensureSession } from './start.ts';
