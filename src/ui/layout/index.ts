export * from './place.ts';
export * from './tree.ts';
