/** A string (OSC, DCS, …) that has not ended after this many characters is taken for text that only looked like one. */
const STRING_LIMIT_CHARS = 4096;

type State = 'text' | 'escape' | 'csi' | 'string' | 'string-escape';

/**
 * Terminal output as lines of text, chunk by chunk: escape sequences and control characters are left out (ECMA-48 5.4 and 5.6 say where
 * they end), CR LF becomes LF, and a lone CR, with which a progress bar starts its line again, becomes LF too. No emulation: text that a
 * program draws with the cursor comes in the order it was written.
 */
export class PlainText {
  #state: State = 'text';
  #stringChars = 0;
  #pendingReturn = false;
  #endsLine = true;

  push(chunk: string): string {
    let out = '';
    for (const char of chunk) out += this.#next(char);
    if (out !== '') this.#endsLine = out.endsWith('\n');
    return out;
  }

  /** What is missing for the last line to be whole. */
  end(): string {
    const rest = this.#pendingReturn || !this.#endsLine ? '\n' : '';
    this.#pendingReturn = false;
    this.#endsLine = true;
    return rest;
  }

  #next(char: string): string {
    const code = char.codePointAt(0) ?? 0;
    switch (this.#state) {
      case 'escape':
        this.#state = afterEscape(char, code);
        this.#stringChars = 0;
        return '';
      case 'csi':
        // Parameters and intermediates are 0x20 to 0x3f, the final byte 0x40 to 0x7e.
        if (code === 0x1b) this.#state = 'escape';
        else if (code >= 0x40 && code <= 0x7e) this.#state = 'text';
        else if (code < 0x20 || code > 0x7e) {
          this.#state = 'text';
          return this.#text(char, code);
        }
        return '';
      case 'string':
        this.#stringChars += 1;
        if (code === 0x1b) this.#state = 'string-escape';
        else if (code === 0x07 || code === 0x9c || code === 0x18 || code === 0x1a) this.#state = 'text';
        else if (this.#stringChars > STRING_LIMIT_CHARS) this.#state = 'text';
        return '';
      case 'string-escape':
        this.#state = char === '\\' ? 'text' : afterEscape(char, code);
        return '';
      case 'text':
        return this.#text(char, code);
    }
  }

  #text(char: string, code: number): string {
    let before = '';
    if (this.#pendingReturn) {
      this.#pendingReturn = false;
      if (char === '\r') {
        this.#pendingReturn = true;
        return '';
      }
      before = char === '\n' ? '' : '\n';
    }
    if (char === '\r') {
      this.#pendingReturn = true;
      return '';
    }
    if (char === '\n' || char === '\t') return before + char;
    if (code === 0x1b) this.#state = 'escape';
    else if (code === 0x9b) this.#state = 'csi';
    else if (code === 0x90 || code === 0x98 || code === 0x9d || code === 0x9e || code === 0x9f) this.#startString();
    else if (code >= 0x20 && !(code >= 0x7f && code <= 0x9f)) return before + char;
    if (before !== '') this.#pendingReturn = true; // Nothing to see yet: the line goes on.
    return '';
  }

  #startString(): void {
    this.#state = 'string';
    this.#stringChars = 0;
  }
}

function afterEscape(char: string, code: number): State {
  if (char === '[') return 'csi';
  if (char === ']' || char === 'P' || char === 'X' || char === '^' || char === '_') return 'string';
  // An intermediate (0x20 to 0x2f), as in ESC ( B: its final byte follows.
  return code === 0x1b || (code >= 0x20 && code <= 0x2f) ? 'escape' : 'text';
}
