import { describe, expect, it } from 'vitest';
import { PlainText } from '../../src/cli/plain-output.ts';

/** The whole text at once, and again in pieces of every size up to 5: the same must come out. */
function plain(text: string): string {
  const whole = new PlainText();
  const expected = whole.push(text) + whole.end();
  for (let size = 1; size <= 5; size += 1) {
    const parts = new PlainText();
    let out = '';
    for (let at = 0; at < text.length; at += size) out += parts.push(text.slice(at, at + size));
    expect(out + parts.end(), `in pieces of ${size}`).toBe(expected);
  }
  return expected;
}

describe('terminal output as text', () => {
  it('loses colours, titles, links and charsets', () => {
    expect(plain('\x1b[1;31mred\x1b[0m\x1b]0;title\x07\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\\x1b(B\n')).toBe(
      'redlink\n',
    );
  });

  it('has the lines of CR LF, and a line for each start over with CR', () => {
    expect(plain('a\r\nb\r\r\n10 %\r20 %\r\n')).toBe('a\nb\n10 %\n20 %\n');
  });

  it('ends its last line', () => {
    expect(plain('no end')).toBe('no end\n');
    expect(plain('an end\n')).toBe('an end\n');
    expect(plain('half\r')).toBe('half\n');
    expect(plain('')).toBe('');
  });

  it('keeps tabs and every letter, and drops other control characters', () => {
    expect(plain('a\tb\x07\x08\x00é日本\u0085\n')).toBe('a\tbé日本\n');
  });

  it('does not swallow the rest when a sequence never ends', () => {
    expect(plain(`\x1b]0;${'x'.repeat(5000)}\nnext\n`)).toContain('next\n');
    expect(plain('\x1b[12\nnext\n')).toBe('\nnext\n');
    expect(plain('\x1b]0;cut\x18after\n')).toBe('after\n');
    expect(plain('\x1b\x1b[mx\n')).toBe('x\n');
  });
});
