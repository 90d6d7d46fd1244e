import { plainText } from '../errors.ts';
import { decodeBase64 } from './base64.ts';

/** Things a program says beside its picture. Texts have lost their control characters. */
export type ScreenEvent =
  /** OSC 0 or 2. */
  | { readonly type: 'title'; readonly title: string }
  /** OSC 7: an absolute path; `host` as the program gave it, '' for none. */
  | { readonly type: 'cwd'; readonly cwd: string; readonly host: string }
  | { readonly type: 'bell' }
  /** OSC 52 write; at most 100 KB. */
  | { readonly type: 'clipboard'; readonly text: string }
  /** OSC 9, 99, 777. */
  | { readonly type: 'notice'; readonly title: string; readonly body: string }
  /** OSC 9;4 (ConEmu, Windows Terminal): 0 none, 1 so many percent, 2 error, 3 no end known, 4 paused. */
  | { readonly type: 'progress'; readonly state: 0 | 1 | 2 | 3 | 4; readonly percent: number }
  /** OSC 133 (FinalTerm, as shells send it): A, B: a prompt stands; C: a command runs; D: it has ended. */
  | { readonly type: 'mark'; readonly mark: 'A' | 'B' | 'C' | 'D' }
  /** OSC 7501 (codex): what an agent says of itself, as `state=working:app=codex`; at most 256 characters. */
  | { readonly type: 'agent'; readonly says: string };

/** Bytes of a title in UTF-8, at most; longer ones are cut at a character. */
export const TITLE_LIMIT = 256;
/** Bytes that a program may put on the clipboard at once. Larger ones are refused whole: half of a text is worse than none. */
export const CLIPBOARD_LIMIT = 102_400;
const URL_LIMIT = 2048;
const CWD_LIMIT = 4096;

const encoder = new TextEncoder();
const scratch = new Uint8Array(TITLE_LIMIT);

/** Text without control characters, cut to so many bytes of UTF-8. */
function boundedText(text: string, limitBytes: number): string {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '');
  const room = limitBytes === scratch.length ? scratch : new Uint8Array(limitBytes);
  return plain.slice(0, encoder.encodeInto(plain, room).read);
}

export function cleanTitle(text: string): string {
  return boundedText(text, TITLE_LIMIT);
}

/** The target of OSC 8, or undefined: only http and https, only what RFC 3986 lets a URL consist of. */
export function cleanLink(data: string | undefined): string | undefined {
  if (data === undefined) return undefined;
  const semicolon = data.indexOf(';');
  if (semicolon < 0) return undefined;
  const url = data.slice(semicolon + 1);
  return url.length <= URL_LIMIT && /^https?:\/\/[\x21-\x7e]+$/i.test(url) ? url : undefined;
}

/** OSC 7: file://host/path. */
export function cleanCwd(data: string): { cwd: string; host: string } | undefined {
  const match = /^file:\/\/([^/]*)(\/.*)$/s.exec(data);
  if (!match) return undefined;
  try {
    const cwd = decodeURIComponent(match[2]!);
    if (cwd.length > CWD_LIMIT || /[\u0000-\u001f\u007f-\u009f]/.test(cwd)) return undefined;
    return { cwd, host: boundedText(match[1]!, TITLE_LIMIT) };
  } catch {
    return undefined;
  }
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(base64: string): string | undefined {
  const bytes = decodeBase64(base64);
  if (bytes === undefined) return undefined;
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** OSC 52 ; targets ; base64. A query (`?`) is dropped: the clipboard is never read out. */
export function clipboardEvent(data: string): ScreenEvent | undefined {
  const semicolon = data.indexOf(';');
  const payload = data.slice(semicolon + 1);
  if (semicolon < 0 || payload === '' || payload === '?') return undefined;
  const text = decodeText(payload);
  if (text === undefined || encoder.encode(text).length > CLIPBOARD_LIMIT) return undefined;
  return { type: 'clipboard', text };
}

function notice(title: string, body: string): ScreenEvent | undefined {
  if (title === '' && body === '') return undefined;
  return { type: 'notice', title: plainText(title, 256), body: plainText(body, 1024) };
}

/** OSC 9: a notice (iTerm2), or a command of ConEmu, which begins with a number. */
export function osc9Event(data: string): ScreenEvent | undefined {
  const command = /^(\d{1,2})(?:;|$)/.exec(data);
  if (!command) return notice('', data);
  const progress = /^4;([0-4])(?:;(\d{1,3}))?;?$/.exec(data);
  if (!progress) return undefined;
  const state = Number(progress[1]) as 0 | 1 | 2 | 3 | 4;
  return { type: 'progress', state, percent: Math.min(100, Number(progress[2] ?? 0)) };
}

/** OSC 133 ; A, B, C or D, with parameters after another semicolon. What shells send beside these is not ours. */
export function osc133Event(data: string): ScreenEvent | undefined {
  const mark = /^[A-D](?=;|$)/.exec(data)?.[0] as 'A' | 'B' | 'C' | 'D' | undefined;
  return mark === undefined ? undefined : { type: 'mark', mark };
}

export function osc7501Event(data: string): ScreenEvent | undefined {
  const says = plainText(data, 256);
  return says === '' ? undefined : { type: 'agent', says };
}

/** OSC 777 ; notify ; title ; body (urxvt). */
export function osc777Event(data: string): ScreenEvent | undefined {
  const parts = data.split(';');
  if (parts[0] !== 'notify') return undefined;
  return notice(parts[1] ?? '', parts.slice(2).join(';'));
}

/** OSC 99 ; key=value:… ; payload (kitty): a notice may come in several parts, of which so many characters are kept. */
const PART_LIMIT = 4096;
export class KittyNotices {
  #id = '';
  #title = '';
  #body = '';

  /** The notice, when this was its last part. */
  add(data: string): ScreenEvent | undefined {
    const semicolon = data.indexOf(';');
    if (semicolon < 0) return undefined;
    const keys = new Map(
      data
        .slice(0, semicolon)
        .split(':')
        .map((pair) => [pair.slice(0, 1), pair.slice(2)]),
    );
    const raw = data.slice(semicolon + 1);
    const text = keys.get('e') === '1' ? (decodeText(raw) ?? '') : raw;
    const id = keys.get('i') ?? '';
    if (id !== this.#id) {
      this.#id = id;
      this.#title = '';
      this.#body = '';
    }
    const part = keys.get('p') ?? 'title';
    if (part === 'title') this.#title = (this.#title + text).slice(0, PART_LIMIT);
    else if (part === 'body') this.#body = (this.#body + text).slice(0, PART_LIMIT);
    else return undefined;
    if (keys.get('d') === '0') return undefined;
    const event = notice(this.#title, this.#body);
    this.#title = '';
    this.#body = '';
    return event;
  }
}
