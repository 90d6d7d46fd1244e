import { describe, expect, it } from 'vitest';
import { formatKeyName, IrisError, keyNames, makeKey, parseKeyName, tryParseKeyName } from '../../../src/core/index.ts';

describe('parseKeyName', () => {
  /** tmux(1), "KEY BINDINGS", and key-string.c's table. */
  it.each([
    ['a', 'a'],
    ['%', '%'],
    ['-', '-'],
    ['^', '^'],
    ['é', 'é'],
    [' ', 'Space'],
    ['C-b', 'C-b'],
    ['c-b', 'C-b'],
    ['C-B', 'C-b'],
    ['^B', 'C-b'],
    ['^b', 'C-b'],
    ['C--', 'C--'],
    ['C-^', 'C-^'],
    ['^^', 'C-^'],
    ['M-1', 'M-1'],
    ['M-A', 'M-A'],
    ['M-S-a', 'M-A'],
    ['S-a', 'A'],
    ['S-1', '!'],
    ['C-S-a', 'C-S-a'],
    ['S-C-a', 'C-S-a'],
    ['C-M-x', 'C-M-x'],
    ['M-C-x', 'C-M-x'],
    ['M-^x', 'C-M-x'],
    ['C-Space', 'C-Space'],
    ['C-@', 'C-Space'],
    ['S-F5', 'S-F5'],
    ['C-M-S-Left', 'C-M-S-Left'],
    ['Up', 'Up'],
    ['up', 'Up'],
    ['Down', 'Down'],
    ['Left', 'Left'],
    ['Right', 'Right'],
    ['Home', 'Home'],
    ['End', 'End'],
    ['IC', 'IC'],
    ['Insert', 'IC'],
    ['DC', 'DC'],
    ['Delete', 'DC'],
    ['NPage', 'NPage'],
    ['PageDown', 'NPage'],
    ['PgDn', 'NPage'],
    ['PPage', 'PPage'],
    ['PageUp', 'PPage'],
    ['PgUp', 'PPage'],
    ['Tab', 'Tab'],
    ['BTab', 'BTab'],
    ['S-Tab', 'BTab'],
    ['Space', 'Space'],
    ['BSpace', 'BSpace'],
    ['Enter', 'Enter'],
    ['Escape', 'Escape'],
    ['F1', 'F1'],
    ['F12', 'F12'],
    ['F24', 'F24'],
    ...[
      'KP/',
      'KP*',
      'KP-',
      'KP7',
      'KP8',
      'KP9',
      'KP+',
      'KP4',
      'KP5',
      'KP6',
      'KP1',
      'KP2',
      'KP3',
      'KPEnter',
      'KP0',
      'KP.',
    ].map((name): [string, string] => [name, name]),
    ['Menu', 'Menu'],
    ['Super-k', 'Super-k'],
    ['0x41', 'A'],
    ['C-0x61', 'C-a'],
  ])('reads %s as %s', (name, canonical) => {
    expect(formatKeyName(parseKeyName(name))).toBe(canonical);
  });

  it('reads back every name that it prints', () => {
    for (const name of keyNames()) {
      const printed = formatKeyName(parseKeyName(name));
      expect(parseKeyName(printed)).toEqual(parseKeyName(name));
      expect(formatKeyName(parseKeyName(`C-M-${printed}`))).toBe(`C-M-${printed}`);
    }
  });

  it('gives characters a text, and keys with Ctrl or Alt none', () => {
    expect(parseKeyName('a').text).toBe('a');
    expect(parseKeyName('Space').text).toBe(' ');
    expect(parseKeyName('KP7').text).toBe('7');
    expect(parseKeyName('C-a').text).toBeUndefined();
    expect(parseKeyName('M-a').text).toBeUndefined();
    expect(parseKeyName('Enter').text).toBeUndefined();
  });

  it.each([
    ['Entr', /did you mean Enter\?$/],
    ['C-Lft', /did you mean C-Left\?$/],
    ['PageUpp', /did you mean PageUp\?$/],
    ['F99', /did you mean F9\?$/],
    ['', /tmux/],
    ['hello world', /tmux/],
    ['C-', /C-/],
    ['\x1b', /^no key is named " "/],
    ['0xd800', /0xd800/],
    ['x'.repeat(5000), /^.{40,120}tmux.{0,80}$/],
  ])('refuses %j and helps', (name, line) => {
    expect(tryParseKeyName(name)).toBeUndefined();
    let thrown: unknown;
    try {
      parseKeyName(name);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(IrisError);
    expect(thrown).toMatchObject({ code: 'usage', line: expect.stringMatching(line) });
  });
});

describe('formatKeyName', () => {
  it('says the same of a key, whatever the terminal told of Shift', () => {
    expect(formatKeyName(makeKey('A'))).toBe(formatKeyName(makeKey('A', { shift: true })));
    expect(formatKeyName(makeKey('!', { alt: true, shift: true }))).toBe('M-!');
    expect(formatKeyName(makeKey('!', { ctrl: true, shift: true }))).toBe('C-!');
    expect(formatKeyName(makeKey('A', { ctrl: true, shift: true }))).toBe('C-S-a');
  });
});
