import type { Params } from './decode-keys.ts';
import type { TerminalReply } from './events.ts';

const OTHER: TerminalReply = { kind: 'other' };

/** A CSI sequence that only a terminal says; undefined: it is none. */
export function decodeCsiReply(
  prefix: string,
  params: Params,
  intermediates: string,
  final: string,
): TerminalReply | undefined {
  const number = (index: number): number => {
    const one = params[index]?.[0];
    return one === undefined || Number.isNaN(one) ? 0 : one;
  };
  if (intermediates === '$' && final === 'y') {
    return { kind: 'mode', mode: number(0), private: prefix === '?', value: number(1) };
  }
  if (prefix === '?' && intermediates === '') {
    if (final === 'c') return { kind: 'device-attributes', level: 1, params: params.map((_, index) => number(index)) };
    if (final === 'u') return { kind: 'keyboard-flags', flags: number(0) };
    if (final === 'R') return { kind: 'cursor-position', row: number(0), column: number(1) };
    if (final === 'n' && number(0) === 997) return { kind: 'color-scheme', dark: number(1) === 1 };
  }
  if (prefix === '>' && final === 'c') {
    return { kind: 'device-attributes', level: 2, params: params.map((_, index) => number(index)) };
  }
  if (prefix === '>' && final === 'm' && number(0) === 4) return { kind: 'modify-other-keys', level: number(1) };
  if (prefix !== '') return OTHER;
  if (final === 'R' && params.length >= 2) return { kind: 'cursor-position', row: number(0), column: number(1) };
  if (final === 'c' && params.length > 0) return OTHER;
  // DSR, window reports (XTWINOPS), DECREPTPARM, DECRQPSR and the like.
  if ('nxty'.includes(final) || intermediates !== '') return OTHER;
  return undefined;
}

/** OSC, DCS, APC: all that a terminal sends so is a reply. `body` is between introducer and terminator. */
export function decodeStringReply(introducer: string, body: string): TerminalReply {
  if (introducer === 'P') {
    if (body.startsWith('>|')) return { kind: 'version', text: body.slice(2) };
    if (body.startsWith('!|')) return { kind: 'device-attributes', level: 3, params: [] };
    return OTHER;
  }
  const color = introducer === ']' ? /^(1\d);(?:rgba?:)?#?([\da-f/]+)$/i.exec(body) : null;
  if (!color) return OTHER;
  const parts = color[2]!.includes('/') ? color[2]!.split('/') : (color[2]!.match(/../g) ?? []);
  const [red, green, blue] = parts.map(component);
  if (red === undefined || green === undefined || blue === undefined) return OTHER;
  return { kind: 'color', osc: Number(color[1]), red, green, blue };
}

/** XParseColor: one to four hexadecimal digits, scaled. */
function component(digits: string): number | undefined {
  if (!/^[\da-f]{1,4}$/i.test(digits)) return undefined;
  return Math.round((Number.parseInt(digits, 16) / (16 ** digits.length - 1)) * 255);
}
