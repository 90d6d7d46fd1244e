import { describe, expect, it } from 'vitest';
import { RemoteGate, type RemoteWord } from '../../../src/transports/remote/index.ts';

const NONCE = '0123456789abcdef0123456789abcdef';
const word = (text: string, nonce = NONCE) => `\u001b]7719;${nonce};${text}\u0007`;

function through(pieces: readonly string[]): { shown: string; words: RemoteWord[] } {
  const words: RemoteWord[] = [];
  let shown = '';
  const show = (bytes: Uint8Array) => {
    shown += Buffer.from(bytes).toString('latin1');
  };
  const gate = new RemoteGate(NONCE, (told) => words.push(told));
  for (const piece of pieces) gate.push(Buffer.from(piece, 'latin1'), show);
  gate.flush(show);
  return { shown, words };
}

describe('words of the far side', () => {
  const stream = `motd\u001b]0;t\u0007${word('hello')}${word('give')}+echoed${word('took')}x\u001b${word('started;77')}agent ${word('fail;no-folder;x')}`;

  it('are taken out of the stream, wherever it is cut', () => {
    const whole = through([stream]);
    expect(whole.words).toEqual([{ kind: 'hello' }, { kind: 'give' }, { kind: 'started', pid: 77 }]);
    expect(whole.shown).toBe(`motd\u001b]0;t\u0007x\u001bagent ${word('fail;no-folder;x')}`);
    expect(through([...stream])).toEqual(whole);
    for (let at = 1; at < stream.length; at++) {
      expect(through([stream.slice(0, at), stream.slice(at)])).toEqual(whole);
    }
  });

  it('[T14] mean nothing with another nonce, nor after the program has started', () => {
    const forged = word('fail;no-program;', 'f'.repeat(32));
    expect(through([forged])).toEqual({ shown: forged, words: [] });
    const late = `${word('started;1')}${word('fail;no-program;')}Permission denied (publickey).`;
    expect(through([...late]).words).toEqual([{ kind: 'started', pid: 1 }]);
  });

  it('are shown when they have no end, and nothing is kept for longer', () => {
    const endless = `\u001b]7719;${NONCE};${'x'.repeat(40_000)}`;
    expect(through([endless, word('hello')])).toEqual({ shown: endless, words: [{ kind: 'hello' }] });
    expect(through(['\u001b]7719;0123']).shown).toBe('\u001b]7719;0123');
  });
});
