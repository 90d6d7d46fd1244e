export * from './keyboard.ts';
export * from './mouse.ts';
export * from './type-ahead.ts';
