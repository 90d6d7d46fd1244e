import { describe, expect, test } from 'vitest';
import { Screen } from '../../../src/core/index.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const ST = '\x1b\\';

/** What a screen of 80x24 answers to a text. */
function ask(text: string, answering = true): string[] {
  const replies: string[] = [];
  const screen = new Screen({
    cols: 80,
    rows: 24,
    scrollback: 0,
    ...(answering ? { reply: (bytes) => replies.push(decoder.decode(bytes)) } : {}),
  });
  screen.write(encoder.encode(text));
  screen.dispose();
  return replies;
}

const QUESTIONS: readonly [name: string, question: string, answer: string][] = [
  ['DA1', '\x1b[c', '\x1b[?62;22;52c'],
  ['DA1 with its parameter', '\x1b[0c', '\x1b[?62;22;52c'],
  ['DA2', '\x1b[>c', '\x1b[>1;4000;0c'],
  ['DA3', '\x1b[=c', `\x1bP!|00000000${ST}`],
  ['XTVERSION', '\x1b[>q', `\x1bP>|iris-tui${ST}`],
  ['DSR 5', '\x1b[5n', '\x1b[0n'],
  ['CPR', '\x1b[3;7H\x1b[6n', '\x1b[3;7R'],
  ['CPR at a pending wrap', `\x1b[2;79Hab\x1b[6n`, '\x1b[2;80R'],
  ['CPR in origin mode', '\x1b[5;10r\x1b[?6h\x1b[2;3H\x1b[6n', '\x1b[2;3R'],
  ['DECXCPR', '\x1b[3;7H\x1b[?6n', '\x1b[?3;7R'],
  ['the colours being dark', '\x1b[?996n', '\x1b[?997;1n'],
  ['DECRQM 2026, reset', '\x1b[?2026$p', '\x1b[?2026;2$y'],
  ['DECRQM 2026, set', '\x1b[?2026h\x1b[?2026$p', '\x1b[?2026;1$y'],
  ['DECRQM 2004, set', '\x1b[?2004h\x1b[?2004$p', '\x1b[?2004;1$y'],
  ['DECRQM 1004, set', '\x1b[?1004h\x1b[?1004$p', '\x1b[?1004;1$y'],
  ['DECRQM 1006, set', '\x1b[?1006h\x1b[?1006$p', '\x1b[?1006;1$y'],
  ['DECRQM 1049 on the alternate screen', '\x1b[?1049h\x1b[?1049$p', '\x1b[?1049;1$y'],
  ['DECRQM 7, set from the start', '\x1b[?7$p', '\x1b[?7;1$y'],
  ['DECRQM of a mode that nobody has', '\x1b[?4242$p', '\x1b[?4242;0$y'],
  ['RQM 4', '\x1b[4h\x1b[4$p', '\x1b[4;1$y'],
  ['RQM 20', '\x1b[20$p', '\x1b[20;2$y'],
  ['OSC 10', '\x1b]10;?\x07', `\x1b]10;rgb:d8d8/d8d8/d8d8${ST}`],
  ['OSC 11', `\x1b]11;?${ST}`, `\x1b]11;rgb:1818/1818/1818${ST}`],
  ['OSC 12', '\x1b]12;?\x07', `\x1b]12;rgb:d8d8/d8d8/d8d8${ST}`],
  ['OSC 10 and 11 at once', '\x1b]10;?;?\x07', `\x1b]10;rgb:d8d8/d8d8/d8d8${ST}\x1b]11;rgb:1818/1818/1818${ST}`],
  ['OSC 11 after a program set it', '\x1b]11;#ff0000\x07\x1b]11;?\x07', `\x1b]11;rgb:1818/1818/1818${ST}`],
  ['OSC 4', '\x1b]4;1;?\x07', `\x1b]4;1;rgb:cdcd/0000/0000${ST}`],
  [
    'OSC 4 in the cube and on the ramp',
    '\x1b]4;110;?;255;?\x07',
    `\x1b]4;110;rgb:8787/afaf/d7d7${ST}\x1b]4;255;rgb:eeee/eeee/eeee${ST}`,
  ],
  ['kitty keyboard flags', '\x1b[>5u\x1b[?u', '\x1b[?5u'],
  ['kitty keyboard flags of the other screen', '\x1b[>5u\x1b[?1049h\x1b[?u', '\x1b[?0u'],
  ['modifyOtherKeys', '\x1b[>4;2m\x1b[?4m', '\x1b[>4;2m'],
  ['size in pixels', '\x1b[14t', '\x1b[4;432;720t'],
  ['size of a cell', '\x1b[16t', '\x1b[6;18;9t'],
  ['size in characters', '\x1b[18t', '\x1b[8;24;80t'],
  ['DECRQSS of the margins', `\x1b[3;9r\x1bP$qr${ST}`, `\x1bP1$r3;9r${ST}`],
  ['DECRQSS of the cursor shape', `\x1b[5 q\x1bP$q q${ST}`, `\x1bP1$r5 q${ST}`],
  ['DECRQSS of the pen', `\x1b[1;4:3;38;5;9;48;2;1;2;3m\x1bP$qm${ST}`, `\x1bP1$r0;1;4:3;38:5:9;48:2::1:2:3m${ST}`],
  ['DECRQSS of what nobody knows', `\x1bP$qx${ST}`, `\x1bP0$r${ST}`],
  ['XTGETTCAP of colours', `\x1bP+q436f${ST}`, `\x1bP1+r436f=323536${ST}`],
  ['XTGETTCAP of RGB and of nonsense', `\x1bP+q524742;7a7a${ST}`, `\x1bP1+r524742=38${ST}\x1bP0+r7a7a${ST}`],
];

