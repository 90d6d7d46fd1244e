export * from './cells.ts';
export * from './entry.ts';
