export * from './cells.ts';
export * from './entry.ts';
export * from './modes.ts';
