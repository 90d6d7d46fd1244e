import { describe, expect, it } from 'vitest';
import { formatKeyName } from '../../../src/core/index.ts';
import { ESCAPE_TIME_MS, type InputEvent, InputTokenizer } from '../../../src/ui/input/index.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const raw = (events: readonly InputEvent[]): string =>
  Buffer.concat(events.map((event) => event.raw)).toString('latin1');

/** Events in words; text is given as bytes (latin1). */
function words(events: readonly InputEvent[]): string[] {
  return events.map((event) => {
    switch (event.type) {
      case 'key':
        return formatKeyName(event.key) + (event.key.event === 'press' ? '' : ` ${event.key.event}`);
      case 'reply':
        return `reply ${event.reply.kind}`;
      case 'mouse': {
        const { action, button, x, y, shift, alt, ctrl } = event.mouse;
        return `${action} ${button} ${x},${y}${shift ? ' shift' : ''}${alt ? ' alt' : ''}${ctrl ? ' ctrl' : ''}`;
      }
      case 'focus':
        return event.focused ? 'focus in' : 'focus out';
      default:
        return `${event.type} ${Buffer.from(event.raw).toString('latin1')}`;
    }
  });
}

function read(text: string): string[] {
  const tokenizer = new InputTokenizer();
  return words([...tokenizer.feed(bytes(text)), ...tokenizer.flush()]);
}

