import { describe, expect, it } from 'vitest';
import { cleanLines, Dialogue } from '../../../src/transports/ssh2/dialogue.ts';

function dialogue() {
  const shown: Buffer[] = [];
  const one = new Dialogue((bytes) => shown.push(Buffer.from(bytes)));
  return { one, text: () => Buffer.concat(shown).toString(), type: (text: string) => one.input(Buffer.from(text)) };
}

describe('a question in the pane', () => {
  it('takes a line as a terminal would: erasing characters and the whole line', async () => {
    const { one, type, text } = dialogue();
    const answer = one.ask('Name: ', { echo: true });
    type('wrong\u0015aé\u007f\u007f\u007fbü€\u0008!\u001b[D\u001bOA\r and more');
    expect(await answer).toBe('bü!');
    expect(text().startsWith('Name: wrong\b \b')).toBe(true);
    expect(text()).not.toContain('more');
    expect(text().endsWith('\r\n')).toBe(true);
  });

  it('shows nothing of what is secret', async () => {
    const { one, type, text } = dialogue();
    const answer = one.ask('Password: ', { echo: false });
    type('s3cret');
    type('\u007fT\n');
    expect(await answer).toBe('s3creT');
    expect(text()).toBe('Password: \r\n');
  });

  it('keeps characters whole that come in pieces', async () => {
    const { one, type, text } = dialogue();
    const answer = one.ask('? ', { echo: true });
    for (const byte of Buffer.from('€')) one.input(Uint8Array.of(byte));
    type('\r');
    expect(await answer).toBe('€');
    expect(text()).toBe('? €\r\n');
  });

  it('is called off by Ctrl-C, by Ctrl-D on an empty line, and by the end of it all', async () => {
    const { one, type } = dialogue();
    const first = one.ask('? ', { echo: true });
    type('abc\u0004\u0003');
    await expect(first).rejects.toMatchObject({ code: 'cancelled', retriable: false });
    const second = one.ask('? ', { echo: true });
    type('\u0004');
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    const third = one.ask('? ', { echo: true });
    one.close();
    await expect(third).rejects.toMatchObject({ code: 'cancelled' });
    await expect(one.ask('? ', { echo: true })).rejects.toMatchObject({ code: 'cancelled' });
    expect(one.isAsking).toBe(false);
  });

  it('takes an answer of a bounded length', async () => {
    const { one, type } = dialogue();
    const answer = one.ask('? ', { echo: false });
    type(`${'x'.repeat(100_000)}\r`);
    expect(await answer).toHaveLength(1024);
  });

  it('shows what others sent in plain and bounded lines', () => {
    const { one, text } = dialogue();
    one.say('a\u001b]0;x\u0007b\tc\nd\r\ne\rf\u202eg');
    expect(text()).toBe('a ]0;x b    c\r\nd\r\ne\r\nf g\r\n');
    expect(cleanLines('x\n'.repeat(10_000))).toHaveLength(60);
    expect(cleanLines('y'.repeat(1_000_000))[0]).toHaveLength(4096);
  });
});
