/** Seeded noise for terminals: text of many scripts, control sequences that are right, wrong, huge or cut off. */
export type Random = () => number;

/** xorshift32: the same seed gives the same sequences on every machine. */
export function seeded(seed: number): Random {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 4_294_967_296;
  };
}

const WORDS = ['a', 'ls -la', 'hello world', '  ', 'x'.repeat(13), '0123456789', '#*', '~', 'wrap around the margin'];
const UNICODE = [
  'é',
  'e\u0301',
  'o\u0302\u0323',
  '\u0301',
  '日本語',
  '한글',
  '\u1112\u1161\u11ab',
  '\u1161',
  '😀',
  '👨‍👩‍👧‍👦',
  '👍🏽',
  '🏽',
  '❤',
  '❤️',
  '\ufe0f',
  '\u200d',
  '🇩🇪',
  '🇩',
  '🇪',
  '1️⃣',
  'नमस्ते',
  '\u202e',
  '\u200b',
  'ｱﾞ',
  '█▌─│',
  'Привет',
  `a${'\u0300'.repeat(60)}`,
  '\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}',
];
const CONTROLS = [
  '\r',
  '\n',
  '\r\n',
  '\b',
  '\t',
  '\x0b',
  '\x0c',
  '\x0e',
  '\x0f',
  '\x07',
  '\x00',
  '\x7f',
  '\x18',
  '\x1a',
  '\x85',
  '\x84',
  '\x8d',
];
const CSI_FINALS = '@ABCDEFGHIJKLMPSTXZ`abcdefghlmnpqrstu';
const MODES = [
  1, 2, 3, 5, 6, 7, 9, 12, 25, 45, 47, 66, 1000, 1002, 1003, 1004, 1005, 1006, 1007, 1015, 1016, 1047, 1048, 1049, 2004,
  2026, 2027,
];
const SGR = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 22, 23, 24, 25, 27, 28, 29, 31, 37, 39, 42, 49, 53, 55, 59, 91, 97, 101, 107,
];
const ESCAPES = [
  '7',
  '8',
  'c',
  'D',
  'E',
  'H',
  'M',
  '=',
  '>',
  'n',
  'o',
  '|',
  '}',
  '~',
  '#8',
  '(0',
  ')0',
  '(B',
  '*0',
  '+A',
  '%G',
  '\\',
  'Z',
  '6',
  '9',
  ' F',
];

export function int(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

function pick<T>(random: Random, list: readonly T[] | string): T | string {
  return list[Math.floor(random() * list.length)]!;
}

function number(random: Random): string {
  const kind = random();
  if (kind < 0.2) return '';
  if (kind < 0.85) return String(int(random, 0, 12));
  if (kind < 0.95) return String(int(random, 0, 300));
  return pick(random, ['2147483647', '99999999999999999999', '65536', '1000000']) as string;
}

function sgr(random: Random): string {
  const parts: string[] = [];
  for (let n = int(random, 0, 4); n >= 0; n--) {
    const kind = random();
    if (kind < 0.6) parts.push(String(pick(random, SGR)));
    else if (kind < 0.7) parts.push(`4:${int(random, 0, 6)}`);
    else if (kind < 0.85) parts.push(`${pick(random, ['38', '48', '58'])};5;${int(random, 0, 255)}`);
    else if (kind < 0.95)
      parts.push(
        `${pick(random, ['38', '48', '58'])}${pick(random, [':2::', ':2:', ';2;'])}1${pick(random, [':', ';'])}2`,
      );
    else
      parts.push(
        `${pick(random, ['38', '48', '58'])};2;${int(random, 0, 255)};${int(random, 0, 255)};${int(random, 0, 255)}`,
      );
  }
  return `\x1b[${parts.join(';')}m`;
}

function osc(random: Random): string {
  const body = pick(random, [
    '0;title',
    '2;ein Titel \u00fc',
    '2;',
    '1;icon',
    '7;file:///tmp/a%20b',
    '8;;https://example.com/a;b',
    '8;id=1;http://example.com',
    '8;;',
    '8;;javascript:alert(1)',
    '9;note',
    '9;4;1;50',
    '10;?',
    '4;1;?;2;?',
    '52;c;aGVsbG8=',
    '52;c;?',
    '99;i=1:d=0;half',
    '777;notify;a;b',
    '7770;{"lines":1}',
    '104',
    '133;A',
    'x',
    '',
  ]);
  return `\x1b]${body}${pick(random, ['\x07', '\x1b\\', '\x9c', '\x18', ''])}`;
}

function dcs(random: Random): string {
  const body = pick(random, ['$qm', '$qr', '$q q', '+q544e;436f', '1$r', '0;1|17/ab', 'q#0;2;0;0;0', '=1s', '']);
  return `\x1b${pick(random, ['P', 'P', '_', '^', 'X'])}${body}${pick(random, ['\x1b\\', '\x1b\\', '\x07', '\x1a', ''])}`;
}

/** Sequences that ask something: an answer counts positions, so both screens must give the same. */
export function randomSequence(random: Random): string {
  const kind = random();
  if (kind < 0.25) return pick(random, WORDS) as string;
  if (kind < 0.38) return pick(random, UNICODE) as string;
  if (kind < 0.5) return pick(random, CONTROLS) as string;
  if (kind < 0.62) return sgr(random);
  if (kind < 0.78) {
    const intermediate = random() < 0.12 ? pick(random, [' ', '!', '"', '$', "'"]) : '';
    const prefix = random() < 0.12 ? pick(random, ['?', '>', '<', '=']) : '';
    return `\x1b[${prefix}${number(random)}${random() < 0.5 ? `;${number(random)}` : ''}${intermediate}${pick(random, CSI_FINALS)}`;
  }
  if (kind < 0.82) return `\x1b[${int(random, 1, 12)};${int(random, 1, 40)}H`;
  if (kind < 0.88) return `\x1b[?${pick(random, MODES.map(String))}${pick(random, 'hl')}`;
  if (kind < 0.9) return `\x1b[${pick(random, ['4', '20'])}${pick(random, 'hl')}`;
  if (kind < 0.93) return `\x1b${pick(random, ESCAPES)}`;
  if (kind < 0.96) return osc(random);
  if (kind < 0.975) return dcs(random);
  if (kind < 0.985)
    return `\x1b[${pick(random, ['>1u', '>5u', '<u', '=3;2u', '<9u', '>4;1m', '>4;2m', '3 q', '5 q', '0 q', "2'}", "2'~", '2 @', '2 A', '1"q', '0"q', '!p'])}`;
  if (kind < 0.995) return `\x1b[${'9;'.repeat(int(random, 0, 50))}${pick(random, CSI_FINALS)}`;
  return String.fromCharCode(int(random, 0, 255), int(random, 0, 255));
}

const encoder = new TextEncoder();

/** About so many sequences as bytes, and now and then bytes that are no UTF-8. */
export function randomBytes(random: Random, count: number): Uint8Array {
  let text = '';
  for (let n = 0; n < count; n++) text += randomSequence(random);
  const bytes = encoder.encode(text);
  if (random() < 0.2 && bytes.length > 0) bytes[Math.floor(random() * bytes.length)] = int(random, 128, 255);
  return bytes;
}

/** The same bytes in chunks of any size, so that characters and sequences are split. */
export function* chunks(random: Random, bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const size = random() < 0.3 ? int(random, 1, 4) : int(random, 1, 400);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