const KEYS: Readonly<Record<string, string>> = {
  // Characters and C0.
  a: 'a',
  A: 'A',
  ' ': 'Space',
  '\0': 'C-Space',
  '\x01': 'C-a',
  '\x08': 'C-h',
  '\t': 'Tab',
  '\n': 'C-j',
  '\r': 'Enter',
  '\x1a': 'C-z',
  '\x1b': 'Escape',
  '\x1c': 'C-\\',
  '\x1d': 'C-]',
  '\x1e': 'C-^',
  '\x1f': 'C-_',
  '\x7f': 'BSpace',
  '\xc3\xa9': 'é',
  '\xe5\xad\x97': '字',
  '\xf0\x9f\x91\x8d': '👍',
  // Alt.
  '\x1ba': 'M-a',
  '\x1bA': 'M-A',
  '\x1b1': 'M-1',
  '\x1b ': 'M-Space',
  '\x1b\r': 'M-Enter',
  '\x1b\t': 'M-Tab',
  '\x1b\x7f': 'M-BSpace',
  '\x1b\x01': 'C-M-a',
  '\x1b\xc3\xa9': 'M-é',
  '\x1b[': 'M-[',
  '\x1bO': 'M-O',
  '\x1bP': 'M-P',
  '\x1b]': 'M-]',
  '\x1b_': 'M-_',
  '\x1bX': 'M-X',
  '\x1b^': 'M-^',
  '\x1b\\': 'M-\\',
  // xterm.
  '\x1b[A': 'Up',
  '\x1bOA': 'Up',
  '\x1b[B': 'Down',
  '\x1b[C': 'Right',
  '\x1b[D': 'Left',
  '\x1bOD': 'Left',
  '\x1b[E': 'KPBegin',
  '\x1b[F': 'End',
  '\x1b[H': 'Home',
  '\x1bOH': 'Home',
  '\x1bOF': 'End',
  '\x1b[Z': 'BTab',
  '\x1b[1;2A': 'S-Up',
  '\x1b[1;3B': 'M-Down',
  '\x1b[1;5C': 'C-Right',
  '\x1b[1;6D': 'C-S-Left',
  '\x1b[1;7A': 'C-M-Up',
  '\x1b[1;8A': 'C-M-S-Up',
  '\x1b[1;9A': 'Super-Up',
  '\x1b[5A': 'C-Up',
  '\x1b[1;5H': 'C-Home',
  '\x1b[2~': 'IC',
  '\x1b[3~': 'DC',
  '\x1b[5~': 'PPage',
  '\x1b[6~': 'NPage',
  '\x1b[3;5~': 'C-DC',
  '\x1b[5;3~': 'M-PPage',
  '\x1bOP': 'F1',
  '\x1bOQ': 'F2',
  '\x1bOR': 'F3',
  '\x1bOS': 'F4',
  '\x1b[P': 'F1',
  '\x1b[1;2P': 'S-F1',
  '\x1b[1;5R': 'C-F3',
  '\x1b[13~': 'F3',
  '\x1b[15~': 'F5',
  '\x1b[17~': 'F6',
  '\x1b[18~': 'F7',
  '\x1b[19~': 'F8',
  '\x1b[20~': 'F9',
  '\x1b[21~': 'F10',
  '\x1b[23~': 'F11',
  '\x1b[24~': 'F12',
  '\x1b[15;2~': 'S-F5',
  '\x1b[24;8~': 'C-M-S-F12',
  '\x1b[29~': 'Menu',
  // Older SS3 forms, and the application keypad.
  '\x1bO5A': 'C-Up',
  '\x1bO1;5P': 'C-F1',
  '\x1bO2P': 'S-F1',
  '\x1bOM': 'KPEnter',
  '\x1bOj': 'KP*',
  '\x1bOk': 'KP+',
  '\x1bOm': 'KP-',
  '\x1bOn': 'KP.',
  '\x1bOo': 'KP/',
  '\x1bOp': 'KP0',
  '\x1bOy': 'KP9',
  // vt220, Linux console, rxvt.
  '\x1b[1~': 'Home',
  '\x1b[4~': 'End',
  '\x1b[7~': 'Home',
  '\x1b[8~': 'End',
  '\x1b[11~': 'F1',
  '\x1b[[A': 'F1',
  '\x1b[[E': 'F5',
  '\x1b[25~': 'F13',
  '\x1b[a': 'S-Up',
  '\x1b[d': 'S-Left',
  '\x1bOa': 'C-Up',
  '\x1bOd': 'C-Left',
  '\x1b[3$': 'S-DC',
  '\x1b[7^': 'C-Home',
  '\x1b[5@': 'C-S-PPage',
  '\x1b\x1b[A': 'M-Up',
  '\x1b\x1bOA': 'M-Up',
  '\x1b\x1b[3~': 'M-DC',
  '\x1b\x1b[a': 'M-S-Up',
  // modifyOtherKeys.
  '\x1b[27;2;13~': 'S-Enter',
  '\x1b[27;5;9~': 'C-Tab',
  '\x1b[27;6;9~': 'C-BTab',
  '\x1b[27;5;97~': 'C-a',
  '\x1b[27;6;65~': 'C-S-a',
  '\x1b[27;6;33~': 'C-!',
  '\x1b[27;3;97~': 'M-a',
  '\x1b[27;4;65~': 'M-A',
  '\x1b[27;5;44~': 'C-,',
  '\x1b[27;5;127~': 'C-BSpace',
  '\x1b[27;5;8~': 'C-BSpace',
  '\x1b[27;2;32~': 'S-Space',
  '\x1b[27;3;27~': 'M-Escape',
  // Kitty.
  '\x1b[13;2u': 'S-Enter',
  '\x1b[27u': 'Escape',
  '\x1b[9;5u': 'C-Tab',
  '\x1b[9;2u': 'BTab',
  '\x1b[97;5u': 'C-a',
  '\x1b[97;6u': 'C-S-a',
  '\x1b[97:65;6u': 'C-S-a',
  '\x1b[97:65;4u': 'M-A',
  '\x1b[97;4u': 'M-A',
  '\x1b[44:60;4u': 'M-<',
  '\x1b[44;4u': 'M-<',
  '\x1b[45:95;6u': 'C-_',
  '\x1b[50:64;6u': 'C-@',
  '\x1b[1089::99;5u': 'C-c',
  '\x1b[1089;3u': 'M-с',
  '\x1b[107;9u': 'Super-k',
  '\x1b[97;69u': 'C-a',
  '\x1b[97;129u': 'a',
  '\x1b[97;65u': 'A',
  '\x1b[97;66u': 'a',
  '\x1b[1;129A': 'Up',
  '\x1b[97;;97u': 'a',
  '\x1b[97:65;2;65u': 'A',
  '\x1b[97;5:2u': 'C-a repeat',
  '\x1b[97;1:3u': 'a release',
  '\x1b[1;1:3A': 'Up release',
  '\x1b[3;1:2~': 'DC repeat',
  '\x1b[57399u': 'KP0',
  '\x1b[57414u': 'KPEnter',
  '\x1b[57417;5u': 'C-Left',
  '\x1b[57376u': 'F13',
  '\x1b[57441;2u': 'S-LeftShift',
  '\x1b[57441;1:3u': 'LeftShift release',
  '\x1b[0;;8364u': '€',
};

