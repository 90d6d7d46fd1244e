export * from './gate.ts';
export * from './rules.ts';
export * from './words.ts';