/** Answers to these would put a text of the program's choosing into its own input, or tell what is not its business. */
const UNANSWERED: readonly [name: string, text: string][] = [
  ['the title', '\x1b]0;rm -rf\r\x07\x1b[21t'],
  ['the icon name', '\x1b]1;x\x07\x1b[20t'],
  ['the clipboard', '\x1b]52;c;?\x07\x1b]52;p;?\x07\x1b]52;;?\x07'],
  ['the answerback', '\x05'],
  ['the window state and position', '\x1b[11t\x1b[13t'],
  ['checksums of the screen (DECRQCRA)', '\x1b[1;1;1;1;5;5*y'],
  ['an aborted question', '\x1b[6\x18n\x1b]11;?\x18\x1bP$qm\x1a'],
  ['the answers themselves', '\x1b[?62;22c\x1b[3;4R\x1b]11;rgb:1/2/3\x07\x1bP>|x\x1b\\\x1b[?5u\x1b[I'],
  ['a sequence that is answered, inside a string', '\x1b]0;\x1b[\x18'],
];

describe('[E28] a question is answered once, with a constant', () => {
  for (const [name, question, answer] of QUESTIONS) {
    test(name, () => expect(ask(question)).toEqual([answer]));
  }
  for (const [name, text] of UNANSWERED) {
    test(`not at all: ${name}`, () => expect(ask(text)).toEqual([]));
  }

  test('a screen of a viewer, which has no reply, answers nothing and stays right', () => {
    for (const [, question] of QUESTIONS) expect(ask(question, false)).toEqual([]);
  });

  test('several questions in one write give their answers in order, in one piece', () => {
    expect(ask('\x1b[c\x1b[5n\x1b[6n')).toEqual(['\x1b[?62;22;52c\x1b[0n\x1b[1;1R']);
  });

  test('a question split over writes is answered when it is whole', () => {
    const replies: string[] = [];
    const screen = new Screen({ cols: 80, rows: 24, scrollback: 0, reply: (b) => replies.push(decoder.decode(b)) });
    for (const byte of encoder.encode('\x1b]11;?\x1b\\')) screen.write(Uint8Array.of(byte));
    expect(replies).toEqual([`\x1b]11;rgb:1818/1818/1818${ST}`]);
  });

  test('questions without end are answered up to 64 KiB a write', () => {
    const [reply] = ask('\x1b[c'.repeat(100_000));
    expect(reply!.length).toBeGreaterThan(65_000);
    expect(reply!.length).toBeLessThan(66_000);
  });

  test('colours and name may be given', () => {
    const replies: string[] = [];
    const screen = new Screen({
      cols: 80,
      rows: 24,
      scrollback: 0,
      reply: (b) => replies.push(decoder.decode(b)),
      identity: { background: 0xffffff, name: 'other' },
    });
    screen.write(encoder.encode('\x1b]11;?\x07\x1b[?996n\x1b[>q'));
    expect(replies).toEqual([`\x1b]11;rgb:ffff/ffff/ffff${ST}\x1b[?997;2n\x1bP>|other${ST}`]);
  });
});