const REPLIES: Readonly<Record<string, string>> = {
  '\x1b[?62;4c': 'device-attributes',
  '\x1b[>41;390;0c': 'device-attributes',
  '\x1bP!|00000000\x1b\\': 'device-attributes',
  '\x1b[24;80R': 'cursor-position',
  '\x1b[1;1R': 'cursor-position',
  '\x1b[1;80R': 'cursor-position',
  '\x1b[?1;5R': 'cursor-position',
  '\x1b[0n': 'other',
  '\x1b[?997;1n': 'color-scheme',
  '\x1b[?2026;2$y': 'mode',
  '\x1b[4;2$y': 'mode',
  '\x1b[?5u': 'keyboard-flags',
  '\x1b[>4;2m': 'modify-other-keys',
  '\x1b[8;24;80t': 'other',
  '\x1b[2;1;1;128;128;1;0x': 'other',
  '\x1b[?1;0;256S': 'other',
  '\x1bP>|kitty(0.42)\x1b\\': 'version',
  '\x1bP1$r0m\x1b\\': 'other',
  '\x1bP1+r524742=38\x1b\\': 'other',
  '\x1bP0+r\x1b\\': 'other',
  '\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\': 'color',
  '\x1b]10;rgb:ff/ff/ff\x07': 'color',
  '\x1b]4;1;rgb:cdcd/0/0\x1b\\': 'other',
  '\x1b]52;c;dG91Y2g=\x1b\\': 'other',
  '\x1b_Gi=1;OK\x1b\\': 'other',
  '\x1b[201~': 'other',
};

const OTHERS: Readonly<Record<string, readonly string[]>> = {
  '\x1b[I': ['focus in'],
  '\x1b[O': ['focus out'],
  '\x1b[<0;10;5M': ['press left 9,4'],
  '\x1b[<0;10;5m': ['release left 9,4'],
  '\x1b[<32;1;1M': ['move left 0,0'],
  '\x1b[<35;300;200M': ['move none 299,199'],
  '\x1b[<64;1;1M': ['press wheel-up 0,0'],
  '\x1b[<69;1;1M': ['press wheel-down 0,0 shift'],
  '\x1b[<24;1;1M': ['press left 0,0 alt ctrl'],
  '\x1b[<128;1;1M': ['press back 0,0'],
  '\x1b[M !!': ['press left 0,0'],
  '\x1b[M#!!': ['release none 0,0'],
  '\x1b[MC\xff\xff': ['move none 222,222'],
  '\x1b[32;10;5M': ['press left 9,4'],
  '\x1b[35;10;5M': ['release none 9,4'],
  '\x1b\x1b': ['Escape', 'Escape'],
  '\x1b\x1bj': ['Escape', 'M-j'],
  '\x1b\x1b[': ['Escape', 'M-['],
  '\x1b\x1b[I': ['Escape', 'focus in'],
  '\x1b\x1b[<0;1;1M': ['Escape', 'press left 0,0'],
  '\x1b\x1b[?5u': ['Escape', 'reply keyboard-flags'],
  '\x1bPwd': ['M-P', 'w', 'd'],
  '\x1b]x': ['M-]', 'x'],
  '\x1bOz': ['M-O', 'z'],
  '\x1b[[z': ['M-[', '[', 'z'],
  '\x1b[3$x': ['S-DC', 'x'],
  '\x1b[3~x': ['DC', 'x'],
  '\x1b[\x01': ['M-[', 'C-a'],
  '\x1b[1;\x1b[A': ['unknown \x1b[1;', 'Up'],
  '\x1b[99~': ['unknown \x1b[99~'],
  '\x1b[1;2': ['unknown \x1b[1;2'],
  '\x1b[?62;': ['reply broken'],
  '\x1b]11;rgb:': ['reply broken'],
  '\x1b]11;rgb:\x1b[A': ['reply broken', 'Up'],
  '\x1b]11;rgb:\x18a': ['reply broken', 'a'],
  '\x1b[M ': ['reply broken'],
  '\xe9': ['unknown \xe9'],
  '\xe9a': ['unknown \xe9', 'a'],
  '\xc3\x28': ['unknown \xc3', '('],
  '\xc0\x80': ['unknown \xc0', 'unknown \x80'],
  '\xed\xa0\x80': ['unknown \xed', 'unknown \xa0', 'unknown \x80'],
  '\xc2\x9b': ['unknown \xc2', 'unknown \x9b'],
  '\x1b\xff': ['unknown \x1b\xff'],
  '\x1b[200~hi\x1b[201~x': ['paste-start \x1b[200~', 'paste-data hi', 'paste-end \x1b[201~', 'x'],
  '\x1b[200~\x1b[201~': ['paste-start \x1b[200~', 'paste-end \x1b[201~'],
  '\x1b[200~\x1b[A\x1b[201\x1b[201~': ['paste-start \x1b[200~', 'paste-data \x1b[A\x1b[201', 'paste-end \x1b[201~'],
  '\x1b[200~hi\x1b[20': ['paste-start \x1b[200~', 'paste-data hi', 'paste-data \x1b[20', 'paste-end '],
};

