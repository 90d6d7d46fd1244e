/** How xterm and the kitty keyboard protocol name keys in bytes. Sources: xterm ctlseqs, "PC-Style Function Keys"; kitty, "Functional key definitions". */

/** Final letter of `CSI 1 ; m X`; without modifiers `CSI X`, or `SS3 X` where application mode or the key itself asks for it. */
export const LETTER_KEYS: ReadonlyMap<string, string> = new Map([
  ['up', 'A'],
  ['down', 'B'],
  ['right', 'C'],
  ['left', 'D'],
  ['kp-begin', 'E'],
  ['end', 'F'],
  ['home', 'H'],
  ['f1', 'P'],
  ['f2', 'Q'],
  ['f3', 'R'],
  ['f4', 'S'],
]);

/** Number of `CSI n ~`. */
export const TILDE_KEYS: ReadonlyMap<string, number> = new Map([
  ['insert', 2],
  ['delete', 3],
  ['pageup', 5],
  ['pagedown', 6],
  ['f5', 15],
  ['f6', 17],
  ['f7', 18],
  ['f8', 19],
  ['f9', 20],
  ['f10', 21],
  ['f11', 23],
  ['f12', 24],
  ['menu', 29],
]);

/** Final letter of `SS3 x` in application keypad mode. */
export const KEYPAD_LETTERS: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 10 }, (_, index): [string, string] => [`kp-${index}`, 'pqrstuvwxy'.charAt(index)]),
  ['kp-multiply', 'j'],
  ['kp-plus', 'k'],
  ['kp-separator', 'l'],
  ['kp-minus', 'm'],
  ['kp-decimal', 'n'],
  ['kp-divide', 'o'],
  ['kp-enter', 'M'],
  ['kp-equal', 'X'],
]);

function numbered(first: number, names: readonly string[]): [string, number][] {
  return names.map((name, index) => [name, first + index]);
}

/** Code of `CSI code u` for keys that are no character. */
export const KITTY_CODES: ReadonlyMap<string, number> = new Map<string, number>([
  ['tab', 9],
  ['enter', 13],
  ['escape', 27],
  ['space', 32],
  ['backspace', 127],
  ...numbered(57358, ['caps-lock', 'scroll-lock', 'num-lock', 'print-screen', 'pause', 'menu']),
  ...numbered(
    57376,
    Array.from({ length: 23 }, (_, index) => `f${index + 13}`),
  ),
  ...numbered(
    57399,
    Array.from({ length: 10 }, (_, index) => `kp-${index}`),
  ),
  ...numbered(57409, ['kp-decimal', 'kp-divide', 'kp-multiply', 'kp-minus', 'kp-plus', 'kp-enter', 'kp-equal']),
  ['kp-separator', 57416],
  ['kp-begin', 57427],
  ...numbered(57428, ['media-play', 'media-pause', 'media-play-pause', 'media-reverse', 'media-stop']),
  ...numbered(57433, ['media-fast-forward', 'media-rewind', 'media-next', 'media-previous', 'media-record']),
  ...numbered(57438, ['volume-down', 'volume-up', 'volume-mute']),
  ...numbered(57441, ['left-shift', 'left-control', 'left-alt', 'left-super', 'left-hyper', 'left-meta']),
  ...numbered(57447, ['right-shift', 'right-control', 'right-alt', 'right-super', 'right-hyper', 'right-meta']),
  ...numbered(57453, ['iso-level3-shift', 'iso-level5-shift']),
]);

/** The keypad without Num Lock has codes of its own; to everyone else these are the keys they are labelled with. */
const KITTY_KEYPAD_NAVIGATION = numbered(57417, [
  ...['left', 'right', 'up', 'down', 'pageup', 'pagedown', 'home', 'end', 'insert', 'delete'],
]);

/** The other way round: every code that is no character. */
export const KITTY_NAMES: ReadonlyMap<number, string> = new Map(
  [...KITTY_CODES, ...KITTY_KEYPAD_NAVIGATION].map(([name, code]) => [code, name]),
);

/** Kitty's codes for keys live in a private area of Unicode; nothing there is a character. */
export function isKittyKeyCode(code: number): boolean {
  return code >= 57344 && code <= 63743;
}

/** Keys that only exist to modify others: reported only when all keys are asked for. */
export function isModifierKey(name: string): boolean {
  return /^(?:(?:left|right)-(?:shift|control|alt|super|hyper|meta)|iso-level[35]-shift|(?:caps|num|scroll)-lock)$/.test(
    name,
  );
}
