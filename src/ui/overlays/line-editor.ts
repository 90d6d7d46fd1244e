/** A line of text being typed: cursor, history, completion. Pure: it knows neither keys' bytes nor the screen. */
export class LineEditor {
  #text: string;
  #cursor: number;
  readonly #history: readonly string[];
  /** Place in the history; history.length is the line being typed. */
  #at: number;
  #draft = '';
  readonly #complete: (text: string) => readonly string[];
  /** Last cut text, for C-y. */
  #killed = '';

  constructor(
    options: { text?: string; history?: readonly string[]; complete?: (text: string) => readonly string[] } = {},
  ) {
    this.#text = options.text ?? '';
    this.#cursor = this.#text.length;
    this.#history = options.history ?? [];
    this.#at = this.#history.length;
    this.#complete = options.complete ?? (() => []);
  }

  get text(): string {
    return this.#text;
  }
  get cursor(): number {
    return this.#cursor;
  }

  /** What Tab would choose from, for the text before the cursor. */
  get candidates(): readonly string[] {
    return this.#text === '' ? [] : this.#complete(this.#text.slice(0, this.#cursor));
  }

  insert(text: string): void {
    const clean = text.replace(/[\r\n\t]+/g, ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
    this.#set(this.#text.slice(0, this.#cursor) + clean + this.#text.slice(this.#cursor), this.#cursor + clean.length);
  }

  /** Does what an editing key means (tmux key names, readline's meanings); false when it means nothing here. */
  key(id: string): boolean {
    const t = this.#text;
    const c = this.#cursor;
    switch (id) {
      case 'Left':
      case 'C-b':
        this.#cursor = c - this.#step(-1);
        return true;
      case 'Right':
      case 'C-f':
        this.#cursor = c + this.#step(1);
        return true;
      case 'Home':
      case 'C-a':
        this.#cursor = 0;
        return true;
      case 'End':
      case 'C-e':
        this.#cursor = t.length;
        return true;
      case 'M-b':
      case 'C-Left':
      case 'M-Left':
        this.#cursor = this.#word(-1);
        return true;
      case 'M-f':
      case 'C-Right':
      case 'M-Right':
        this.#cursor = this.#word(1);
        return true;
      case 'BSpace':
      case 'C-h':
        this.#cut(c - this.#step(-1), c, false);
        return true;
      case 'DC':
      case 'C-d':
        this.#cut(c, c + this.#step(1), false);
        return true;
      case 'C-w':
      case 'M-BSpace':
        this.#cut(this.#word(-1), c, true);
        return true;
      case 'M-d':
        this.#cut(c, this.#word(1), true);
        return true;
      case 'C-u':
        this.#cut(0, c, true);
        return true;
      case 'C-k':
        this.#cut(c, t.length, true);
        return true;
      case 'C-y':
        this.insert(this.#killed);
        return true;
      case 'Up':
      case 'C-p':
        this.#recall(this.#at - 1);
        return true;
      case 'Down':
      case 'C-n':
        this.#recall(this.#at + 1);
        return true;
      case 'Tab':
        this.#tab();
        return true;
      default:
        return false;
    }
  }

  #set(text: string, cursor: number): void {
    // A command line; more than this is a paste gone wrong. What is over is dropped.
    this.#text = text.slice(0, 16_384);
    this.#cursor = Math.min(cursor, this.#text.length);
  }

  #cut(from: number, to: number, keep: boolean): void {
    if (keep && to > from) this.#killed = this.#text.slice(from, to);
    this.#set(this.#text.slice(0, from) + this.#text.slice(to), from);
  }

  /** Code units of the grapheme before (-1) or after (1) the cursor. */
  #step(direction: -1 | 1): number {
    const side = direction < 0 ? this.#text.slice(0, this.#cursor) : this.#text.slice(this.#cursor);
    const all = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(side)];
    return (direction < 0 ? all.at(-1) : all[0])?.segment.length ?? 0;
  }

  #word(direction: -1 | 1): number {
    if (direction < 0) return (/^(.*?)[^\s]*\s*$/s.exec(this.#text.slice(0, this.#cursor))?.[1] ?? '').length;
    return this.#cursor + (/^\s*[^\s]*/.exec(this.#text.slice(this.#cursor))?.[0] ?? '').length;
  }

  #recall(at: number): void {
    if (at < 0 || at > this.#history.length || at === this.#at) return;
    if (this.#at === this.#history.length) this.#draft = this.#text;
    this.#at = at;
    const text = at === this.#history.length ? this.#draft : (this.#history[at] ?? '');
    this.#set(text, text.length);
  }

  /** Completes the word before the cursor as far as all candidates agree. */
  #tab(): void {
    const before = this.#text.slice(0, this.#cursor);
    const candidates = this.#complete(before);
    const [first] = candidates;
    if (first === undefined) return;
    const start = before.lastIndexOf(' ') + 1;
    let common = first;
    for (const candidate of candidates) while (!candidate.startsWith(common)) common = common.slice(0, -1);
    const word = before.slice(start);
    const completed = common.length >= word.length ? common : word;
    const done = candidates.length === 1 ? `${completed} ` : completed;
    this.#set(before.slice(0, start) + done + this.#text.slice(this.#cursor), start + done.length);
  }
}