describe('InputTokenizer', () => {
  it.each(Object.entries(KEYS))('reads %j as %s', (text, name) => {
    expect(read(text)).toEqual([name]);
  });

  it.each(Object.entries(REPLIES))('[E29] reads %j as a reply: %s', (text, kind) => {
    expect(read(text)).toEqual([`reply ${kind}`]);
  });

  it.each(Object.entries(OTHERS))('reads %j as %j', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([...Object.keys(KEYS), ...Object.keys(REPLIES), ...Object.keys(OTHERS)])(
    'reads %j the same when it is split at any byte, and loses none',
    (text) => {
      const whole = words([...new InputTokenizer().feed(bytes(text))]);
      for (let at = 1; at < text.length; at++) {
        const tokenizer = new InputTokenizer();
        const events = [...tokenizer.feed(bytes(text.slice(0, at))), ...tokenizer.feed(bytes(text.slice(at)))];
        // A paste comes in pieces of its own.
        if (!text.includes('[200~')) expect(words(events)).toEqual(whole);
        events.push(...tokenizer.flush());
        expect(raw(events)).toBe(text);
      }
    },
  );

  it('knows what a reply says', () => {
    const [event] = new InputTokenizer().feed(bytes('\x1b]11;rgb:1e1e/8080/ff\x1b\\'));
    expect(event).toMatchObject({ reply: { kind: 'color', osc: 11, red: 30, green: 128, blue: 255 } });
    const [mode] = new InputTokenizer().feed(bytes('\x1b[?2026;1$y'));
    expect(mode).toMatchObject({ reply: { kind: 'mode', mode: 2026, private: true, value: 1 } });
  });

  it('delays nothing but what may go on', () => {
    const tokenizer = new InputTokenizer();
    const timeoutAfter = (text: string): number | undefined => {
      tokenizer.feed(bytes(text));
      const timeoutMs = tokenizer.timeoutMs;
      tokenizer.flush();
      return timeoutMs;
    };
    for (const text of ['a', '\x01', '\x1b[A', '\x1ba', '\xc3\xa9', '\x1b[I', '\x1b[200~x\x1b[201~']) {
      expect(timeoutAfter(text)).toBeUndefined();
    }
    for (const text of ['\x1b', '\x1b[', '\x1bO', '\x1b]', '\x1bP', '\x1b\x1b', '\x1b\x1b[', '\x1b[3$']) {
      expect(timeoutAfter(text)).toBe(ESCAPE_TIME_MS);
    }
    for (const text of ['\x1b[1;', '\x1b[<0;1', '\xc3', '\x1b[M', '\x1b]11;', '\x1b[200~']) {
      expect(timeoutAfter(text)).toBeGreaterThanOrEqual(500);
    }
    expect(tokenizer.pending).toBe(false);
  });

  it('takes another escape time', () => {
    const tokenizer = new InputTokenizer(3);
    expect(tokenizer.feed(bytes('\x1b'))).toEqual([]);
    expect(tokenizer.pending).toBe(true);
    expect(tokenizer.timeoutMs).toBe(3);
    expect(words(tokenizer.flush())).toEqual(['Escape']);
    expect(words(tokenizer.feed(bytes('[A')))).toEqual(['[', 'A']);
  });

  it('gives up an unterminated paste when asked to, and reads keys again', () => {
    const tokenizer = new InputTokenizer();
    tokenizer.feed(bytes('\x1b[200~rm'));
    const ended = tokenizer.flush();
    expect(ended).toMatchObject([{ type: 'paste-end', complete: false }]);
    expect(words(tokenizer.feed(bytes('\x03')))).toEqual(['C-c']);
    // The marker that comes too late is no key.
    expect(words(tokenizer.feed(bytes('\x1b[201~')))).toEqual(['reply other']);
  });

  it('never makes keys of a reply that does not end, and keeps little of it', () => {
    const tokenizer = new InputTokenizer();
    const events = tokenizer.feed(bytes('\x1b]11;'));
    for (let i = 0; i < 2000; i++) events.push(...tokenizer.feed(bytes('touch P\r'.repeat(10))));
    events.push(...tokenizer.feed(bytes('\x1b\\q')));
    expect(new Set(words(events.slice(0, -1)))).toEqual(new Set(['reply broken']));
    expect(words(events.slice(-1))).toEqual(['q']);
    expect(raw(events).length).toBe(5 + 160_000 + 3);
  });
});
