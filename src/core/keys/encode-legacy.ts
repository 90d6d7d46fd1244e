import type { TerminalModes } from '../output/modes.ts';
import { KEYPAD_LETTERS, LETTER_KEYS, TILDE_KEYS } from './codes.ts';
import { isCased, isNamedKey, KEYPAD_TEXT, type Key } from './key.ts';

export interface KeyEncodingOptions {
  /**
   * Shift+Enter for a program that asked for no extended keys. A bare terminal sends CR, and claude then submits half a prompt; it takes LF for
   * a new line. Shells, REPLs and everything in cooked mode take LF for Enter as well, full-screen programs may not (nano justifies, fzf moves).
   * `auto`, the default: LF on the main screen, where prompts live, and CR on the alternate screen. `lf`: for a session known to want it.
   */
  readonly shiftEnter?: 'auto' | 'cr' | 'lf';
}

/** A key as xterm sends it, with modifyOtherKeys 0, 1 or 2. As text; '' when the key types nothing here (release, Super with a character). */
export function encodeLegacy(key: Key, modes: TerminalModes, options: KeyEncodingOptions): string {
  if (key.event === 'release') return '';
  const modifiers = (key.shift ? 1 : 0) | (key.alt ? 2 : 0) | (key.ctrl ? 4 : 0) | (key.super ? 8 : 0);
  const alt = key.alt ? '\x1b' : '';

  const letter = LETTER_KEYS.get(key.name);
  if (letter !== undefined) return letterKey(letter, modifiers, modes);
  const tilde = TILDE_KEYS.get(key.name);
  if (tilde !== undefined) return `\x1b[${tilde}${modifiers ? `;${modifiers + 1}` : ''}~`;
  if (/^f\d+$/.test(key.name)) return upperFunctionKey(Number(key.name.slice(1)), modifiers);

  const keypad = KEYPAD_LETTERS.get(key.name);
  if (keypad !== undefined) {
    if (modes.applicationKeypad && modifiers === 0) return `\x1bO${keypad}`;
    if (key.name === 'kp-enter') return alt + (modes.newLine ? '\r\n' : '\r');
    return key.super ? '' : alt + (KEYPAD_TEXT.get(key.name) ?? '');
  }

  const other = modes.modifyOtherKeys === 0 ? undefined : otherKey(key, modifiers, modes.modifyOtherKeys);
  if (other !== undefined) return other;
  switch (key.name) {
    case 'enter': {
      const lf = options.shiftEnter === 'lf' || (options.shiftEnter !== 'cr' && !modes.alternateScreen);
      if (key.shift && !key.ctrl && !key.alt && lf) return '\n';
      return alt + (modes.newLine ? '\r\n' : '\r');
    }
    case 'tab':
      return key.shift ? `${alt}\x1b[Z` : `${alt}\t`;
    case 'backspace':
      return alt + (key.ctrl ? '\b' : '\x7f');
    case 'escape':
      return `${alt}\x1b`;
    case 'space':
      return key.super ? '' : alt + (key.ctrl ? '\0' : ' ');
  }
  // A bare terminal keeps Super and the keys that only a kitty terminal knows to itself.
  if (isNamedKey(key.name) || key.super) return '';
  if (!key.ctrl) return alt + (key.text ?? key.name);
  return alt + controlCharacter(key.name);
}

function letterKey(letter: string, modifiers: number, modes: TerminalModes): string {
  if (modifiers) return `\x1b[1;${modifiers + 1}${letter}`;
  const functionKey = letter >= 'P';
  return functionKey || modes.applicationCursor ? `\x1bO${letter}` : `\x1b[${letter}`;
}

/** F13 to F24 are Shift with F1 to F12 (terminfo of xterm: kf13 is `CSI 1;2P`), then Ctrl up to F35. */
function upperFunctionKey(number: number, modifiers: number): string {
  const row = Math.floor((number - 1) / 12);
  const name = `f${((number - 1) % 12) + 1}`;
  const all = modifiers | (row === 1 ? 1 : row === 2 ? 4 : 0);
  const letter = LETTER_KEYS.get(name);
  return letter !== undefined ? `\x1b[1;${all + 1}${letter}` : `\x1b[${TILDE_KEYS.get(name)};${all + 1}~`;
}

const OTHER_CODES = new Map([
  ['enter', 13],
  ['tab', 9],
  ['backspace', 127],
  ['escape', 27],
  ['space', 32],
]);

/**
 * XTMODKEYS 4: `CSI 27 ; modifiers ; code ~`; undefined where the level keeps the old bytes.
 * Level 1 leaves what has well-known bytes, Alt included (xterm, "modified keys" for a US PC keyboard); level 2 leaves only Shift with a character and BTab.
 */
function otherKey(key: Key, modifiers: number, level: 1 | 2): string | undefined {
  const named = OTHER_CODES.get(key.name);
  if (modifiers === 0 || (named === undefined && isNamedKey(key.name))) return undefined;
  if (modifiers === 1 && (key.name === 'tab' || named === undefined)) return undefined;
  const character = key.shift && isCased(key.name) ? key.name.toUpperCase() : key.name;
  const code = named ?? character.codePointAt(0)!;
  if (level === 1) {
    if (key.name === 'backspace' || key.name === 'escape' || (key.alt && !key.ctrl)) return undefined;
    if (key.name === 'space' && (modifiers === 1 || key.ctrl)) return undefined;
    if (named === undefined && key.ctrl && hasControlCharacter(character)) return undefined;
  }
  return `\x1b[27;${modifiers + 1};${code}~`;
}

const CONTROL = new Map([
  ['2', '\0'],
  ['@', '\0'],
  ['3', '\x1b'],
  ['4', '\x1c'],
  ['5', '\x1d'],
  ['6', '\x1e'],
  ['7', '\x1f'],
  ['/', '\x1f'],
  ['8', '\x7f'],
  ['?', '\x7f'],
  ['~', '\x1e'],
]);

function hasControlCharacter(character: string): boolean {
  return CONTROL.has(character) || /^[@-_a-z]$/.test(character);
}

/** Ctrl with a character: C0 where there is one, else the character itself, as xterm. */
function controlCharacter(character: string): string {
  if (/^[@-_a-z]$/.test(character)) return String.fromCharCode(character.charCodeAt(0) & 0x1f);
  return CONTROL.get(character) ?? character;
}
