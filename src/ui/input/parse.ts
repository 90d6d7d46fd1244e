import { decodeCharacter, decodeCsiKey, decodeSs3Key, type Params, withAlt } from './decode-keys.ts';
import { decodeMouse } from './decode-mouse.ts';
import { decodeCsiReply } from './decode-replies.ts';
import type { InputEvent } from './events.ts';

const ESC = 0x1b;

/**
 * What stands at a place of the input. `string`: an OSC, DCS or APC begins, to be read up to its terminator. `wait`: more bytes are needed;
 * `escape` when what is there may be all that comes (ESC, Alt+[ and their like), `sequence` when it can't be.
 */
export type Parsed =
  | { readonly kind: 'event'; readonly event: InputEvent; readonly end: number }
  | { readonly kind: 'string'; readonly introducer: string; readonly end: number }
  | { readonly kind: 'wait'; readonly for: 'escape' | 'sequence' };

/**
 * No terminal sends a longer CSI sequence; one that is longer is passed on as unknown bytes, and the rest of it as text.
 * Kitty with associated text stays below 100.
 */
const CSI_LIMIT_BYTES = 256;

/** The event at `at`. With `final`, nothing more will come: never `wait`. */
export function parseAt(data: Uint8Array, at: number, final: boolean): Parsed {
  const byte = data[at]!;
  if (byte === ESC) return escaped(data, at, final);
  return character(data, at, at, final);
}

function event(made: InputEvent, end: number): Parsed {
  return { kind: 'event', event: made, end };
}

function unknown(data: Uint8Array, at: number, end: number): Parsed {
  return event({ type: 'unknown', raw: data.subarray(at, end) }, end);
}

/** The character at `from`; `at` is before it by an ESC when Alt is held. */
function character(data: Uint8Array, at: number, from: number, final: boolean): Parsed {
  const first = data[from]!;
  const alt = from > at;
  if (first < 0x80) {
    const key = decodeCharacter(first);
    const end = from + 1;
    return event({ type: 'key', key: alt ? withAlt(key) : key, raw: data.subarray(at, end) }, end);
  }
  const length =
    first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 1;
  let code = length === 2 ? first & 0x1f : length === 3 ? first & 0x0f : first & 0x07;
  let have = 1;
  for (; have < length && from + have < data.length; have++) {
    const next = data[from + have]!;
    if ((next & 0xc0) !== 0x80) break;
    code = (code << 6) | (next & 0x3f);
  }
  if (have < length && from + have >= data.length && !final) return { kind: 'wait', for: 'sequence' };
  const least = [0, 0, 0x80, 0x800, 0x10000][length]!;
  const valid =
    length > 1 && have === length && code >= least && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  // C1 controls and what is not UTF-8: bytes that no key makes. One byte at a time, so that nothing valid is swallowed.
  if (!valid || code < 0xa0) return unknown(data, at, from + 1);
  const key = decodeCharacter(code);
  const end = from + length;
  return event({ type: 'key', key: alt ? withAlt(key) : key, raw: data.subarray(at, end) }, end);
}

function lone(data: Uint8Array, at: number): Parsed {
  return event({ type: 'key', key: decodeCharacter(ESC), raw: data.subarray(at, at + 1) }, at + 1);
}

function escaped(data: Uint8Array, at: number, final: boolean): Parsed {
  const next = data[at + 1];
  if (next === undefined) return final ? lone(data, at) : { kind: 'wait', for: 'escape' };
  switch (next) {
    case 0x5b:
      return csi(data, at, at + 2, final);
    case 0x4f:
      return ss3(data, at, final);
    case 0x5d:
    case 0x50:
    case 0x5f:
      return stringStart(data, at, final);
    case ESC:
      return doubled(data, at, final);
  }
  return character(data, at, at + 1, final);
}

/**
 * ESC ESC: rxvt and Terminal.app send Alt with a function key so. Everything else is Escape, and then the next thing: two Escapes that a slow
 * link brought in one packet are two keys.
 */
function doubled(data: Uint8Array, at: number, final: boolean): Parsed {
  const third = data[at + 2];
  if (third === undefined) return final ? lone(data, at) : { kind: 'wait', for: 'escape' };
  if (third !== 0x5b && third !== 0x4f) return lone(data, at);
  const inner = escaped(data, at + 1, final);
  if (inner.kind === 'wait') return inner;
  if (inner.kind === 'string') return lone(data, at);
  const made = inner.event;
  // `ESC ESC [` and nothing more is Escape and Alt+[.
  if (made.type !== 'key' || made.key.alt) return lone(data, at);
  return event({ type: 'key', key: withAlt(made.key), raw: data.subarray(at, inner.end) }, inner.end);
}

/** OSC, DCS and APC only where a reply can follow: Alt+P is a key. */
function stringStart(data: Uint8Array, at: number, final: boolean): Parsed {
  const introducer = String.fromCharCode(data[at + 1]!);
  const next = data[at + 2];
  if (next === undefined) return final ? character(data, at, at + 1, final) : { kind: 'wait', for: 'escape' };
  const digit = next >= 0x30 && next <= 0x39;
  const begins =
    introducer === ']' ? digit : introducer === '_' ? next === 0x47 : digit || next === 0x3e || next === 0x21;
  return begins ? { kind: 'string', introducer, end: at + 2 } : character(data, at, at + 1, final);
}

