import { describe, expect, it } from 'vitest';
import {
  DEFAULT_MODES,
  encodeFocus,
  encodeKey,
  makeKey,
  parseKeyName,
  type TerminalModes,
} from '../../../src/core/index.ts';

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString('utf8');
const encoded = (name: string, modes: Partial<TerminalModes> = {}): string | undefined =>
  text(encodeKey(parseKeyName(name), { ...DEFAULT_MODES, ...modes }));

/** xterm's defaults (ctlseqs, "PC-Style Function Keys"; "Alt and Meta Keys"). */
const LEGACY: Readonly<Record<string, string>> = {
  a: 'a',
  A: 'A',
  é: 'é',
  '%': '%',
  字: '字',
  '👍': '👍',
  'C-a': '\x01',
  'C-z': '\x1a',
  'C-S-a': '\x01',
  'C-Space': '\0',
  'C-2': '\0',
  'C-[': '\x1b',
  'C-3': '\x1b',
  'C-\\': '\x1c',
  'C-]': '\x1d',
  'C-^': '\x1e',
  'C-_': '\x1f',
  'C-/': '\x1f',
  'C-?': '\x7f',
  'C-8': '\x7f',
  'C-1': '1',
  'C-;': ';',
  'M-a': '\x1ba',
  'M-A': '\x1bA',
  'M-é': '\x1bé',
  'C-M-x': '\x1b\x18',
  'M-Space': '\x1b ',
  Space: ' ',
  'S-Space': ' ',
  Enter: '\r',
  'C-Enter': '\r',
  'M-Enter': '\x1b\r',
  Tab: '\t',
  BTab: '\x1b[Z',
  'M-Tab': '\x1b\t',
  Escape: '\x1b',
  'M-Escape': '\x1b\x1b',
  BSpace: '\x7f',
  'C-BSpace': '\b',
  'M-BSpace': '\x1b\x7f',
  Up: '\x1b[A',
  Down: '\x1b[B',
  Right: '\x1b[C',
  Left: '\x1b[D',
  Home: '\x1b[H',
  End: '\x1b[F',
  IC: '\x1b[2~',
  DC: '\x1b[3~',
  PPage: '\x1b[5~',
  NPage: '\x1b[6~',
  F1: '\x1bOP',
  F2: '\x1bOQ',
  F3: '\x1bOR',
  F4: '\x1bOS',
  F5: '\x1b[15~',
  F6: '\x1b[17~',
  F7: '\x1b[18~',
  F8: '\x1b[19~',
  F9: '\x1b[20~',
  F10: '\x1b[21~',
  F11: '\x1b[23~',
  F12: '\x1b[24~',
  F13: '\x1b[1;2P',
  F20: '\x1b[19;2~',
  F24: '\x1b[24;2~',
  F25: '\x1b[1;5P',
  Menu: '\x1b[29~',
  'S-Up': '\x1b[1;2A',
  'M-Up': '\x1b[1;3A',
  'M-S-Up': '\x1b[1;4A',
  'C-Up': '\x1b[1;5A',
  'C-S-Up': '\x1b[1;6A',
  'C-M-Up': '\x1b[1;7A',
  'C-M-S-Up': '\x1b[1;8A',
  'C-Home': '\x1b[1;5H',
  'C-DC': '\x1b[3;5~',
  'S-F5': '\x1b[15;2~',
  'C-F1': '\x1b[1;5P',
  KP0: '0',
  KP9: '9',
  'KP.': '.',
  'KP/': '/',
  'KP*': '*',
  'KP-': '-',
  'KP+': '+',
  KPEnter: '\r',
  KPBegin: '\x1b[E',
  'Super-a': '',
  VolumeUp: '',
  LeftShift: '',
};

