import { IrisError, plainText } from '../errors.ts';
import { isCased, isNamedKey, type Key, makeCharacterKey, makeKey, NAMED_KEYS } from './key.ts';

/** tmux's own spelling, which `formatKeyName` prints. Everything of NAMED_KEYS that is not here is spelled in capitals: media-play is MediaPlay. */
const SPELLED: ReadonlyMap<string, string> = new Map([
  ['insert', 'IC'],
  ['delete', 'DC'],
  ['pageup', 'PPage'],
  ['pagedown', 'NPage'],
  ['backspace', 'BSpace'],
  ['kp-divide', 'KP/'],
  ['kp-multiply', 'KP*'],
  ['kp-minus', 'KP-'],
  ['kp-plus', 'KP+'],
  ['kp-decimal', 'KP.'],
  ['kp-equal', 'KP='],
  ['kp-separator', 'KP,'],
  ['kp-enter', 'KPEnter'],
  ['kp-begin', 'KPBegin'],
]);

/** Other names of the same keys: tmux's aliases, and what people try. */
const ALIASES: Readonly<Record<string, string>> = {
  Insert: 'insert',
  Ins: 'insert',
  Delete: 'delete',
  Del: 'delete',
  PageUp: 'pageup',
  PgUp: 'pageup',
  PageDown: 'pagedown',
  PgDn: 'pagedown',
  Backspace: 'backspace',
  Return: 'enter',
  CR: 'enter',
  Esc: 'escape',
  Spacebar: 'space',
};

function spell(name: string): string {
  const own = SPELLED.get(name);
  if (own !== undefined) return own;
  if (/^kp-\d$/.test(name)) return `KP${name.slice(3)}`;
  return name.replace(/(?:^|-)([a-z])/g, (_, first: string) => first.toUpperCase());
}

/** Lower case, because tmux takes names in any case. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ...NAMED_KEYS.map((name): [string, string] => [spell(name).toLowerCase(), name]),
  ...Object.entries(ALIASES).map(([alias, name]): [string, string] => [alias.toLowerCase(), name]),
]);

/** Every spelling, for completion and help. */
export function keyNames(): string[] {
  return [...NAMED_KEYS.map(spell), 'BTab', ...Object.keys(ALIASES)];
}

/** As parseKeyName; undefined where it would throw. */
export function tryParseKeyName(text: string): Key | undefined {
  let rest = text;
  let ctrl = false;
  let alt = false;
  let shift = false;
  let superKey = false;
  for (;;) {
    const modifier = /^(?:([CMS])-|(super)-|(\^))(?=.)/isu.exec(rest);
    if (!modifier) break;
    const letter = modifier[1]?.toUpperCase();
    if (letter === 'C' || modifier[3]) ctrl = true;
    else if (letter === 'M') alt = true;
    else if (letter === 'S') shift = true;
    else superKey = true;
    rest = rest.slice(modifier[0].length);
  }
  const parts = { ctrl, alt, shift, super: superKey };
  if (/^0x[0-9a-f]{1,6}$/i.test(rest)) {
    const code = Number(rest);
    if (code < 32 || (code >= 127 && code < 160) || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return undefined;
    rest = String.fromCodePoint(code);
  }
  if ([...rest].length === 1) return characterKey(rest, parts);
  if (rest.toLowerCase() === 'btab') return makeKey('tab', { ...parts, shift: true });
  const name = NAMES.get(rest.toLowerCase());
  return name === undefined ? undefined : makeKey(name, parts);
}

function characterKey(
  character: string,
  parts: { ctrl: boolean; alt: boolean; shift: boolean; super: boolean },
): Key | undefined {
  if (character === ' ') return makeKey('space', parts);
  if (/[\p{Cc}\p{Cs}]/u.test(character)) return undefined;
  // One byte, two names: NUL is what every terminal sends for C-Space, and what tmux calls C-Space.
  if (character === '@' && parts.ctrl && !parts.shift) return makeKey('space', parts);
  return makeCharacterKey(character, parts);
}

/**
 * A key by its tmux name: `%`, `C-b`, `^B`, `M-1`, `S-F5`, `C-M-x`, `Up`, `NPage`, `BTab`, `KPEnter`, `0x41`. Case matters for single characters only.
 * Throws an IrisError (`usage`) that suggests a name.
 */
export function parseKeyName(text: string): Key {
  const key = tryParseKeyName(text);
  if (key) return key;
  const guess = nearest(text);
  throw new IrisError('usage', `no key is named "${plainText(text, 40)}"`, {
    remedy:
      guess === undefined ? 'keys are named as in tmux: C-b, M-x, S-F5, Up, Enter, Space' : `did you mean ${guess}?`,
  });
}

/** The tmux name of a key: the same for every way in which terminals report the same key. */
export function formatKeyName(key: Key): string {
  const modifiers = `${key.super ? 'Super-' : ''}${key.ctrl ? 'C-' : ''}${key.alt ? 'M-' : ''}`;
  if (key.name === 'tab' && key.shift) return `${modifiers}BTab`;
  if (isNamedKey(key.name)) return `${modifiers}${key.shift ? 'S-' : ''}${spell(key.name)}`;
  const shiftStands = key.shift && (key.ctrl || key.super) && isCased(key.name);
  return `${modifiers}${shiftStands ? 'S-' : ''}${key.name}`;
}

function nearest(text: string): string | undefined {
  const match = /^((?:[CMS]-|\^)*)(.*)$/isu.exec(text);
  const modifiers = match?.[1] ?? '';
  const wanted = (match?.[2] ?? '').toLowerCase();
  // Longer than any name: not a slip of the finger, and not worth comparing.
  if (wanted.length > 24) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 2)) + 1;
  for (const name of keyNames()) {
    const distance = editDistance(wanted, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best === undefined ? undefined : modifiers + best;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
