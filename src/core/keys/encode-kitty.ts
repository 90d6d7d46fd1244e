import type { TerminalModes } from '../output/modes.ts';
import { isKittyKeyCode, isModifierKey, KITTY_CODES, LETTER_KEYS, TILDE_KEYS } from './codes.ts';
import { encodeLegacy, type KeyEncodingOptions } from './encode-legacy.ts';
import { isCased, isNamedKey, type Key } from './key.ts';

/** Progressive enhancements of the kitty keyboard protocol (sw.kovidgoyal.net/kitty/keyboard-protocol). */
export const KITTY_DISAMBIGUATE = 1;
export const KITTY_EVENT_TYPES = 2;
export const KITTY_ALTERNATES = 4;
export const KITTY_ALL_KEYS = 8;
export const KITTY_TEXT = 16;

const LOCKS = 64 | 128;
const EVENT_NUMBER = { press: 1, repeat: 2, release: 3 } as const;
/** Keys that stay bytes without modifiers, so that a crashed program leaves a usable terminal. */
const BYTE_KEYS = new Set(['enter', 'tab', 'backspace']);

/** A key for a program that has kitty's flags set (not 0). As text; '' when this event is not to be told. */
export function encodeKitty(key: Key, modes: TerminalModes, options: KeyEncodingOptions): string {
  const flags = modes.kittyFlags;
  const allKeys = (flags & KITTY_ALL_KEYS) !== 0;
  const escapes = allKeys || (flags & KITTY_DISAMBIGUATE) !== 0;
  const events = (flags & KITTY_EVENT_TYPES) !== 0;
  if (key.event === 'release' && (!events || (!allKeys && BYTE_KEYS.has(key.name)))) return '';
  if (isModifierKey(key.name) && !allKeys) return '';

  const codes = codesOf(key);
  const other = key.codes?.otherModifiers ?? 0;
  const modifiers =
    (codes.shift ? 1 : 0) | (key.alt ? 2 : 0) | (key.ctrl ? 4 : 0) | (key.super ? 8 : 0) | (other & ~LOCKS & 0xf0);
  const event = events ? EVENT_NUMBER[key.event] : 1;
  const text = key.text !== undefined && (modifiers & ~1) === 0 && key.event !== 'release' ? key.text : undefined;
  if (text !== undefined && !allKeys) return text;

  const legacy = (): string => encodeLegacy(key, { ...modes, modifyOtherKeys: 0 }, options);
  const letter = key.name === 'f3' ? undefined : LETTER_KEYS.get(key.name);
  const tilde = key.name === 'f3' ? 13 : key.name === 'menu' ? undefined : TILDE_KEYS.get(key.name);
  const hasOwnCode = key.codes !== undefined && isKittyKeyCode(key.codes.key);
  if ((letter !== undefined || tilde !== undefined) && !hasOwnCode) {
    if (!escapes && !events) return legacy();
    const all = modifiers | (other & LOCKS);
    const middle = modifierField(all, event);
    return letter !== undefined ? `\x1b[${middle ? `1${middle}` : ''}${letter}` : `\x1b[${tilde}${middle}~`;
  }
  if (BYTE_KEYS.has(key.name) && modifiers === 0 && !allKeys) return legacy();
  // Locks stay unsaid for keys that type, lest Num Lock turn every key into a sequence.
  const typing = !isKittyKeyCode(codes.key);
  const all = modifiers | (typing && !allKeys ? 0 : other & LOCKS);
  if (!escapes && event === 1 && (modifiers & ~7) === 0) return legacy();

  let code = `${codes.key}`;
  if (flags & KITTY_ALTERNATES) {
    const shifted = codes.shift ? codes.shifted : undefined;
    const base = codes.base !== undefined && codes.base !== codes.key ? codes.base : undefined;
    if (shifted !== undefined || base !== undefined) code += `:${shifted ?? ''}${base === undefined ? '' : `:${base}`}`;
  }
  const told = text !== undefined && flags & KITTY_TEXT ? textField(text) : '';
  const middle = modifierField(all, event);
  return `\x1b[${code}${told ? `${middle || ';'};${told}` : middle}u`;
}

function modifierField(modifiers: number, event: number): string {
  if (event !== 1) return `;${modifiers + 1}:${event}`;
  return modifiers === 0 ? '' : `;${modifiers + 1}`;
}

function textField(text: string): string {
  return [...text]
    .map((character) => character.codePointAt(0)!)
    .filter((code) => code >= 32 && !(code >= 127 && code < 160))
    .join(':');
}

interface Codes {
  readonly key: number;
  readonly shifted?: number | undefined;
  readonly base?: number | undefined;
  readonly shift: boolean;
}

/** What the outer terminal said, else what can be known from the character alone. */
function codesOf(key: Key): Codes {
  const { codes } = key;
  if (codes && (codes.key !== 0 || !isNamedKey(key.name))) {
    return { key: codes.key, shifted: codes.shifted, base: codes.base, shift: key.shift };
  }
  const code = KITTY_CODES.get(key.name);
  if (code !== undefined) return { key: code, shift: key.shift };
  if (isCased(key.name)) {
    const lower = key.name.toLowerCase();
    const upper = key.name.toUpperCase();
    return {
      key: lower.codePointAt(0)!,
      shifted: upper.codePointAt(0)!,
      shift: key.shift || key.name !== lower,
    };
  }
  return { key: key.name.codePointAt(0) ?? 0, shift: key.shift };
}
