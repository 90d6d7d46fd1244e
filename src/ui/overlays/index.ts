export * from './line-editor.ts';
export * from './overlays.ts';
