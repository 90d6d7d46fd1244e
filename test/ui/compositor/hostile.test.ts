import { describe, expect, it } from 'vitest';
import { Screen } from '../../../src/core/index.ts';
import { Compositor, FULL_CAPABILITIES } from '../../../src/ui/compositor/index.ts';
import { HOSTILE } from '../../fixtures/hostile.ts';
import { HandClock, MemorySink, Random } from './fakes.ts';
import { wholeLayer } from './picture.ts';
import { forbidden } from './tokens.ts';

const BEL = '\x07';
const ST = '\x1b\\';
const big = 'A'.repeat(5000);

/** Beside the corpus that all share: each family of sequences with every way to end it. */
const STRINGS: readonly string[] = [
  // strings to the terminal: title, icon, palette, folder, notices, clipboard, colours, shell marks, files
  ...[
    '0;evil',
    '1;evil',
    '2;evil',
    '4;1;?',
    '4;1;rgb:ff/00/00',
    '7;file:///etc',
    '9;note',
    '9;4;1;50',
    '10;?',
    '11;?',
    '12;red',
  ],
  ...[
    '52;c;ZXZpbA==',
    '52;c;?',
    '99;i=1;note',
    '104',
    '110',
    '112',
    '133;A',
    '633;E;rm -rf',
    '777;notify;a;b',
    '50;font',
    '3;X=1',
  ],
  ...[
    '1337;File=inline=1:QUJD',
    '1337;RequestUpload=format=tgz',
    '5522;x',
    '8;;javascript:alert(1)',
    '8;;file:///etc/passwd',
    '8;;https://ok.example',
  ],
].flatMap((body) => [`\x1b]${body}${BEL}`, `\x1b]${body}${ST}`, `\x1b]${body}`, `\u009d${body}\u009c`]);

const MORE: readonly string[] = [
  // device control, application, privacy and start strings
  ...['q#0;2;0;0;0~', '$qm', '+q544e', 'tmux;\x1b\x1b]0;x\x07', '1$r0m', '=1s', '{ @'].flatMap((body) => [
    `\x1bP${body}${ST}`,
    `\x1bP${body}`,
    `\u0090${body}\u009c`,
  ]),
  `\x1b_Gf=100,a=T;QUJD${ST}`,
  `\x1b^secret${ST}`,
  `\x1bXsecret${ST}`,
  `\x1b_${big}`,
  // questions, whose answers would be typed
  ...[
    'c',
    '>c',
    '=c',
    '5n',
    '6n',
    '?6n',
    '?15n',
    '?996n',
    'x',
    '>q',
    '18t',
    '14t',
    '21t',
    '20t',
    '?u',
    '?2026$p',
    '?1;1;0S',
  ].map((q) => `\x1b[${q}`),
  '\x05',
  '\x1bZ',
  // windows, printers, modes, margins, keyboards, mice
  ...[
    '8;1;1t',
    '3;0;0t',
    '9;1t',
    '2t',
    '22;0t',
    '23;0t',
    '5i',
    '?5i',
    '4i',
    '!p',
    '?1049l',
    '?1049h',
    '?47h',
    '?3h',
    '?5h',
  ].map((q) => `\x1b[${q}`),
  ...[
    '?1000h',
    '?1003h',
    '?1006h',
    '?2004h',
    '?1004h',
    '?2026h',
    '?2048h',
    '?6h',
    '?7l',
    '4h',
    '20h',
    '12l',
    '2;3r',
    '>1u',
    '=5u',
    '>4;2m',
    '?9001h',
  ].map((q) => `\x1b[${q}`),
  // resets, alignment, character sets, tabs, double width, rectangles
  ...[
    'c',
    '#8',
    '#3',
    '#6',
    '(0',
    ')0',
    'n',
    'o',
    '|',
    '}',
    '~',
    'H',
    'D',
    'M',
    'E',
    '7',
    '8',
    '=',
    '>',
    ' F',
    ' G',
    '%G',
    '%@',
    'l',
    'm',
  ].map((q) => `\x1b${q}`),
  ...[
    '1;1;9;9$r',
    '65;1;1;9;9$x',
    '1;1;9;9$z',
    '1;1;9;9;1;1;1;1$v',
    '99999999b',
    '99999999@',
    '99999999C',
    '1"q',
    '0 q',
    '99 q',
    "1'}",
  ].map((q) => `\x1b[${q}`),
  // control characters, C1 as bytes and as UTF-8, direction, nothing, and text that is no text
  '\x0e\x0f\x07\x08\x0b\x0c\x00\x7f\x1a\x18',
  '\u0084\u0085\u0088\u008d\u008e\u008f\u0098\u009a\u009b31m\u009e\u009f',
  '\u202eevil\u202c \u2066x\u2069 \u200f\u200e\u061c\ufeff\u2028\u2029',
  '\ufff9\ufffb\uffff\ufdd0\u{e0001}\u{e0041}',
  `a${'\u0301'.repeat(500)}${'\u200d'.repeat(500)}b`,
  `\x1b[${'1;'.repeat(3000)}m${'\x1b['.repeat(500)}`,
  '\x1b[1;31\x1b]0;x\x1b[2J\x18\x1b[\x1b\x1b\x1b[m',
];

