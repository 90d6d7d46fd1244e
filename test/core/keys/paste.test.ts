import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DEFAULT_MODES, encodePaste, PasteFilter } from '../../../src/core/index.ts';
import { disposeTuis, realBash, waitUntil } from '../../support/index.ts';

afterEach(disposeTuis);
const bracketed = { ...DEFAULT_MODES, bracketedPaste: true };
const paste = (text: string | Uint8Array, modes = DEFAULT_MODES): string =>
  Buffer.from(encodePaste(typeof text === 'string' ? Buffer.from(text) : text, modes)).toString('latin1');

/** Ways to end a paste from within, and to press a key with it: [E30]. */
const ATTACKS: readonly (readonly [string, Buffer])[] = [
  ['the end marker', Buffer.from('x \x1b[201~touch P\r')],
  ['the end marker with C1 CSI as one byte', Buffer.from('x \x9b201~touch P\r', 'latin1')],
  ['the end marker with U+009B', Buffer.from('x \u009b201~touch P\r')],
  ['the end marker twice, one in the other', Buffer.from('x \x1b[20\x1b[201~1~touch P\r')],
  ['the end marker after another ESC', Buffer.from('x \x1b\x1b[201~touch P\r')],
  ['the end marker around a control character', Buffer.from('x \x1b\x03[201~touch P\r')],
  ['^C', Buffer.from('x \x03touch P\r')],
  ['^C, ^D, ^Z and ^U', Buffer.from('x \x03\x04\x1a\x15touch P\r')],
  ['^X^E and ^O', Buffer.from('touch P\x0f\x18\x05')],
];

describe('encodePaste', () => {
  it('brackets only for who asked', () => {
    expect(paste('hi')).toBe('hi');
    expect(paste('hi', bracketed)).toBe('\x1b[200~hi\x1b[201~');
    expect(paste('', bracketed)).toBe('\x1b[200~\x1b[201~');
  });

  it('sends CR for every line end, and keeps tabs', () => {
    expect(paste('a\nb\r\nc\rd\n\ne\tf')).toBe('a\rb\rc\rd\r\re\tf');
  });

  it.each(ATTACKS)('[E30] removes %s', (_, bytes) => {
    const inner = encodePaste(bytes, bracketed).slice(6, -6);
    expect(Buffer.from(inner).toString('latin1')).toMatch(/^[\t\r -~]*$/);
    expect(paste(bytes)).not.toMatch(/[\0-\x08\x0a-\x0c\x0e-\x1f\x7f-\x9f]/);
  });

  it('removes whole markers, and only the control character of other sequences', () => {
    expect(paste('a\x1b[200~b\x1b[201~c\x1b[31md\x9b', DEFAULT_MODES)).toBe('abc[31md');
    expect(paste('a\x1b[20')).toBe('a[20');
    expect(paste('a\x7fb\x00c')).toBe('abc');
  });

  it('keeps text of every script, and bytes that are no text', () => {
    expect(paste('é字👍\u00a0\ufeff')).toBe(Buffer.from('é字👍\u00a0\ufeff').toString('latin1'));
    expect(paste(Buffer.from([0x61, 0xe9, 0x62, 0xff, 0xc3]))).toBe('a\xe9b\xff\xc3');
  });

  it('does the same in pieces of any size, and never lets a control character through', () => {
    const piece = fc.oneof(
      fc.constantFrom('\x1b', '[', '201~', '200~', '\x1b[201~', '\u009b', '\r', '\n', '\x03', 'é', '👍', 'ab', '20'),
      fc.string(),
    );
    const input = fc.array(
      fc.oneof(
        piece.map((text) => Buffer.from(text)),
        fc.uint8Array({ maxLength: 6 }),
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(input, fc.array(fc.nat(7), { minLength: 1 }), (parts, sizes) => {
        const all = Buffer.concat(parts);
        const whole = Buffer.from(encodePaste(all, DEFAULT_MODES));
        const filter = new PasteFilter();
        const out: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const size = sizes[turn % sizes.length]! + 1;
          out.push(filter.feed(all.subarray(at, at + size)));
          at += size;
        }
        out.push(filter.end());
        expect(Buffer.concat(out)).toEqual(whole);
        expect(whole.toString('latin1')).not.toMatch(/[\0-\x08\x0a-\x0c\x0e-\x1f\x7f]/);
        const text = all.toString();
        if (!Buffer.from(text).equals(all)) return;
        const expected = text
          .replace(/\r\n?|\n/g, '\r')
          .replace(/(?:\x1b\[|\x9b)20[01]~/g, '')
          .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
        expect(whole.toString()).toBe(expected);
      }),
      { numRuns: 500, seed: 30 },
    );
  });
});

describe('[E30] a real bash', () => {
  it.each(ATTACKS)('does not run what is pasted with %s', async (_, bytes) => {
    await using bash = await realBash({ cols: 80, rows: 24 });
    bash.send(encodePaste(bytes, bracketed));
    bash.send('Z');
    await bash.waitFor(/touch P.*Z|touch P\n.*Z/s);
    // Out of the line without running it, and then something that surely runs.
    bash.send('\x03');
    await bash.waitFor((t) => t.row(t.cursor.y) === '$', { what: 'a new prompt' });
    bash.send("echo don''e\r");
    await bash.waitFor(/^done$/m);
    expect(existsSync(join(bash.home.path, 'P'))).toBe(false);
  });

  it('would run it if the end marker came through', async () => {
    await using bash = await realBash({ cols: 80, rows: 24 });
    bash.send('\x1b[200~x \x1b[201~\rtouch P\r\x1b[201~');
    await waitUntil(() => existsSync(join(bash.home.path, 'P')), 'P is there');
  });
});
