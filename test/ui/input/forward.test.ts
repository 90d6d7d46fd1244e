import { describe, expect, it } from 'vitest';
import { DEFAULT_MODES, type TerminalModes } from '../../../src/core/index.ts';
import { forwardKey, type InputEvent, InputTokenizer, PasteForwarder } from '../../../src/ui/input/index.ts';

const events = (text: string): InputEvent[] => {
  const tokenizer = new InputTokenizer();
  return [...tokenizer.feed(Buffer.from(text, 'latin1')), ...tokenizer.flush()];
};

/** What a program with `pane` gets for what a terminal with kitty flags `outer` sends. */
function forwarded(text: string, outer: number, pane: Partial<TerminalModes>): string {
  const modes = { ...DEFAULT_MODES, ...pane };
  const parts = events(text).map((event) => forwardKey(event, { kittyFlags: outer }, modes));
  return Buffer.concat(parts).toString('latin1');
}

const PLAIN = {};
const KITTY = { kittyFlags: 1 };
const ALTERNATES = { kittyFlags: 5 };
const OTHER = { modifyOtherKeys: 2 } as const;
const CURSOR = { applicationCursor: true };

describe('forwardKey', () => {
  it.each<[string, string, number, Partial<TerminalModes>, string]>([
    ['text stays', 'aé\xff\xc3\xa9', 0, PLAIN, 'aé\xff\xc3\xa9'],
    ['control characters stay', '\x01\x03\x1a\x08\n', 0, PLAIN, '\x01\x03\x1a\x08\n'],
    ['xterm to xterm', '\x1b[A\x1b[1;5C\x1bOP\x1b[3~', 0, PLAIN, '\x1b[A\x1b[1;5C\x1bOP\x1b[3~'],
    ['two Escapes stay two', '\x1b\x1b', 0, PLAIN, '\x1b\x1b'],
    ['unknown sequences pass', '\x1b[99~\x1b[5X', 0, PLAIN, '\x1b[99~\x1b[5X'],
    ['arrows for application cursor mode', '\x1b[A\x1b[1;5A\x1b[H', 0, CURSOR, '\x1bOA\x1b[1;5A\x1bOH'],
    ['application keypad to numeric', '\x1bOp\x1bOM\x1bOk', 0, PLAIN, '0\r+'],
    ['keypad to application', '\x1bOp\x1bOM', 0, { applicationKeypad: true }, '\x1bOp\x1bOM'],
    ['rxvt speaks xterm', '\x1b[7~\x1b[a\x1bOd\x1b\x1b[A', 0, PLAIN, '\x1b[H\x1b[1;2A\x1b[1;5D\x1b[1;3A'],
    ['the Linux console speaks xterm', '\x1b[[A\x1b[1~', 0, PLAIN, '\x1bOP\x1b[H'],
    ['kitty to plain', '\x1b[97;5u\x1b[27u\x1b[105;5u\x1b[9;2u', 5, PLAIN, '\x01\x1b\t\x1b[Z'],
    ['kitty, Alt and Shift to plain', '\x1b[44:60;4u\x1b[97:65;4u', 5, PLAIN, '\x1b<\x1bA'],
    ['kitty, another alphabet to plain', '\x1b[1089::99;5u', 5, PLAIN, '\x03'],
    ['kitty Shift+Enter to a prompt', '\x1b[13;2u', 5, PLAIN, '\n'],
    ['kitty Shift+Enter to a full screen', '\x1b[13;2u', 5, { alternateScreen: true }, '\r'],
    ['kitty to kitty, the same flags', '\x1b[97:65;6u\x1b[57414;129u', 5, ALTERNATES, '\x1b[97:65;6u\x1b[57414;129u'],
    ['kitty to kitty, fewer flags', '\x1b[97:65;6u\x1b[13;2u', 5, KITTY, '\x1b[97;6u\x1b[13;2u'],
    ['what an input method composed', '\x1b[0;;117:112u\x1b[0;;23383u', 29, PLAIN, 'up\xe5\xad\x97'],
    ['the same to who wants it so', '\x1b[0;;117:112u', 29, { kittyFlags: 24 }, '\x1b[0;;117:112u'],
    ['kitty events to a program without', '\x1b[97;5:2u\x1b[97;1:3u\x1b[1;1:3A', 7, PLAIN, '\x01'],
    ['kitty events to one that wants them', '\x1b[97;1:3u\x1b[1;1:3A', 7, { kittyFlags: 3 }, '\x1b[97;1:3u\x1b[1;1:3A'],
    ['all keys as sequences to text', '\x1b[97;;97u\x1b[13u\x1b[32;;32u\x1b[57441;2u', 31, KITTY, 'a\r '],
    ['plain to kitty', '\x01\x1ba\x1b\r\x1bOP', 0, KITTY, '\x1b[97;5u\x1b[97;3u\x1b[13;3u\x1b[P'],
    ['plain to all keys', 'aA\r', 0, { kittyFlags: 31 }, '\x1b[97;;97u\x1b[97:65;2;65u\x1b[13u'],
    ['modifyOtherKeys to plain', '\x1b[27;5;97~\x1b[27;2;13~\x1b[27;3;97~', 0, PLAIN, '\x01\n\x1ba'],
    ['modifyOtherKeys to itself', '\x1b[27;5;97~\x1b[27;6;65~', 0, OTHER, '\x1b[27;5;97~\x1b[27;6;65~'],
    ['kitty to modifyOtherKeys', '\x1b[13;2u\x1b[105;5u', 5, OTHER, '\x1b[27;2;13~\x1b[27;5;105~'],
    ['modifyOtherKeys to kitty', '\x1b[27;2;13~\x1b[27;5;105~', 0, KITTY, '\x1b[13;2u\x1b[105;5u'],
    ['focus for who asked', '\x1b[I\x1b[O', 0, { focusEvents: true }, '\x1b[I\x1b[O'],
    ['no focus for who did not', '\x1b[I\x1b[O', 0, PLAIN, ''],
    ['no mouse: it has a place of its own', '\x1b[<0;1;1M', 0, { mouse: 'any', mouseEncoding: 'sgr' }, ''],
    ['[E29] no replies', '\x1b[?62c\x1b[24;80R\x1b]11;rgb:0/0/0\x07\x1bP>|x\x1b\\\x1b[?2026;2$y\x1b[?5u', 0, PLAIN, ''],
    ['[E29] no half replies', '\x1b[?62;\x18\x1b]11;rgb:', 0, PLAIN, '\x18'],
  ])('%s', (_, text, outer, pane, expected) => {
    expect(forwarded(text, outer, pane)).toBe(expected);
  });

  it('gives back the very bytes when nothing is to be changed', () => {
    const [event] = events('\x1b[1;5A');
    expect(forwardKey(event!, { kittyFlags: 0 }, DEFAULT_MODES)).toBe(event!.raw);
  });
});

describe('PasteForwarder', () => {
  const paste = (chunks: readonly string[], modes: TerminalModes): string => {
    const tokenizer = new InputTokenizer();
    const forwarder = new PasteForwarder(modes);
    const all = [...chunks.flatMap((chunk) => tokenizer.feed(Buffer.from(chunk, 'latin1'))), ...tokenizer.flush()];
    return Buffer.concat(all.map((event) => forwarder.forward(event))).toString('latin1');
  };
  const bracketed = { ...DEFAULT_MODES, bracketedPaste: true };

  it('makes a paste safe and brackets it for who asked', () => {
    const chunks = ['\x1b[200~a\nb\x03\xc2', '\x9b20', '1~c\x1b[2', '01~'];
    expect(paste(chunks, bracketed)).toBe('\x1b[200~a\rbc\x1b[201~');
    expect(paste(chunks, DEFAULT_MODES)).toBe('a\rbc');
  });

  it('closes the bracket of a paste that never ends', () => {
    expect(paste(['\x1b[200~abc'], bracketed)).toBe('\x1b[200~abc\x1b[201~');
  });
});
