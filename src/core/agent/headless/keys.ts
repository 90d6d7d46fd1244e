/** What somebody did at the input line. */
export type Key =
  | { readonly type: 'text'; readonly text: string }
  /** At once, and never a key: a paste can't submit or answer anything. */
  | { readonly type: 'paste'; readonly text: string }
  | { readonly type: 'key'; readonly name: KeyName };

export type KeyName =
  | 'enter'
  | 'newline'
  | 'cancel'
  | 'interrupt'
  | 'backspace'
  | 'delete'
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'home'
  | 'end'
  | 'word-left'
  | 'word-right'
  | 'kill-line'
  | 'kill-word'
  | 'kill-end'
  | 'redraw';

/** Bracketed paste, and the first of kitty's flags, so that Shift+Enter and Esc come as themselves. Written once, at the start. */
export const INPUT_MODES = '\x1b[?2004h\x1b[>1u';

const PASTE_END = '\x1b[201~';
/** A sequence longer than this is none. */
const SEQUENCE_LIMIT = 64;

const CONTROLS: Readonly<Record<string, KeyName>> = {
  '\r': 'enter',
  '\n': 'newline',
  '\x7f': 'backspace',
  '\b': 'backspace',
  '\x01': 'home',
  '\x02': 'left',
  '\x03': 'interrupt',
  '\x04': 'delete',
  '\x05': 'end',
  '\x06': 'right',
  '\x0b': 'kill-end',
  '\x0c': 'redraw',
  '\x0e': 'down',
  '\x10': 'up',
  '\x15': 'kill-line',
  '\x17': 'kill-word',
};
const ARROWS: Readonly<Record<string, KeyName>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
};
const TILDES: Readonly<Record<string, KeyName>> = { '1': 'home', '3': 'delete', '4': 'end', '7': 'home', '8': 'end' };
const META: Readonly<Record<string, KeyName>> = {
  b: 'word-left',
  f: 'word-right',
  '\x7f': 'kill-word',
  '\r': 'newline',
  '\n': 'newline',
};

/** Bytes that were typed, to keys. A viewer sends a key whole; only pastes and text may be cut anywhere. */
export class KeyReader {
  readonly #decoder = new TextDecoder();
  #held = '';
  #pasting = false;

  read(bytes: Uint8Array): Key[] {
    const keys: Key[] = [];
    let input = this.#held + this.#decoder.decode(bytes, { stream: true });
    this.#held = '';
    while (input !== '') {
      if (this.#pasting) {
        const end = input.indexOf(PASTE_END);
        const keep = end === -1 ? partOf(input) : 0;
        const pasted = end === -1 ? input.slice(0, input.length - keep) : input.slice(0, end);
        if (pasted !== '') keys.push({ type: 'paste', text: pasted.replace(/\r\n?/g, '\n') });
        if (end === -1) {
          this.#held = input.slice(input.length - keep);
          return keys;
        }
        this.#pasting = false;
        input = input.slice(end + PASTE_END.length);
        continue;
      }
      const used = this.#one(input, keys);
      if (used === 0) {
        this.#held = input;
        return keys;
      }
      input = input.slice(used);
    }
    return keys;
  }

  /** Takes one key off the beginning. 0: its end has not come yet. */
  #one(input: string, keys: Key[]): number {
    const first = input[0]!;
    if (first === '\x1b') return this.#escape(input, keys);
    const name = CONTROLS[first];
    if (name) {
      keys.push({ type: 'key', name });
      return 1;
    }
    const run = /^[^\u0000-\u001f\u007f-\u009f]+/.exec(input)?.[0];
    if (run === undefined) return 1;
    keys.push({ type: 'text', text: run });
    return run.length;
  }

  #escape(input: string, keys: Key[]): number {
    const press = (name: KeyName | undefined, used: number): number => {
      if (name) keys.push({ type: 'key', name });
      return used;
    };
    if (input.length === 1) return press('cancel', 1);
    const second = input[1]!;
    if (second === 'O') return input.length < 3 ? 0 : press(ARROWS[input[2]!], 3);
    if (second !== '[') return second === '\x1b' ? press('cancel', 1) : press(META[second], 2);
    const whole = /^\u001b\[([0-9;:<=>?]*)([ -/]*)([@-~])/.exec(input);
    if (!whole) return input.length > SEQUENCE_LIMIT || /[^0-9;:<=>? -/]/.test(input.slice(2)) ? 2 : 0;
    const [sequence, parameters = '', , final = ''] = whole;
    if (final === '~' && parameters === '200') {
      this.#pasting = true;
      return sequence.length;
    }
    return press(keyOf(parameters, final), sequence.length);
  }
}

/** CSI sequences of xterm, modifyOtherKeys and kitty. */
function keyOf(parameters: string, final: string): KeyName | undefined {
  const [first = '', second = '', third = ''] = parameters.split(';');
  const modifiers = Math.max(0, (Number.parseInt(second, 10) || 1) - 1);
  const shift = (modifiers & 1) !== 0;
  const alt = (modifiers & 2) !== 0;
  const ctrl = (modifiers & 4) !== 0;
  // The release of a key (kitty) does nothing.
  if (second.split(':')[1] === '3') return undefined;
  const arrow = ARROWS[final];
  if (arrow) {
    if ((ctrl || alt) && arrow === 'left') return 'word-left';
    if ((ctrl || alt) && arrow === 'right') return 'word-right';
    return arrow;
  }
  if (final === '~' && first !== '27') return TILDES[first];
  if (final !== 'u' && final !== '~') return undefined;
  const code = Number.parseInt(final === '~' ? third : first, 10);
  if (code === 13) return shift || alt || ctrl ? 'newline' : 'enter';
  if (code === 27) return 'cancel';
  if (code === 127) return alt || ctrl ? 'kill-word' : 'backspace';
  const letter = code >= 32 && code < 127 ? String.fromCharCode(code).toLowerCase() : '';
  if (ctrl && letter >= 'a' && letter <= 'z') return CONTROLS[String.fromCharCode(letter.charCodeAt(0) - 96)];
  return alt ? META[letter] : undefined;
}

/** How much of the end may be the beginning of the end marker. */
function partOf(input: string): number {
  for (let n = Math.min(PASTE_END.length - 1, input.length); n > 0; n--) {
    if (input.endsWith(PASTE_END.slice(0, n))) return n;
  }
  return 0;
}
