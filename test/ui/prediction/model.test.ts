import { describe, expect, it } from 'vitest';
import { MAX_GUESSES } from '../../../src/ui/prediction/model.ts';
import { PACE, Typist } from './typist.ts';

/** At a prompt, with `e` typed and echoed: from then on guesses are shown. */
const echoing = (...args: ConstructorParameters<typeof Typist>): Typist => new Typist(...args).type('e').print('e');

describe('what is shown of typed keys', () => {
  it('nothing before a character of the epoch was echoed, then all of it, underlined, with the cursor behind it', () => {
    const t = new Typist().type('ech');
    expect(t.row()).toBe('$');
    expect(t.cursor).toEqual([2, 0]);
    t.print('e');
    expect(t.row()).toBe('$ ec_h_');
    expect(t.cursor).toEqual([5, 0]);
    t.type('o');
    expect(t.row()).toBe('$ ec_h_o_');
    t.print('ch');
    expect(t.row()).toBe('$ echo_');
    t.print('o');
    expect(t.row()).toBe('$ echo');
    expect(t.guesses.isEmpty).toBe(true);
  });

  it('nothing where nothing is echoed, as at the prompt of a password', () => {
    const t = new Typist('Password: ').type('secret');
    expect(t.row()).toBe('Password:');
    t.press('Enter').type('x').print('\r\nSorry.\r\nPassword: ');
    expect(t.guesses.shown).toEqual([]);
  });

  it('nothing where stars are echoed in its place', () => {
    const t = new Typist('PIN: ').type('12').print('*').type('3').print('*');
    expect(t.guesses.shown).toEqual([]);
    expect(t.row()).toBe('PIN: **');
  });

  it('nothing at a password asked for after an answer that was echoed', () => {
    const t = new Typist('Sure? ').type('y').print('y').print('\r\nPassword: ').type('secret');
    expect(t.guesses.shown).toEqual([]);
    // Where it stands in the same row as well.
    const u = new Typist('Sure? ').type('y').print('y Password: ').type('secret');
    expect(u.guesses.shown).toEqual([]);
  });

  it('a blank, or a character that stands there already, proves no echo', () => {
    const t = new Typist('$ \x1b[2mls\x1b[m\b\b').type('ls').print('l');
    expect(t.guesses.shown).toEqual([]);
    const u = new Typist().type(' x').print(' ');
    expect(u.guesses.shown).toEqual([]);
    u.print('x');
    expect(u.type('y').row()).toBe('$  xy_');
  });

  it('in the colours of what stands before it', () => {
    const t = new Typist('$ \x1b[31;4:3m').type('e').print('e').type('c');
    const { cells } = t.surface.row(0);
    expect(cells[3 * 3 + 1]! & 0x3ffffff).toBe(cells[2 * 3 + 1]! & 0x3ffffff);
    expect(t.surface.row(0).extended(3)).toBeUndefined();
    expect(t.surface.row(0).extended(2)?.underlineStyle).toBe(3);
  });

  it('wide characters take two columns, and those whose place depends on others are left to the echo', () => {
    const t = echoing().type('漢x');
    expect(t.row()).toBe('$ e漢_x_');
    expect(t.cursor).toEqual([6, 0]);
    t.print('漢x');
    expect(t.row()).toBe('$ e漢x');
    t.type('y\u0301z');
    expect(t.row()).toBe('$ e漢xy_');
  });

  it('nothing in the last column, where lines wrap; what was shown before stays', () => {
    const t = echoing('$ ', 8).type('abcdefgh');
    expect(t.row()).toBe('$ ea_b_c_d_');
    expect(t.cursor).toEqual([7, 0]);
    t.print('abcd');
    expect(t.row()).toBe('$ eabcd');
    t.print('e\r\nfgh');
    expect(t.guesses.shown).toEqual([]);
    expect(t.row(1)).toBe('fgh');
  });
});

