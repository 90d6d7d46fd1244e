export * from './keyboard.ts';
export * from './mouse.ts';
