import { describe, expect, it } from 'vitest';
import { detectCapabilities, FULL_CAPABILITIES, restoreSequence } from '../../../src/ui/compositor/index.ts';
import { Terminal } from './picture.ts';

const colors = (env: Record<string, string>) => detectCapabilities({ TERM: 'xterm-256color', ...env }).colors;

describe('what the environment says of the terminal', () => {
  it('colours', () => {
    expect(colors({})).toBe('256');
    expect(colors({ COLORTERM: 'truecolor' })).toBe('truecolor');
    expect(colors({ COLORTERM: '24bit', TERM: 'screen' })).toBe('truecolor');
    expect(colors({ TERM: 'xterm-direct' })).toBe('truecolor');
    expect(colors({ TERM: 'xterm-kitty' })).toBe('truecolor');
    expect(colors({ TERM_PROGRAM: 'iTerm.app' })).toBe('truecolor');
    expect(colors({ TERM_PROGRAM: 'Apple_Terminal' })).toBe('256');
    expect(colors({ TERM: 'tmux-256color' })).toBe('256');
    expect(colors({ TERM: 'xterm' })).toBe('16');
    expect(colors({ TERM: 'linux' })).toBe('16');
    expect(colors({ TERM: 'vt220' })).toBe('none');
  });

  it('NO_COLOR wins over everything, unless it is empty', () => {
    expect(colors({ NO_COLOR: '1', COLORTERM: 'truecolor' })).toBe('none');
    expect(colors({ NO_COLOR: '', COLORTERM: 'truecolor' })).toBe('truecolor');
  });

  it('UTF-8 is what the locale says, the first of LC_ALL, LC_CTYPE and LANG; without any it is taken for given', () => {
    const utf8 = (env: Record<string, string>) => detectCapabilities({ TERM: 'xterm', ...env }).utf8;
    expect(utf8({})).toBe(true);
    expect(utf8({ LANG: 'de_DE.UTF-8' })).toBe(true);
    expect(utf8({ LANG: 'C.utf8' })).toBe(true);
    expect(utf8({ LC_CTYPE: 'UTF-8' })).toBe(true);
    expect(utf8({ LANG: 'C' })).toBe(false);
    expect(utf8({ LANG: 'en_US.ISO-8859-1' })).toBe(false);
    expect(utf8({ LANG: 'en_US.UTF-8', LC_ALL: 'C' })).toBe(false);
    expect(utf8({ LANG: 'en_US.UTF-8', LC_ALL: '' })).toBe(true);
  });

  it('a dumb terminal, or none, cannot be drawn on', () => {
    expect(detectCapabilities({}).fullScreen).toBe(false);
    expect(detectCapabilities({ TERM: 'dumb' })).toMatchObject({
      fullScreen: false,
      colors: 'none',
      hyperlinks: false,
    });
    expect(restoreSequence(detectCapabilities({ TERM: 'dumb' }))).toBe('');
  });

  it('the Linux console gets nothing that it would show as rubbish', () => {
    expect(detectCapabilities({ TERM: 'linux' })).toMatchObject({
      fullScreen: true,
      synchronizedOutput: false,
      scrollRegion: false,
      repeat: false,
      hyperlinks: false,
      underlineStyles: false,
      attributes: 'basic',
      cursorShape: false,
    });
  });

  it('tmux and screen are told apart, also where tmux calls itself screen', () => {
    const styled = { underlineStyles: true, hyperlinks: true, backgroundErase: false };
    expect(detectCapabilities({ TERM: 'tmux-256color' })).toMatchObject(styled);
    expect(detectCapabilities({ TERM: 'screen-256color', TERM_PROGRAM: 'tmux' })).toMatchObject(styled);
    expect(detectCapabilities({ TERM: 'screen-256color' })).toMatchObject({
      underlineStyles: false,
      hyperlinks: false,
      attributes: 'basic',
    });
  });

  it('an xterm somewhere behind SSH gets what every xterm has had for ten years', () => {
    expect(detectCapabilities({ TERM: 'xterm-256color' })).toEqual({
      ...FULL_CAPABILITIES,
      colors: '256',
      repeat: false,
      underlineStyles: false,
    });
  });

  it('what the terminal answered itself wins', () => {
    expect(detectCapabilities({ TERM: 'linux' }, { synchronizedOutput: true }).synchronizedOutput).toBe(true);
  });
});

describe('the restore sequence', () => {
  it('leaves attributes, margins, wrapping, cursor and its shape as a shell wants them', () => {
    const terminal = new Terminal(10, 4);
    terminal.write('\x1b[2;3r\x1b[?7l\x1b[?25l\x1b[5 q\x1b[1;31m\x1b]8;;http://x\x1b\\\x1b[?2026h');
    terminal.write(restoreSequence(FULL_CAPABILITIES));
    terminal.write('\x1b[4;1H0123456789AB');
    const cells = terminal.cells();
    const text = terminal.text();
    expect(terminal.cursor()).toEqual({ x: 2, y: 3, shape: 0 });
    terminal.dispose();
    expect(text).toEqual(['', '', '0123456789', 'AB']);
    expect(cells.every((cell) => cell.fg === 0 && cell.fgFlags === 0 && cell.link === undefined)).toBe(true);
  });
});