/** Bytes that no text has: C1 alone, overlong forms, surrogates, beyond Unicode, cut short. */
const BYTES: readonly number[][] = [
  [0x9b, 0x33, 0x31, 0x6d],
  [0x9d, 0x30, 0x3b, 0x78, 0x9c],
  [0x90, 0x71, 0x9c, 0x9f, 0x98, 0x9e],
  [0xc0, 0x9b, 0x41],
  [0xe0, 0x80, 0x9b, 0x41],
  [0xf0, 0x80, 0x80, 0x9b, 0x41],
  [0xc1, 0xbf, 0xc0, 0x80],
  [0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80],
  [0xf4, 0x90, 0x80, 0x80, 0xf8, 0x88, 0x80, 0x80, 0x80, 0xfe, 0xff],
  [0xe2, 0x80],
];

function world() {
  const sink = new MemorySink();
  const clock = new HandClock();
  const compositor = new Compositor({ sink, clock, capabilities: FULL_CAPABILITIES });
  const screen = new Screen({ cols: 40, rows: 10, scrollback: 0 });
  compositor.setSize(40, 10);
  compositor.setLayers([wholeLayer(screen)]);
  compositor.setCursor({ surface: screen });
  /** Everything written, also what a synchronized update holds back. */
  const draw = async (): Promise<Uint8Array[]> => {
    compositor.invalidate();
    compositor.flush();
    await clock.advance(200);
    return sink.writes.splice(0);
  };
  return { screen, draw };
}

describe('[E27] hostile output of a program', () => {
  const encoder = new TextEncoder();
  const corpus = [
    ...HOSTILE.map(({ bytes }) => bytes),
    ...[...STRINGS, ...MORE].map((text) => encoder.encode(text)),
    ...BYTES.map((one) => Uint8Array.from(one)),
  ];

  it('reaches the outer terminal only as what is on the allowed list, one by one', async () => {
    expect(corpus.length).toBeGreaterThan(250);
    for (const bytes of corpus) {
      const { screen, draw } = world();
      await draw();
      screen.write(encoder.encode('before '));
      screen.write(bytes);
      screen.write(encoder.encode('\x18\x1b\\ after'));
      for (const frame of await draw())
        expect(forbidden(frame), JSON.stringify(new TextDecoder().decode(bytes.subarray(0, 200)))).toBeUndefined();
      screen.dispose();
    }
  });

  it('reaches it so in any order and cut anywhere, too', async () => {
    const random = new Random(27);
    const { screen, draw } = world();
    const short = corpus.filter((bytes) => bytes.length < 10_000);
    let frames = 0;
    for (let round = 0; round < 400; round++) {
      for (let i = random.int(1, 4); i > 0; i--) {
        const bytes = random.pick(short);
        const from = random.chance(0.3) ? random.int(0, bytes.length - 1) : 0;
        screen.write(bytes.subarray(from, random.chance(0.3) ? random.int(from + 1, bytes.length) : bytes.length));
        if (random.chance(0.5)) screen.write(encoder.encode(`text ${round} äöü 漢字 👍\r\n`));
      }
      for (const frame of await draw()) {
        frames++;
        expect(forbidden(frame), `round ${round}`).toBeUndefined();
      }
    }
    screen.dispose();
    expect(frames).toBeGreaterThan(50);
  });
});
