export * from './launch.ts';
export * from './remote.ts';
export * from './team.ts';
