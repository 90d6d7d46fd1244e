import {
  isCased,
  type Key,
  type KeyCodes,
  type KeyEventKind,
  KITTY_NAMES,
  makeCharacterKey,
  makeKey,
} from '../../core/index.ts';

/** Parameters of a control sequence: numbers between `;`, each with its sub-parameters between `:`. NaN: left out. */
export type Params = readonly (readonly number[])[];

const LETTERS: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'kp-begin',
  F: 'end',
  G: 'kp-begin',
  H: 'home',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};
/** rxvt: lower case is Shift after CSI, Ctrl after SS3. */
const RXVT_ARROWS: Readonly<Record<string, string>> = { a: 'up', b: 'down', c: 'right', d: 'left' };
/** xterm, vt220, linux console (1, 4) and rxvt (7, 8); 25 and up as vt220 where no PC key is there. */
const TILDES: readonly (string | undefined)[] = [
  ...[undefined, 'home', 'insert', 'delete', 'end', 'pageup', 'pagedown', 'home', 'end', undefined, undefined],
  ...['f1', 'f2', 'f3', 'f4', 'f5', undefined, 'f6', 'f7', 'f8', 'f9', 'f10', undefined, 'f11', 'f12', 'f13', 'f14'],
  ...[undefined, 'f15', 'menu', undefined, 'f17', 'f18', 'f19', 'f20'],
];
const RXVT_FINAL: Readonly<Record<string, { shift: boolean; ctrl: boolean }>> = {
  $: { shift: true, ctrl: false },
  '^': { shift: false, ctrl: true },
  '@': { shift: true, ctrl: true },
};
/** Application keypad, and what follows SS3 in xterm, vt100 and vt220. */
const SS3: Readonly<Record<string, string>> = {
  ...LETTERS,
  M: 'kp-enter',
  X: 'kp-equal',
  j: 'kp-multiply',
  k: 'kp-plus',
  l: 'kp-separator',
  m: 'kp-minus',
  n: 'kp-decimal',
  o: 'kp-divide',
  ...Object.fromEntries([...'pqrstuvwxy'].map((letter, index) => [letter, `kp-${index}`])),
  ' ': 'space',
  I: 'tab',
};
const COMPOSED = 'composed text';
const EVENTS: readonly KeyEventKind[] = ['press', 'press', 'repeat', 'release'];

interface Modifiers {
  shift: boolean;
  alt: boolean;
  ctrl: boolean;
  super: boolean;
  event: KeyEventKind;
  other: number;
}

/** The second parameter: modifiers + 1, and the event type as its sub-parameter. undefined: not one. */
function modifiersOf(param: readonly number[] | undefined): Modifiers | undefined {
  const bits = value(param?.[0], 1) - 1;
  const event = EVENTS[value(param?.[1], 1)];
  if (bits < 0 || bits > 255 || event === undefined || (param?.length ?? 0) > 2) return undefined;
  return {
    shift: (bits & 1) !== 0,
    alt: (bits & 2) !== 0,
    ctrl: (bits & 4) !== 0,
    super: (bits & 8) !== 0,
    event,
    other: bits & 0xf0,
  };
}

function value(number: number | undefined, fallback: number): number {
  return number === undefined || Number.isNaN(number) ? fallback : number;
}

/** A named key; locks and the like are kept only where they were told. */
function named(name: string, modifiers: Modifiers, code?: number): Key {
  const keep = modifiers.other !== 0 || code !== undefined;
  const codes: KeyCodes | undefined = keep
    ? { key: code ?? 0, ...(modifiers.other ? { otherModifiers: modifiers.other } : {}) }
    : undefined;
  return makeKey(name, { ...modifiers, ...(codes && { codes }) });
}

/** A CSI sequence without private prefix that is a key; undefined for all others. `$` as final letter is rxvt's. */
export function decodeCsiKey(params: Params, final: string): Key | undefined {
  if (final === 'u') return params.length > 0 ? kittyKey(params) : undefined;
  if (final === '~') return tildeKey(params);
  const rxvt = RXVT_FINAL[final];
  if (rxvt) {
    const name = params.length === 1 ? TILDES[value(params[0]![0], 0)] : undefined;
    return name === undefined ? undefined : makeKey(name, rxvt);
  }
  const arrow = RXVT_ARROWS[final];
  if (arrow !== undefined) return params.length === 0 ? makeKey(arrow, { shift: true }) : undefined;
  if (final === 'Z' || (final === 'I' && params.length === 2)) {
    const modifiers = modifiersOf(params[1]);
    return modifiers && named('tab', { ...modifiers, shift: final === 'Z' || modifiers.shift });
  }
  const name = LETTERS[final];
  if (name === undefined || params.length > 2) return undefined;
  // `CSI 1 ; m A`, and older `CSI m A`; anything else is a report, as CPR is `CSI row ; column R`.
  if (params.length === 2 && value(params[0]![0], 1) !== 1) return undefined;
  const modifiers = modifiersOf(params.length === 1 && value(params[0]![0], 1) !== 1 ? params[0] : params[1]);
  // F3 with modifiers looks like CPR on the first row: we never ask for CPR, and xterm has 2 to 16 here.
  const bits = value(params[1]?.[0], 1) - 1;
  if (final === 'R' && params.length === 2 && (bits < 1 || bits > 15)) return undefined;
  return modifiers && named(name, modifiers);
}

