export * from './agents.ts';
export * from './info.ts';
export * from './naming.ts';
export * from './ports.ts';
export * from './registry.ts';
export * from './session.ts';
export * from './state.ts';
