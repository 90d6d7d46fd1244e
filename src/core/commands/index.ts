export * from './hub-commands.ts';
