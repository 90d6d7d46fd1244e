export { isModifierKey, KITTY_NAMES } from './codes.ts';
export { encodeFocus, encodeKey } from './encode.ts';
export {
  KITTY_ALL_KEYS,
  KITTY_ALTERNATES,
  KITTY_DISAMBIGUATE,
  KITTY_EVENT_TYPES,
  KITTY_TEXT,
} from './encode-kitty.ts';
export type { KeyEncodingOptions } from './encode-legacy.ts';
export * from './key.ts';
export * from './mouse.ts';
export * from './names.ts';
export * from './paste.ts';
