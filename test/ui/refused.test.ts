import { describe, expect, it } from 'vitest';
import { pasteable, RefusedText, refusedLine } from '../../src/ui/refused.ts';
import { HandClock } from './compositor/fakes.ts';

const refused = (text: string, sessionId = 's1') =>
  ({
    type: 'refused',
    sessionId,
    bytes: new TextEncoder().encode(text).length,
    reason: 'it was started again',
    text,
  }) as const;

describe('typed text that did not arrive', () => {
  it('is put together from its keys, each session and each burst apart', async () => {
    const clock = new HandClock();
    const texts = new RefusedText(clock);
    texts.add(refused('h'));
    expect(texts.add(refused('é'))).toEqual({ text: 'hé', bytes: 3 });
    expect(texts.add(refused('x', 's2'))).toEqual({ text: 'x', bytes: 1 });
    await clock.advance(1_001);
    expect(texts.add(refused('later', 's2'))).toEqual({ text: 'later', bytes: 5 });
  });

  it('is what the keys would have left on a line', () => {
    expect(pasteable('helo\x7flo\r')).toBe('hello\n');
    expect(pasteable('a\x1b[D\x1b[1;5Cb\x1bOAc\x1bfd')).toBe('abcd');
    expect(pasteable('\x1b[200~pasted\nlines\x1b[201~')).toBe('pasted\nlines');
    expect(pasteable('first\rwrong\x15right')).toBe('first\nright');
    expect(pasteable('\x7f\x7f\x03\x1b')).toBe('');
    expect(pasteable('日本\x7f')).toBe('日');
  });

  it('keeps the newest when it is more than anyone types', () => {
    const texts = new RefusedText(new HandClock());
    texts.add(refused('x'.repeat(60_000)));
    const { text } = texts.add(refused(`${'y'.repeat(30_000)}end`));
    expect(text).toHaveLength(64 * 1024);
    expect(text.endsWith('yend')).toBe(true);
  });

  it('is told of with how to get it back, where there is something to get', () => {
    expect(refusedLine(refused('hi'), 'train', 2, 'hi', 'C-b')).toBe(
      '2 bytes typed into train did not arrive: it was started again · C-b ] pastes it',
    );
    expect(refusedLine(refused('\x1b[A'), 'train', 3, '', 'C-b')).not.toContain('pastes');
  });
});
