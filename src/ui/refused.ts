import { type Clock, type HostEvent, plainText } from '../core/index.ts';

type Refused = Extract<HostEvent, { type: 'refused' }>;

/** Keys are refused one by one; what comes within this time was typed in one go. */
const TOGETHER_MS = 1000;
/** More than anyone types into the dark; the oldest goes first. */
const LIMIT_CHARS = 64 * 1024;

/** What was typed and never reached its process, put together again so that it can be pasted. */
export class RefusedText {
  readonly #clock: Clock;
  #sessionId = '';
  #text = '';
  #bytes = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** All of it so far: the text for the paste buffer (empty: nothing that could be pasted), and how many bytes it was. */
  add(event: Refused): { readonly text: string; readonly bytes: number } {
    const now = this.#clock.now();
    if (event.sessionId !== this.#sessionId || now - this.#lastMs > TOGETHER_MS) {
      this.#text = '';
      this.#bytes = 0;
    }
    this.#sessionId = event.sessionId;
    this.#lastMs = now;
    this.#bytes += event.bytes;
    this.#text = (this.#text + event.text).slice(-LIMIT_CHARS);
    return { text: pasteable(this.#text), bytes: this.#bytes };
  }
}

/** Sequences that keys send (ECMA-48: CSI, SS3, ESC and a letter), and the marks of a paste. */
const SEQUENCE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O[@-~]|[ -~])?/g;

/** The text that keys would have left on a line: sequences are out, backspace takes a character back, Enter is a new line. */
export function pasteable(typed: string): string {
  const out: string[] = [];
  for (const c of typed.replace(SEQUENCE, '').replaceAll('\r\n', '\n').replaceAll('\r', '\n')) {
    if (c === '\x7f' || c === '\b') {
      if (out.at(-1) !== '\n') out.pop();
    } else if (c === '\x15') out.splice(out.lastIndexOf('\n') + 1);
    else if (c === '\n' || c === '\t' || c >= ' ') out.push(c);
  }
  return out.join('');
}

/** The line that tells of it. */
export function refusedLine(event: Refused, name: string, bytes: number, text: string, prefix: string): string {
  const what = `${bytes} byte${bytes === 1 ? '' : 's'} typed into ${name} did not arrive: ${event.reason}`;
  return plainText(text === '' ? what : `${what} · ${prefix} ] pastes it`);
}
