/** press: pressed (all that a plain terminal ever tells). repeat and release: only from the kitty keyboard protocol. */
export type KeyEventKind = 'press' | 'repeat' | 'release';

/** Keys that are no character. F-keys go on to f35; `kp-0` to `kp-9` are the digits of the keypad. */
export const NAMED_KEYS = [
  ...['up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown', 'insert', 'delete'],
  ...['backspace', 'tab', 'enter', 'escape', 'space'],
  ...Array.from({ length: 35 }, (_, index) => `f${index + 1}`),
  ...Array.from({ length: 10 }, (_, index) => `kp-${index}`),
  ...['kp-decimal', 'kp-divide', 'kp-multiply', 'kp-minus', 'kp-plus', 'kp-enter', 'kp-equal', 'kp-separator'],
  ...['kp-begin', 'menu', 'caps-lock', 'scroll-lock', 'num-lock', 'print-screen', 'pause'],
  ...['media-play', 'media-pause', 'media-play-pause', 'media-reverse', 'media-stop', 'media-fast-forward'],
  ...['media-rewind', 'media-next', 'media-previous', 'media-record', 'volume-down', 'volume-up', 'volume-mute'],
  ...['left-shift', 'left-control', 'left-alt', 'left-super', 'left-hyper', 'left-meta'],
  ...['right-shift', 'right-control', 'right-alt', 'right-super', 'right-hyper', 'right-meta'],
  ...['iso-level3-shift', 'iso-level5-shift'],
] as const;

const named: ReadonlySet<string> = new Set(NAMED_KEYS);

/** What a terminal with the kitty keyboard protocol said of a key: enough to say it again, exactly. Numbers are code points or kitty's key codes. */
export interface KeyCodes {
  /** The key in the user's layout, without Shift. 0: not told; text of an input method, or a key that goes by its name. */
  readonly key: number;
  /** The same with Shift, where told. */
  readonly shifted?: number;
  /** The key at this place on a US keyboard, where told. */
  readonly base?: number;
  /** Modifiers that have no field of their own: hyper 16, meta 32, caps lock 64, num lock 128. */
  readonly otherModifiers?: number;
}

/**
 * One key. Two keys mean the same when `formatKeyName` says the same of both: that is what bindings compare.
 *
 * `name` is one of NAMED_KEYS or the character. Characters carry Shift in themselves (`A`, `!`), whether or not the terminal told of Shift;
 * only with Ctrl or Super are letters lower case and Shift stands apart (`C-S-a`).
 */
export interface Key {
  readonly name: string;
  readonly shift: boolean;
  readonly alt: boolean;
  readonly ctrl: boolean;
  readonly super: boolean;
  readonly event: KeyEventKind;
  /** What it types; absent with Ctrl, Alt or Super, on release, and for keys that type nothing. */
  readonly text?: string;
  readonly codes?: KeyCodes;
}

export interface KeyParts {
  readonly shift?: boolean;
  readonly alt?: boolean;
  readonly ctrl?: boolean;
  readonly super?: boolean;
  readonly event?: KeyEventKind;
  readonly text?: string;
  readonly codes?: KeyCodes;
}

/** Shift on a US keyboard, for what is not a letter: the guess when a terminal does not tell. */
const US_SHIFTED = new Map(
  [...'`~1!2@3#4$5%6^7&8*9(0)-_=+[{]}\\|;:\'",<.>/?'.matchAll(/(.)(.)/g)].map((m) => [m[1]!, m[2]!]),
);

/** What keypad keys type while the keypad is numeric. */
export const KEYPAD_TEXT: ReadonlyMap<string, string> = new Map([
  ...Array.from({ length: 10 }, (_, index): [string, string] => [`kp-${index}`, `${index}`]),
  ['kp-decimal', '.'],
  ['kp-divide', '/'],
  ['kp-multiply', '*'],
  ['kp-minus', '-'],
  ['kp-plus', '+'],
  ['kp-equal', '='],
  ['kp-separator', ','],
]);

export function isNamedKey(name: string): boolean {
  return named.has(name);
}

/** Does the character have a lower and an upper case of one character each? */
export function isCased(character: string): boolean {
  const lower = character.toLowerCase();
  const upper = character.toUpperCase();
  return lower !== upper && [...lower].length === 1 && [...upper].length === 1;
}

/** The character that Shift makes of another; `known` is what the terminal said. */
export function shiftedCharacter(character: string, known?: string): string {
  if (known !== undefined) return known;
  return isCased(character) ? character.toUpperCase() : (US_SHIFTED.get(character) ?? character);
}

/** A key of NAMED_KEYS, or of one character as it is typed; `text` is filled in where the key types something. */
export function makeKey(name: string, parts: KeyParts = {}): Key {
  const { shift = false, alt = false, ctrl = false, super: superKey = false, event = 'press' } = parts;
  const character = !named.has(name);
  const typed = character ? name : name === 'space' ? ' ' : KEYPAD_TEXT.get(name);
  const types = !ctrl && !alt && !superKey && event !== 'release';
  const text = types ? (parts.text ?? typed) : undefined;
  return {
    name: character && (ctrl || superKey) && isCased(name) ? name.toLowerCase() : name,
    shift,
    alt,
    ctrl,
    super: superKey,
    event,
    ...(text === undefined || text === '' ? {} : { text }),
    ...(parts.codes ? { codes: parts.codes } : {}),
  };
}

/** A key of a character as it stands on the keyboard, without Shift, for terminals that report keys and not characters. */
export function makeCharacterKey(character: string, parts: KeyParts, shifted?: string): Key {
  if (!parts.shift) return makeKey(character, parts);
  // With Ctrl or Super a letter stays what it is: C-S-a is another key than C-a, and C-A is C-a to people.
  if ((parts.ctrl || parts.super) && isCased(character)) return makeKey(character, parts);
  return makeKey(shiftedCharacter(character, shifted), parts);
}