describe('encodeKey for a plain program', () => {
  it.each(Object.entries(LEGACY))('sends %s as xterm does', (name, bytes) => {
    expect(encoded(name)).toBe(bytes);
  });

  it('sends cursor keys as SS3 in application cursor mode, and only without modifiers', () => {
    const modes = { applicationCursor: true };
    expect(['Up', 'Down', 'Right', 'Left', 'Home', 'End', 'KPBegin'].map((name) => encoded(name, modes))).toEqual(
      [...'ABCDHFE'].map((letter) => `\x1bO${letter}`),
    );
    expect(encoded('C-Up', modes)).toBe('\x1b[1;5A');
    expect(encoded('DC', modes)).toBe('\x1b[3~');
  });

  it('sends the keypad as SS3 in application keypad mode', () => {
    const names = ['KP0', 'KP1', 'KP5', 'KP9', 'KP.', 'KP/', 'KP*', 'KP-', 'KP+', 'KPEnter', 'KP=', 'KP,'];
    expect(names.map((name) => encoded(name, { applicationKeypad: true }))).toEqual(
      [...'pquynojmkMXl'].map((letter) => `\x1bO${letter}`),
    );
  });

  it('sends CR LF for Enter in new line mode', () => {
    expect(encoded('Enter', { newLine: true })).toBe('\r\n');
    expect(encoded('KPEnter', { newLine: true })).toBe('\r\n');
  });

  it('sends Shift+Enter as LF where prompts are, as CR on the alternate screen, and as told', () => {
    const key = parseKeyName('S-Enter');
    const full = { ...DEFAULT_MODES, alternateScreen: true };
    expect(text(encodeKey(key, DEFAULT_MODES))).toBe('\n');
    expect(text(encodeKey(key, full))).toBe('\r');
    expect(text(encodeKey(key, full, { shiftEnter: 'lf' }))).toBe('\n');
    expect(text(encodeKey(key, DEFAULT_MODES, { shiftEnter: 'cr' }))).toBe('\r');
  });

  it('sends nothing for a release', () => {
    for (const name of ['a', 'up', 'enter', 'f5']) {
      expect(text(encodeKey(makeKey(name, { event: 'release' }), DEFAULT_MODES))).toBe('');
    }
    expect(text(encodeKey(makeKey('a', { event: 'repeat' }), DEFAULT_MODES))).toBe('a');
  });
});

/** name, level 1, level 2 (xterm, "modified keys" for a US PC keyboard). */
const OTHER_KEYS: readonly (readonly [string, string, string])[] = [
  ['a', 'a', 'a'],
  ['A', 'A', 'A'],
  ['Enter', '\r', '\r'],
  ['S-Enter', '\x1b[27;2;13~', '\x1b[27;2;13~'],
  ['C-Enter', '\x1b[27;5;13~', '\x1b[27;5;13~'],
  ['M-Enter', '\x1b\r', '\x1b[27;3;13~'],
  ['C-Tab', '\x1b[27;5;9~', '\x1b[27;5;9~'],
  ['BTab', '\x1b[Z', '\x1b[Z'],
  ['C-a', '\x01', '\x1b[27;5;97~'],
  ['C-i', '\t', '\x1b[27;5;105~'],
  ['C-S-a', '\x01', '\x1b[27;6;65~'],
  ['C-1', '\x1b[27;5;49~', '\x1b[27;5;49~'],
  ['C-2', '\0', '\x1b[27;5;50~'],
  ['C-,', '\x1b[27;5;44~', '\x1b[27;5;44~'],
  ['M-a', '\x1ba', '\x1b[27;3;97~'],
  ['C-M-a', '\x1b\x01', '\x1b[27;7;97~'],
  ['C-Space', '\0', '\x1b[27;5;32~'],
  ['S-Space', ' ', '\x1b[27;2;32~'],
  ['C-BSpace', '\b', '\x1b[27;5;127~'],
  ['M-Escape', '\x1b\x1b', '\x1b[27;3;27~'],
  ['C-Up', '\x1b[1;5A', '\x1b[1;5A'],
  ['F5', '\x1b[15~', '\x1b[15~'],
];

describe('encodeKey with modifyOtherKeys', () => {
  it.each(OTHER_KEYS)('sends %s by level', (name, one, two) => {
    expect(encoded(name, { modifyOtherKeys: 1 })).toBe(one);
    expect(encoded(name, { modifyOtherKeys: 2 })).toBe(two);
  });
});

