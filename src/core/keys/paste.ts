import type { TerminalModes } from '../output/modes.ts';
import { bytesOf, NO_BYTES } from './bytes.ts';

export const PASTE_START = bytesOf('\x1b[200~');
export const PASTE_END = bytesOf('\x1b[201~');

/**
 * Pasted bytes made safe, in pieces of any size. Removed: start and end markers, with ESC or with CSI as C1 (one byte, or U+009B); every control
 * character but tab, CR and LF, so that no paste can press a key (^C), end its own bracket or begin a sequence; DEL and C1 likewise.
 * LF and CR LF become CR, as xterm sends pasted lines. Bytes that are not UTF-8 pass, C1 among them do not.
 * Keeps at most 8 bytes between pieces.
 */
export class PasteFilter {
  #held: Uint8Array = NO_BYTES;
  #afterCr = false;

  feed(bytes: Uint8Array): Uint8Array {
    return this.#run(bytes, false);
  }

  /** What was kept back. The filter can be used again. */
  end(): Uint8Array {
    const rest = this.#run(NO_BYTES, true);
    this.#afterCr = false;
    return rest;
  }

  #run(bytes: Uint8Array, final: boolean): Uint8Array {
    const input = this.#held.length ? joined([this.#held, bytes]) : bytes;
    this.#held = NO_BYTES;
    const out = new Uint8Array(input.length);
    let length = 0;
    let at = 0;
    while (at < input.length) {
      const byte = input[at]!;
      if (byte >= 0x20 && byte < 0x7f) {
        out[length++] = byte;
        this.#afterCr = false;
        at++;
        continue;
      }
      const step = byte < 0x80 ? controlLength(input, at, final) : utf8Length(input, at, final);
      if (step === 'incomplete') {
        this.#held = input.slice(at);
        break;
      }
      if (byte === 0x0a || byte === 0x0d) {
        if (byte === 0x0d || !this.#afterCr) out[length++] = 0x0d;
        this.#afterCr = byte === 0x0d;
        at++;
        continue;
      }
      this.#afterCr = false;
      if (step === 'invalid') {
        // Not UTF-8: passed, unless it would be a C1 control to an eight-bit terminal.
        if (byte > 0x9f) out[length++] = byte;
        at++;
      } else if (step.kept) {
        for (let i = 0; i < step.length; i++) out[length++] = input[at + i]!;
        at += step.length;
      } else {
        at += step.length;
      }
    }
    return out.subarray(0, length);
  }
}

type Step = { readonly length: number; readonly kept: boolean } | 'incomplete' | 'invalid';

function controlLength(input: Uint8Array, at: number, final: boolean): Step {
  const byte = input[at]!;
  if (byte === 0x09 || byte === 0x0a || byte === 0x0d) return { length: 1, kept: true };
  if (byte !== 0x1b) return { length: 1, kept: false };
  if (at + 1 >= input.length && !final) return 'incomplete';
  if (input[at + 1] !== 0x5b) return { length: 1, kept: false };
  return marker(input, at, 2, 1, final);
}

/** `200~` or `201~` after an introducer of `skip` bytes: removed with it; else only `alone` bytes, the control character, go. */
function marker(input: Uint8Array, at: number, skip: number, alone: number, final: boolean): Step {
  for (let i = 0; i < 4; i++) {
    const byte = input[at + skip + i];
    if (byte === undefined && !final) return 'incomplete';
    const fits = i === 2 ? byte === 0x30 || byte === 0x31 : byte === [0x32, 0x30, 0, 0x7e][i];
    if (!fits) return { length: alone, kept: false };
  }
  return { length: skip + 4, kept: false };
}

function utf8Length(input: Uint8Array, at: number, final: boolean): Step {
  const first = input[at]!;
  if (first === 0x9b) return marker(input, at, 1, 1, final);
  const length =
    first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xc2 && first < 0xe0 ? 2 : 0;
  if (length === 0) return 'invalid';
  for (let i = 1; i < length; i++) {
    const byte = input[at + i];
    if (byte === undefined) return final ? 'invalid' : 'incomplete';
    if ((byte & 0xc0) !== 0x80) return 'invalid';
  }
  if (first !== 0xc2 || input[at + 1]! > 0x9f) return { length, kept: true };
  return input[at + 1] === 0x9b ? marker(input, at, 2, 2, final) : { length: 2, kept: false };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A whole paste as one atom: made safe, and between the markers if the program asked for them (mode 2004). */
export function encodePaste(text: Uint8Array, modes: TerminalModes): Uint8Array {
  const filter = new PasteFilter();
  const body = [filter.feed(text), filter.end()];
  return joined(modes.bracketedPaste ? [PASTE_START, ...body, PASTE_END] : body);
}
