import { PASTE_END } from '../../core/index.ts';
import { decodeStringReply } from './decode-replies.ts';
import type { InputEvent } from './events.ts';
import { parseAt } from './parse.ts';

/**
 * How long a lone ESC may still become a sequence. A person needs 80 ms or more between two keys; a terminal writes a sequence in one go, and
 * what comes over a network is in one packet nearly always. tmux waited 500 ms and now waits 10.
 */
export const ESCAPE_TIME_MS = 25;
/** Half a sequence can only be a slow link: waiting costs nothing, not waiting types the rest of it. */
const SEQUENCE_TIME_MS = 500;
/** Half a reply likewise; nobody waits for it. */
const STRING_TIME_MS = 2000;
/** Silence within a paste: the end marker is lost, and the keyboard must come back. */
const PASTE_TIME_MS = 2000;

/** Replies to what we ask are below 100 bytes. What is longer is still no key: it leaves in pieces, as broken replies. */
const STRING_LIMIT_BYTES = 8 * 1024;

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const NOTHING = new Uint8Array(0);

type State =
  | { readonly mode: 'ground' }
  /** Held bytes are the partial end marker. */
  | { readonly mode: 'paste' }
  | StringState;

/** Held bytes begin with the introducer, unless the reply was too `long` and its beginning has left; `scanned` of them hold no terminator. */
interface StringState {
  readonly mode: 'string';
  readonly introducer: string;
  readonly scanned: number;
  readonly long: boolean;
}

/**
 * Bytes of a terminal into events, split anywhere. Never loses or reorders a byte. Holds at most the beginning of one sequence (256 bytes, a reply 8 KiB).
 * Has no timer: whoever feeds it calls `flush` when nothing came for `timeoutMs`.
 */
export class InputTokenizer {
  readonly #escapeTimeMs: number;
  #state: State = { mode: 'ground' };
  #held: Uint8Array = NOTHING;
  #wait: 'escape' | 'sequence' = 'escape';

  constructor(escapeTimeMs: number = ESCAPE_TIME_MS) {
    this.#escapeTimeMs = escapeTimeMs;
  }

  /** Is something unfinished? Then `timeoutMs` says how long it may stay so. */
  get pending(): boolean {
    return this.#state.mode !== 'ground' || this.#held.length > 0;
  }

  /** Milliseconds of silence after which `flush` is due; undefined when nothing is pending. */
  get timeoutMs(): number | undefined {
    if (!this.pending) return undefined;
    if (this.#state.mode === 'paste') return PASTE_TIME_MS;
    if (this.#state.mode === 'string') return STRING_TIME_MS;
    return this.#wait === 'escape' ? this.#escapeTimeMs : SEQUENCE_TIME_MS;
  }

  /** Events keep views of `bytes`: don't write into it afterwards. */
  feed(bytes: Uint8Array): InputEvent[] {
    if (bytes.length === 0) return [];
    let data = bytes;
    if (this.#held.length > 0) {
      data = new Uint8Array(this.#held.length + bytes.length);
      data.set(this.#held);
      data.set(bytes, this.#held.length);
      this.#held = NOTHING;
    }
    return this.#run(data, false);
  }

  /** Nothing came in time: what is held is all there is. Ends an unfinished paste or reply. */
  flush(): InputEvent[] {
    const data = this.#held;
    this.#held = NOTHING;
    return this.#run(data, true);
  }

  #run(data: Uint8Array, final: boolean): InputEvent[] {
    const events: InputEvent[] = [];
    let at = 0;
    while (at < data.length || (final && this.#state.mode !== 'ground')) {
      switch (this.#state.mode) {
        case 'ground':
          at = this.#ground(data, at, final, events);
          break;
        case 'paste':
          at = this.#paste(data, at, final, events);
          break;
        case 'string':
          at = this.#string(data, at, final, this.#state, events);
          break;
      }
      if (at < 0) break;
    }
    return events;
  }

  /** Keeps what is not finished; -1 to say so. A copy: the caller's buffer may be large. */
  #hold(data: Uint8Array, at: number): -1 {
    this.#held = data.slice(at);
    return -1;
  }

  #ground(data: Uint8Array, at: number, final: boolean, events: InputEvent[]): number {
    const parsed = parseAt(data, at, final);
    switch (parsed.kind) {
      case 'event':
        events.push(parsed.event);
        if (parsed.event.type === 'paste-start') this.#state = { mode: 'paste' };
        return parsed.end;
      case 'string':
        this.#state = { mode: 'string', introducer: parsed.introducer, scanned: parsed.end - at, long: false };
        return at;
      case 'wait':
        this.#wait = parsed.for;
        return this.#hold(data, at);
    }
  }

  #paste(data: Uint8Array, at: number, final: boolean, events: InputEvent[]): number {
    const push = (end: number): void => {
      if (end > at) events.push({ type: 'paste-data', raw: data.subarray(at, end) });
    };
    for (let from = at; ; from++) {
      const marker = data.indexOf(ESC, from);
      if (marker < 0) {
        push(data.length);
        if (!final) return data.length;
        break;
      }
      let matched = 1;
      while (matched < PASTE_END.length && data[marker + matched] === PASTE_END[matched]) matched++;
      if (matched === PASTE_END.length) {
        push(marker);
        const end = marker + matched;
        events.push({ type: 'paste-end', complete: true, raw: data.subarray(marker, end) });
        this.#state = { mode: 'ground' };
        return end;
      }
      if (marker + matched === data.length && !final) {
        push(marker);
        return this.#hold(data, marker);
      }
      from = marker;
    }
    events.push({ type: 'paste-end', complete: false, raw: NOTHING });
    this.#state = { mode: 'ground' };
    return data.length;
  }

  #string(data: Uint8Array, at: number, final: boolean, state: StringState, events: InputEvent[]): number {
    const finish = (bodyEnd: number | undefined, end: number): number => {
      // Only a whole reply says something. Its body is ASCII in all that we understand.
      const body =
        bodyEnd === undefined || state.long
          ? undefined
          : String.fromCharCode(...data.subarray(at + 2, Math.min(bodyEnd, at + 1024)));
      const reply = body === undefined ? ({ kind: 'broken' } as const) : decodeStringReply(state.introducer, body);
      if (end > at) events.push({ type: 'reply', reply, raw: data.subarray(at, end) });
      this.#state = { mode: 'ground' };
      return end;
    };
    for (let i = at + state.scanned; i < data.length; i++) {
      const byte = data[i]!;
      if (byte === BEL && state.introducer === ']') return finish(i, i + 1);
      if (byte === CAN || byte === SUB) return finish(undefined, i + 1);
      if (byte !== ESC) continue;
      if (data[i + 1] === 0x5c) return finish(i, i + 2);
      if (data[i + 1] !== undefined || final) return finish(undefined, i);
      this.#state = { ...state, scanned: i - at };
      return this.#hold(data, at);
    }
    if (final) return finish(undefined, data.length);
    if (data.length - at > STRING_LIMIT_BYTES) {
      events.push({ type: 'reply', reply: { kind: 'broken' }, raw: data.subarray(at) });
      this.#state = { ...state, scanned: 0, long: true };
      return data.length;
    }
    this.#state = { ...state, scanned: data.length - at };
    return this.#hold(data, at);
  }
}
