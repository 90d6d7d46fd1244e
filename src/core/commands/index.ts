export * from './hub-commands.ts';
export * from './parse.ts';
export * from './viewer-commands.ts';
