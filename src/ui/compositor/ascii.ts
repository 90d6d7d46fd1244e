/** ASCII that stands in for what a terminal without UTF-8 cannot show. Everything else is `?`. */
const STAND_INS = new Map<number, string>([
  [0x00a0, ' '],
  [0x00b7, '.'],
  [0x2010, '-'],
  [0x2011, '-'],
  [0x2012, '-'],
  [0x2013, '-'],
  [0x2014, '-'],
  [0x2018, "'"],
  [0x2019, "'"],
  [0x201c, '"'],
  [0x201d, '"'],
  [0x2022, '*'],
  [0x2026, '.'],
  [0x2190, '<'],
  [0x2191, '^'],
  [0x2192, '>'],
  [0x2193, 'v'],
  [0x25cb, 'o'],
  [0x25cc, 'o'],
  [0x25cf, '*'],
  [0x2691, '!'],
  [0x2713, '+'],
  [0x2714, '+'],
  [0x2715, 'x'],
  [0x2716, 'x'],
  [0x2717, 'x'],
  [0x276f, '>'],
]);
const HORIZONTAL = new Set([
  0x2500, 0x2501, 0x2504, 0x2505, 0x2508, 0x2509, 0x254c, 0x254d, 0x2550, 0x2574, 0x2576, 0x2578, 0x257a,
]);
const VERTICAL = new Set([
  0x2502, 0x2503, 0x2506, 0x2507, 0x250a, 0x250b, 0x254e, 0x254f, 0x2551, 0x2575, 0x2577, 0x2579, 0x257b,
]);

/** One ASCII character for one code point above ASCII. Box drawing becomes + - |, blocks #. */
export function asciiFor(cp: number): string {
  if (cp >= 0x2500 && cp <= 0x257f) return HORIZONTAL.has(cp) ? '-' : VERTICAL.has(cp) ? '|' : '+';
  if (cp >= 0x2580 && cp <= 0x259f) return '#';
  return STAND_INS.get(cp) ?? '?';
}