describe('editing', () => {
  it('Backspace takes away what was typed, and never the prompt', () => {
    const t = echoing().type('xy').press('BSpace', 'BSpace', 'BSpace');
    expect(t.row()).toBe('$');
    expect(t.cursor).toEqual([2, 0]);
    t.press('BSpace');
    expect(t.cursor).toEqual([2, 0]);
    expect(t.row()).toBe('$');
    t.print('xy\b \b\b \b\b \b');
    expect(t.row()).toBe('$');
    t.print('\x07').pass(PACE.expireMs);
    expect(t.guesses.isEmpty).toBe(true);
  });

  it('Backspace takes both halves of a wide character', () => {
    const t = echoing().type('漢').print('漢').press('BSpace');
    expect(t.row()).toBe('$ e');
    expect(t.cursor).toEqual([3, 0]);
  });

  it('arrows go over what was typed, and no farther', () => {
    const t = echoing().type('cho').press('Left', 'Left');
    expect(t.cursor).toEqual([4, 0]);
    t.press('Right', 'Right', 'Right');
    expect(t.cursor).toEqual([6, 0]);
    const u = echoing().press('Left', 'Left', 'Left');
    expect(u.cursor).toEqual([2, 0]);
  });

  it('what stands behind the cursor moves on, up to a gap', () => {
    const t = echoing('$ \x1b[20G|\x1b[3G').type('cho').print('cho').press('Left', 'Left').print('\b\b').type('X');
    expect(t.row()).toBe('$ ecX_ho            |');
    expect(t.cursor).toEqual([5, 0]);
    t.press('BSpace');
    expect(t.row()).toBe('$ echo             |');
    t.print('Xho\b\b').print('\bho \b\b\b');
    expect(t.row()).toBe('$ echo             |');
    expect(t.guesses.isEmpty).toBe(true);
  });

  it('what is moved on keeps its accents and links', () => {
    const t = echoing().type('b').print('b\x1b]8;;https://x.test/\x1b\\e\u0301\x1b]8;;\x1b\\\b').type('f');
    const { x, y } = t.surface.cursor;
    expect(t.row()).toBe('$ ebf_e\u0301');
    expect(t.surface.row(y).combined(x)).toBe('e\u0301');
    expect(t.surface.row(y).extended(x)?.link).toBe('https://x.test/');
    expect(t.surface.row(y).extended(x - 1)).toBeUndefined();
  });

  it('the side of a box is not pushed away: there has to be room before it', () => {
    const t = echoing('$ \x1b[7G│\x1b[3G').type('abcd');
    expect(t.row()).toBe('$ ea_b_ │');
  });

  it('the same letter once more pushes the first one on', () => {
    const t = echoing().type('lo').press('Left', 'Left').type('l');
    expect(t.row()).toBe('$ el_l_o_');
    t.print('lo\b\b').print('llo\b\b');
    expect(t.row()).toBe('$ ello');
    expect(t.guesses.isEmpty).toBe(true);
  });

  it('over a suggestion that says the same nothing moves', () => {
    const t = new Typist().type('g').print('g\x1b[2mit log\x1b[m\x1b[6D').type('it');
    expect(t.row()).toBe('$ gi_t_ log');
    t.print('i').print('t');
    expect(t.row()).toBe('$ git log');
    expect(t.guesses.isEmpty).toBe(true);
  });
});

describe('a new epoch', () => {
  it('begins with Enter: what comes after it is shown when something of it was echoed', () => {
    const t = echoing('> ').type('x').press('Enter').type('abc');
    expect(t.row(0)).toBe('> ex_');
    expect(t.row(1)).toBe('');
    expect(t.cursor).toEqual([4, 0]);
    t.print('x');
    t.print('\r\n');
    expect(t.row(1)).toBe('');
    t.print('a');
    expect(t.row(1)).toBe('ab_c_');
    expect(t.cursor).toEqual([3, 1]);
  });

  it('begins with every other key; what was guessed goes', () => {
    for (const key of ['C-a', 'Tab', 'Escape', 'Up', 'F1', 'M-b', 'S-Enter', 'Home', 'Delete']) {
      const t = echoing().type('ch');
      expect(t.row()).toBe('$ ec_h_');
      t.press(key).type('x');
      expect(t.row()).toBe('$ e');
      t.print('chx').pass(PACE.settleMs).type('o');
      expect(t.row()).toBe('$ echx');
      t.print('o');
      expect(t.type('!').row()).toBe('$ echxo!_');
    }
  });

  it('begins when the cursor goes where nobody expected it', () => {
    const t = echoing().print('\r\nmail!\r\n$ e').type('x');
    expect(t.guesses.shown).toEqual([]);
  });

  it('has no guess until what was typed before it has had its time', () => {
    const t = echoing().interrupt().type('aa');
    expect(t.guesses.isEmpty).toBe(true);
    t.pass(PACE.settleMs - 1).type('b');
    expect(t.guesses.isEmpty).toBe(true);
    t.pass(PACE.settleMs).type('b');
    expect(t.guesses.isEmpty).toBe(false);
  });
});

