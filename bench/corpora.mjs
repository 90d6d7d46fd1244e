// The four corpora: seeded, so that every machine and every run reads the same bytes. Kept in bench/corpora (ignored by git).
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('corpora', import.meta.url));
/** Part of the file names: count up when a generator changes. */
const GENERATION = 1;

/** mulberry32: small, seeded, good enough for text. Returns a function: an integer from `min` to `max`, both included. */
function random(seed) {
  let a = seed >>> 0;
  return (min, max) => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    const unit = ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    return min + Math.floor(unit * (max - min + 1));
  };
}

const letters = (int, min, max) => {
  let word = '';
  for (let n = int(min, max); n > 0; n -= 1) word += String.fromCharCode(97 + int(0, 25));
  return word;
};
const words = (int, count, word) => Array.from({ length: count }, () => word(int)).join(' ');
const pick = (int, list) => list[int(0, list.length - 1)];
const run = (int, from, to, min, max) => {
  let word = '';
  for (let n = int(min, max); n > 0; n -= 1) word += String.fromCodePoint(int(from, to));
  return word;
};

const EMOJI = ['👩‍💻', '👨‍👩‍👧‍👦', '🏳️‍🌈', '🧑🏽‍🚀', '👍🏿', '🇩🇪', '🇯🇵', '❤️', '🚀', '✅', '🔥', '🙂'];
const ACCENTED = ['é', 'ü', 'ñ', 'å', 'ç', 'ő', 'e\u0301', 'a\u0308', 'o\u0302', 'n\u0303', 's\u030c', 'z'];
const UNI_WORDS = [
  (int) => run(int, 0x4e00, 0x9fa5, 1, 5),
  (int) => run(int, 0xac00, 0xd7a3, 1, 5),
  (int) => pick(int, EMOJI),
  (int) => Array.from({ length: int(2, 7) }, () => pick(int, ACCENTED)).join(''),
  (int) => run(int, 0x430, 0x44f, 2, 9),
];

const LINES = {
  /** 3 to 14 words of 2 to 10 letters a line. */
  plain: (int) => `${words(int, int(3, 14), (i) => letters(i, 2, 10))}\n`,
  /** 15 runs a line, each with its own 256-colour foreground and background and 1 to 6 letters. */
  sgr: (int) => {
    let line = '';
    for (let n = 0; n < 15; n += 1) line += `\x1b[38;5;${int(0, 255)};48;5;${int(0, 255)}m${letters(int, 1, 6)}`;
    return `${line}\x1b[0m\n`;
  },
  /** 12 words a line out of CJK, Hangul, emoji with joiners, accents, Cyrillic. */
  uni: (int) => `${words(int, 12, (i) => pick(i, UNI_WORDS)(i))}\n`,
  /** A synchronized update that erases 20 lines upward and writes 20 new ones with RGB bars and dim text. */
  agent: (int) => {
    let frame = `\x1b[?2026h${'\x1b[2K\x1b[1A'.repeat(20)}\x1b[2K\x1b[G`;
    for (let n = 0; n < 20; n += 1) {
      const bar = '█'.repeat(int(1, 40));
      frame += `\x1b[38;2;${int(0, 255)};${int(0, 255)};${int(0, 255)}m${bar}\x1b[39m `;
      frame += `\x1b[2m${words(int, int(3, 9), (i) => letters(i, 2, 8))}\x1b[22m\n`;
    }
    return `${frame}\x1b[?2026l`;
  },
};

export const CORPORA = Object.keys(LINES);

/** The file of a corpus of `bytes` (rounded up to a whole line), made when it is not there yet. */
export function corpus(name, bytes) {
  const path = join(folder, `${name}-${bytes}-${GENERATION}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const int = random(0x1215 + CORPORA.indexOf(name));
  const fd = openSync(`${path}.part`, 'w');
  for (let left = bytes; left > 0; ) {
    let text = '';
    const most = Math.min(left, 1 << 18);
    let size = 0;
    while (size < most) {
      const line = LINES[name](int);
      size += Buffer.byteLength(line);
      text += line;
    }
    left -= size;
    writeSync(fd, text);
  }
  closeSync(fd);
  renameSync(`${path}.part`, path);
  return path;
}

export const sizeOf = (path) => statSync(path).size;

/** 10,000 lines of 120 columns, for the measure of memory. */
export function lines120() {
  const path = join(folder, `lines-${GENERATION}`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const int = random(0x120);
  const lines = Array.from({ length: 10_000 }, () => `${words(int, 30, (i) => letters(i, 10, 10)).slice(0, 120)}\n`);
  writeFileSync(path, lines.join(''));
  return path;
}