/** name, then flags and bytes (kitty, "Comprehensive keyboard handling in terminals"). */
const KITTY: readonly (readonly [string, Readonly<Record<number, string>>])[] = [
  ['a', { 1: 'a', 3: 'a', 5: 'a', 8: '\x1b[97u', 9: '\x1b[97u', 24: '\x1b[97;;97u', 31: '\x1b[97;;97u' }],
  ['A', { 1: 'A', 8: '\x1b[97;2u', 12: '\x1b[97:65;2u', 24: '\x1b[97;2;65u', 31: '\x1b[97:65;2;65u' }],
  ['Space', { 1: ' ', 8: '\x1b[32u', 24: '\x1b[32;;32u' }],
  ['C-a', { 1: '\x1b[97;5u', 2: '\x01', 4: '\x01', 8: '\x1b[97;5u', 31: '\x1b[97;5u' }],
  ['C-S-a', { 1: '\x1b[97;6u', 5: '\x1b[97:65;6u' }],
  ['M-a', { 1: '\x1b[97;3u', 2: '\x1ba' }],
  ['M-A', { 1: '\x1b[97;4u', 5: '\x1b[97:65;4u' }],
  ['C-Space', { 1: '\x1b[32;5u', 2: '\0' }],
  ['Super-k', { 1: '\x1b[107;9u', 2: '\x1b[107;9u' }],
  ['Escape', { 1: '\x1b[27u', 2: '\x1b', 4: '\x1b', 8: '\x1b[27u' }],
  ['Enter', { 1: '\r', 8: '\x1b[13u' }],
  ['S-Enter', { 1: '\x1b[13;2u', 7: '\x1b[13;2u', 8: '\x1b[13;2u' }],
  ['C-Enter', { 1: '\x1b[13;5u', 2: '\r' }],
  ['Tab', { 1: '\t', 8: '\x1b[9u' }],
  ['BTab', { 1: '\x1b[9;2u', 2: '\x1b[Z' }],
  ['BSpace', { 1: '\x7f', 8: '\x1b[127u' }],
  ['C-BSpace', { 1: '\x1b[127;5u' }],
  ['Up', { 1: '\x1b[A', 2: '\x1b[A', 8: '\x1b[A' }],
  ['C-Up', { 1: '\x1b[1;5A' }],
  ['Super-Up', { 1: '\x1b[1;9A' }],
  ['F1', { 1: '\x1b[P' }],
  ['F3', { 1: '\x1b[13~' }],
  ['C-F3', { 1: '\x1b[13;5~' }],
  ['F5', { 1: '\x1b[15~' }],
  ['F13', { 1: '\x1b[57376u' }],
  ['Menu', { 1: '\x1b[57363u' }],
  ['DC', { 1: '\x1b[3~' }],
  ['KP5', { 1: '5', 8: '\x1b[57404u', 24: '\x1b[57404;;53u' }],
  ['KPEnter', { 1: '\x1b[57414u' }],
  ['LeftShift', { 1: '', 7: '', 8: '\x1b[57441u' }],
  ['VolumeUp', { 1: '\x1b[57439u' }],
];

describe('encodeKey with the kitty keyboard protocol', () => {
  for (const [name, byFlags] of KITTY) {
    it.each(Object.entries(byFlags))(`sends ${name} with flags %s`, (flags, bytes) => {
      expect(encoded(name, { kittyFlags: Number(flags) })).toBe(bytes);
    });
  }

  it('leaves application cursor mode aside, but for a program that only wants alternate keys', () => {
    expect(encoded('Up', { kittyFlags: 1, applicationCursor: true })).toBe('\x1b[A');
    expect(encoded('Up', { kittyFlags: 4, applicationCursor: true })).toBe('\x1bOA');
  });

  it.each([
    ['a', 'repeat', 1, 'a'],
    ['a', 'repeat', 3, 'a'],
    ['a', 'release', 1, ''],
    ['a', 'release', 3, '\x1b[97;1:3u'],
    ['a', 'repeat', 11, '\x1b[97;1:2u'],
    ['a', 'repeat', 27, '\x1b[97;1:2;97u'],
    ['up', 'repeat', 3, '\x1b[1;1:2A'],
    ['up', 'release', 3, '\x1b[1;1:3A'],
    ['up', 'release', 1, ''],
    ['delete', 'release', 3, '\x1b[3;1:3~'],
    ['enter', 'release', 3, ''],
    ['tab', 'release', 7, ''],
    ['backspace', 'release', 3, ''],
    ['enter', 'release', 11, '\x1b[13;1:3u'],
    ['escape', 'release', 3, '\x1b[27;1:3u'],
    ['left-shift', 'release', 11, '\x1b[57441;1:3u'],
  ] as const)('says %s %s with flags %i', (name, event, kittyFlags, bytes) => {
    expect(text(encodeKey(makeKey(name, { event }), { ...DEFAULT_MODES, kittyFlags }))).toBe(bytes);
  });

  it('repeats what a kitty terminal said of a key: codes, locks, alternates', () => {
    const key = makeKey('c', { ctrl: true, codes: { key: 1089, base: 99, otherModifiers: 128 } });
    const modes = (kittyFlags: number): TerminalModes => ({ ...DEFAULT_MODES, kittyFlags });
    expect(text(encodeKey(key, modes(1)))).toBe('\x1b[1089;5u');
    expect(text(encodeKey(key, modes(5)))).toBe('\x1b[1089::99;5u');
    expect(text(encodeKey(key, modes(8)))).toBe('\x1b[1089;133u');
    expect(text(encodeKey(key, DEFAULT_MODES))).toBe('\x03');
    const keypad = makeKey('left', { codes: { key: 57417 } });
    expect(text(encodeKey(keypad, modes(1)))).toBe('\x1b[57417u');
    expect(text(encodeKey(keypad, DEFAULT_MODES))).toBe('\x1b[D');
  });
});

describe('encodeFocus', () => {
  it('tells of the focus only who asked', () => {
    expect(encodeFocus(true, DEFAULT_MODES)).toBeUndefined();
    expect(text(encodeFocus(true, { ...DEFAULT_MODES, focusEvents: true }))).toBe('\x1b[I');
    expect(text(encodeFocus(false, { ...DEFAULT_MODES, focusEvents: true }))).toBe('\x1b[O');
  });
});