describe('without a pause in typing', () => {
  it('one echo is enough after a line that wrapped', () => {
    const t = echoing('$ ', 8).type('abcdefgh');
    t.print('abcd').print('e').print('f').type('ij');
    expect(t.row(1)).toBe('f');
    t.print('g');
    expect(t.row(1)).toBe('fgh_i_j_');
    t.print('hij');
    expect(t.guesses.isEmpty).toBe(true);
  });

  it('one echo is enough after a command, at the bottom of the screen as well', () => {
    for (const above of ['', '\r\n\r\n\r\n']) {
      const t = echoing(`${above}$ `).type('x').press('Enter').type('pwd');
      t.print('x').print('\r\nout').print('\r\n$ ').print('p');
      expect(t.row()).toBe('$ pw_d_');
    }
  });

  it('one echo is enough where text begins: in vim, after the keys that are no text', () => {
    const t = new Typist('\x1b[?1049h\x1b[H').type('i').pass(PACE.settleMs).type('hello').print('h');
    expect(t.row()).toBe('h');
    t.print('e');
    expect(t.row()).toBe('hel_l_o_');
  });

  it('what was typed after Enter is not taken for a part of the line before it', () => {
    const t = echoing().type('x').press('Enter').type('unseen').print('s').print('u').print('n');
    expect(t.guesses.shown).toEqual([]);
    t.print('\r\nWord: ').pass(PACE.settleMs).type('!');
    expect(t.guesses.shown).toEqual([]);
  });

  it('a line that was sent is not guessed again', () => {
    const t = new Typist('Word: ').type('secret').press('Enter').print('\r\n$ ').type('s').print('s');
    expect(t.row()).toBe('$ s');
    expect(t.guesses.isEmpty).toBe(true);
  });
});

describe('guesses that were wrong', () => {
  it('go when something else stands there', () => {
    const t = echoing().type('cho').print('C');
    expect(t.row()).toBe('$ eC');
    expect(t.cursor).toEqual([4, 0]);
  });

  it('go when the cursor does something else', () => {
    const t = echoing().type('cho').print('\r\n\r\n');
    expect(t.row(0)).toBe('$ e');
    expect(t.cursor).toEqual([0, 2]);
  });

  it('go when nothing comes in time, and not before', () => {
    const t = echoing().type('c').pass(10).type('h');
    t.pass(PACE.expireMs - 11);
    expect(t.row()).toBe('$ ec_h_');
    t.pass(1);
    expect(t.row()).toBe('$ e');
    expect(t.guesses.expiresAt).toBeUndefined();
  });

  it('that cancel each other come true by the time alone', () => {
    const t = echoing().type('c').press('BSpace').print('c\b \b').pass(PACE.expireMs);
    expect(t.guesses.isEmpty).toBe(true);
    expect(t.type('x').row()).toBe('$ ex_');
  });

  it('go when the screen scrolls, is resized, or becomes another', () => {
    expect(echoing('\r\n\r\n\r\n$ ').type('c').print('\r\n').guesses.shown).toEqual([]);
    expect(echoing().type('c').resize(30, 4).row()).toBe('$ e');
    const t = echoing().type('c').print('\x1b[?1049h').type('x');
    expect(t.guesses.shown).toEqual([]);
    expect(t.row(0)).toBe('');
  });

  it('stay over a snapshot that agrees, and go by one that does not', () => {
    const t = echoing().type('ch');
    t.screen.restore(t.screen.snapshot());
    t.guesses.heard(t.now);
    expect(t.row()).toBe('$ ec_h_');
    const other = new Typist('% ls');
    t.screen.restore(other.screen.snapshot());
    t.guesses.heard(t.now);
    expect(t.row()).toBe('% ls');
    expect(t.guesses.shown).toEqual([]);
  });
});

describe('programs that draw by themselves', () => {
  it('nothing is guessed while the cursor is hidden', () => {
    const t = echoing().type('c').print('\x1b[?25l');
    expect(t.row()).toBe('$ e');
    t.type('h').print('\x1b[?25h');
    expect(t.row()).toBe('$ ec_');
    t.print('ch');
    expect(t.row()).toBe('$ ech');
  });

  it('the middle of a synchronized update says nothing', () => {
    const t = echoing().type('c').print('\x1b[?2026h\x1b[H\x1b[2J');
    t.print('$ ec\x1b[?2026l');
    expect(t.guesses.isEmpty).toBe(true);
    expect(t.type('h').row()).toBe('$ ech_');
  });

  it('on the alternate screen the same holds: only after an echo', () => {
    const t = new Typist('\x1b[?1049h\x1b[H').type('jk');
    expect(t.guesses.shown).toEqual([]);
    t.print('\r\n\n').pass(PACE.settleMs).type('i');
    expect(t.guesses.shown).toEqual([]);
    t.pass(PACE.expireMs).type('a').print('a').type('b');
    expect(t.row(2)).toBe('ab_');
  });
});

it('no more guesses than there is room for', () => {
  const t = echoing('$ ', 400).type('x'.repeat(MAX_GUESSES + 50));
  expect(t.guesses.shown.length).toBe(MAX_GUESSES);
  t.print('x'.repeat(MAX_GUESSES + 50));
  expect(t.guesses.isEmpty).toBe(true);
  expect(t.row()).toBe(`$ e${'x'.repeat(MAX_GUESSES + 50)}`);
});
