export * from './remote.ts';
export * from './team.ts';
