export * from './fleet.ts';
export * from './line-editor.ts';
export * from './live.ts';
export * from './overlays.ts';