function tildeKey(params: Params): Key | undefined {
  const number = value(params[0]?.[0], 0);
  if (number === 27 && params.length === 3) return otherKey(params);
  const name = TILDES[number];
  const modifiers = modifiersOf(params[1]);
  if (name === undefined || !modifiers || params.length > 2) return undefined;
  // Kitty's F3 is 13~, where vt220 had the same.
  return named(name, modifiers);
}

/** modifyOtherKeys: the character has Shift in it already. */
function otherKey(params: Params): Key | undefined {
  const modifiers = modifiersOf(params[1]);
  const code = value(params[2]?.[0], 0);
  if (!modifiers) return undefined;
  const name = KITTY_NAMES.get(code === 8 ? 127 : code);
  if (name !== undefined) return makeKey(name, modifiers);
  const character = characterOf(code);
  return character === undefined ? undefined : makeKey(character, modifiers);
}

function characterOf(code: number): string | undefined {
  if (code < 32 || (code >= 127 && code < 160) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    return undefined;
  return String.fromCodePoint(code);
}

/** `CSI code : shifted : base ; modifiers : event ; text u` of the kitty keyboard protocol. */
function kittyKey(params: Params): Key | undefined {
  const [codes = [], , texts] = params;
  const code = value(codes[0], 1);
  const modifiers = modifiersOf(params[1]);
  if (!modifiers || params.length > 3 || codes.length > 3) return undefined;
  const text = texts?.map((one) => characterOf(one) ?? '').join('');
  // Text without a key: an input method.
  if (code === 0) return text ? composed(text, modifiers) : undefined;
  const shifted = value(codes[1], 0) || undefined;
  const base = value(codes[2], 0) || undefined;
  const kept: KeyCodes = {
    key: code,
    ...(shifted === undefined ? {} : { shifted }),
    ...(base === undefined ? {} : { base }),
    ...(modifiers.other ? { otherModifiers: modifiers.other } : {}),
  };
  const parts = { ...modifiers, codes: kept, ...(text ? { text } : {}) };
  const name = KITTY_NAMES.get(code);
  if (name !== undefined) return makeKey(name, parts);
  const character = characterOf(code);
  if (character === undefined || (code >= 57344 && code <= 63743)) return undefined;
  return characterKey(character, parts, shifted, base);
}

/** Words that an input method wrote at once are no key of any name: "up" is not Up. */
function composed(text: string, modifiers: Modifiers): Key {
  const name = [...text].length === 1 ? text : COMPOSED;
  return makeKey(name, { ...modifiers, text, codes: { key: 0 } });
}

function characterKey(
  character: string,
  parts: Modifiers & { codes: KeyCodes; text?: string },
  shifted: number | undefined,
  base: number | undefined,
): Key {
  // Ctrl with a letter of another script means the key at that place: so C-c is C-c on a Russian keyboard.
  const place = base === undefined ? undefined : characterOf(base);
  if ((parts.ctrl || parts.super) && place !== undefined && character > '\x7f' && place < '\x7f') {
    return makeCharacterKey(place, parts);
  }
  const upper = shifted === undefined ? undefined : characterOf(shifted);
  const capsLock = (parts.other & 64) !== 0 && isCased(character) && !parts.ctrl && !parts.super;
  if (!capsLock) return makeCharacterKey(character, parts, upper);
  return makeKey(parts.shift ? character.toLowerCase() : character.toUpperCase(), parts);
}

/** What follows SS3: a letter, and in some terminals modifiers before it. undefined: not a key. */
export function decodeSs3Key(params: Params, final: string): Key | undefined {
  const arrow = RXVT_ARROWS[final];
  if (arrow !== undefined) return params.length === 0 ? makeKey(arrow, { ctrl: true }) : undefined;
  const name = SS3[final];
  if (name === undefined || params.length > 2) return undefined;
  const modifiers = modifiersOf(params.length === 1 ? params[0] : params[1]);
  return modifiers && named(name, modifiers);
}

/** One byte below 0x80, or one code point above. */
export function decodeCharacter(code: number): Key {
  switch (code) {
    case 0x00:
      return makeKey('space', { ctrl: true });
    case 0x09:
      return makeKey('tab');
    case 0x0d:
      return makeKey('enter');
    case 0x1b:
      return makeKey('escape');
    case 0x20:
      return makeKey('space');
    case 0x7f:
      return makeKey('backspace');
  }
  if (code < 0x20) return makeKey(String.fromCharCode(code + 0x40).toLowerCase(), { ctrl: true });
  return makeKey(String.fromCodePoint(code));
}

/** The same key with Alt. */
export function withAlt(key: Key): Key {
  const { text: _, ...rest } = key;
  return { ...rest, alt: true };
}