function ss3(data: Uint8Array, at: number, final: boolean): Parsed {
  let end = at + 2;
  while (end < data.length && end - at < 8 && isParameter(data[end]!)) end++;
  if (end >= data.length && !final) return { kind: 'wait', for: 'escape' };
  const last = data[end];
  const key = last === undefined ? undefined : decodeSs3Key(paramsOf(data, at + 2, end), String.fromCharCode(last));
  // Alt+O, and then whatever was typed.
  if (!key) return character(data, at, at + 1, final);
  return event({ type: 'key', key, raw: data.subarray(at, end + 1) }, end + 1);
}

function csi(data: Uint8Array, at: number, start: number, final: boolean): Parsed {
  let end = start;
  const limit = Math.min(data.length, start + CSI_LIMIT_BYTES);
  while (end < limit && isParameter(data[end]!)) end++;
  const paramsEnd = end;
  while (end < limit && data[end]! >= 0x20 && data[end]! <= 0x2f) end++;
  const intermediates = String.fromCharCode(...data.subarray(paramsEnd, end));
  const prefix = paramsEnd > start && data[start]! >= 0x3c ? String.fromCharCode(data[start]!) : '';
  const params = paramsOf(data, prefix ? start + 1 : start, paramsEnd);
  const raw = (to: number): Uint8Array => data.subarray(at, to);

  const last = data[end];
  const rxvt = intermediates === '$' && prefix === '' && params.length === 1;
  if (rxvt && (last === undefined ? final : last !== 0x79)) {
    const key = decodeCsiKey(params, '$');
    if (key) return event({ type: 'key', key, raw: raw(end) }, end);
  }
  if (last === undefined) {
    if (!final) return { kind: 'wait', for: end === start || rxvt ? 'escape' : 'sequence' };
    if (end === start) return character(data, at, at + 1, final);
    // Half a reply is still no key.
    return prefix ? event({ type: 'reply', reply: { kind: 'broken' }, raw: raw(end) }, end) : unknown(data, at, end);
  }
  if (end === start && last === 0x5b) return linuxFunctionKey(data, at, start, final);
  if (last < 0x40 || last > 0x7e) {
    if (end === start) return character(data, at, at + 1, final);
    return prefix ? event({ type: 'reply', reply: { kind: 'broken' }, raw: raw(end) }, end) : unknown(data, at, end);
  }
  const letter = String.fromCharCode(last);
  end++;
  if (prefix === '' && intermediates === '') {
    if (letter === 'M' && params.length === 0) return x10Mouse(data, at, end, final);
    if (letter === 'M' && params.length === 3) {
      const [button, column, row] = params.map((one) => one[0]!);
      const mouse = decodeMouse(button! - 32, column!, row!, undefined);
      if (mouse) return event({ type: 'mouse', mouse, raw: raw(end) }, end);
    }
    if (params.length === 0 && (letter === 'I' || letter === 'O')) {
      return event({ type: 'focus', focused: letter === 'I', raw: raw(end) }, end);
    }
    if (letter === '~' && params.length === 1) {
      if (params[0]![0] === 200) return event({ type: 'paste-start', raw: raw(end) }, end);
      // The end of a paste that was given up on.
      if (params[0]![0] === 201) return event({ type: 'reply', reply: { kind: 'other' }, raw: raw(end) }, end);
    }
    const key = decodeCsiKey(params, letter);
    if (key) return event({ type: 'key', key, raw: raw(end) }, end);
  }
  if (prefix === '<' && (letter === 'M' || letter === 'm') && params.length === 3) {
    const [button, column, row] = params.map((one) => one[0]!);
    const mouse = decodeMouse(button!, column!, row!, letter === 'm');
    if (mouse) return event({ type: 'mouse', mouse, raw: raw(end) }, end);
  }
  const reply = decodeCsiReply(prefix, params, intermediates, letter);
  return reply ? event({ type: 'reply', reply, raw: raw(end) }, end) : unknown(data, at, end);
}

/** `CSI [ A` to `CSI [ E` are F1 to F5 of the Linux console. */
function linuxFunctionKey(data: Uint8Array, at: number, start: number, final: boolean): Parsed {
  const letter = data[start + 1];
  if (letter === undefined && !final) return { kind: 'wait', for: 'escape' };
  if (letter === undefined || letter < 0x41 || letter > 0x45) return character(data, at, at + 1, final);
  const key = decodeCsiKey([[letter - 0x41 + 11]], '~')!;
  return event({ type: 'key', key, raw: data.subarray(at, start + 2) }, start + 2);
}

/** `CSI M` and three bytes, each 32 more than it means. Half of one is thrown away with the replies: it would be typed as garbage. */
function x10Mouse(data: Uint8Array, at: number, start: number, final: boolean): Parsed {
  const end = Math.min(start + 3, data.length);
  const raw = data.subarray(at, end);
  if (end < start + 3) {
    if (!final) return { kind: 'wait', for: 'sequence' };
    return event({ type: 'reply', reply: { kind: 'broken' }, raw }, end);
  }
  const [button, column, row] = [data[start]! - 32, data[start + 1]! - 32, data[start + 2]! - 32];
  const mouse = decodeMouse(button, column, row, undefined);
  return event(mouse ? { type: 'mouse', mouse, raw } : { type: 'unknown', raw }, end);
}

function isParameter(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x3f;
}

function paramsOf(data: Uint8Array, start: number, end: number): Params {
  if (end <= start) return [];
  const text = String.fromCharCode(...data.subarray(start, end));
  return text
    .split(';')
    .map((param) => param.split(':').map((one) => (/^\d{1,7}$/.test(one) ? Number(one) : Number.NaN)));
}
