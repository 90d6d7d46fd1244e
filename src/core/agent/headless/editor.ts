import { clean } from './clean.ts';
import type { KeyName } from './keys.ts';

/** As much as the command line takes as one prompt. What would make it longer is refused whole. */
export const TEXT_LIMIT_CHARS = 1_000_000;
/** Prompts that Up brings back. */
const HISTORY_LIMIT = 100;
/** A cluster (an emoji with its modifiers) is never longer. */
const CLUSTER_LOOK_CHARS = 64;

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** A text that is being typed; may have several lines. */
export class Editor {
  text = '';
  /** Characters (UTF-16) before the cursor. */
  cursor = 0;
  readonly #history: string[] = [];
  /** Which of them is shown; their number: the text of one's own. */
  #at = 0;
  #own = '';

  /** False: that would be too long. */
  insert(text: string): boolean {
    const added = clean(text);
    if (this.text.length + added.length > TEXT_LIMIT_CHARS) return false;
    this.text = this.text.slice(0, this.cursor) + added + this.text.slice(this.cursor);
    this.cursor += added.length;
    return true;
  }

  set(text: string): void {
    this.text = text.slice(0, TEXT_LIMIT_CHARS);
    this.cursor = this.text.length;
    this.#at = this.#history.length;
  }

  /** Takes the text, for sending. */
  take(): string {
    const { text } = this;
    if (text.trim() !== '' && this.#history.at(-1) !== text) this.#history.push(text);
    if (this.#history.length > HISTORY_LIMIT) this.#history.shift();
    this.set('');
    return text;
  }

  /** A backslash at the end of the line: Enter begins a new line in its place. */
  continues(): boolean {
    if (this.cursor !== this.text.length || !/(?<!\\)(?:\\\\)*\\$/.test(this.text.slice(-64))) return false;
    this.text = `${this.text.slice(0, -1)}\n`;
    return true;
  }

  press(key: KeyName): void {
    const { text, cursor } = this;
    const lineStart = text.lastIndexOf('\n', cursor - 1) + 1;
    const nextLine = text.indexOf('\n', cursor);
    const lineEnd = nextLine === -1 ? text.length : nextLine;
    switch (key) {
      case 'newline':
        this.insert('\n');
        return;
      case 'backspace':
        this.#cut(this.#left(), cursor);
        return;
      case 'delete':
        this.#cut(cursor, this.#right());
        return;
      case 'left':
        this.cursor = this.#left();
        return;
      case 'right':
        this.cursor = this.#right();
        return;
      case 'home':
        this.cursor = lineStart;
        return;
      case 'end':
        this.cursor = lineEnd;
        return;
      case 'word-left':
        this.cursor = this.#wordLeft();
        return;
      case 'word-right':
        this.cursor = cursor + /^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(text.slice(cursor))![0].length;
        return;
      case 'kill-line':
        this.#cut(lineStart === cursor && cursor > 0 ? cursor - 1 : lineStart, cursor);
        return;
      case 'kill-word':
        this.#cut(this.#wordLeft(/\S*\s*$/u), cursor);
        return;
      case 'kill-end':
        this.#cut(cursor, lineEnd === cursor ? Math.min(text.length, cursor + 1) : lineEnd);
        return;
      case 'up':
        if (lineStart > 0) this.cursor = Math.min(lineStart - 1, this.#above(lineStart) + cursor - lineStart);
        else this.#recall(-1);
        return;
      case 'down':
        if (lineEnd < text.length) this.cursor = this.#below(lineEnd, cursor - lineStart);
        else this.#recall(1);
        return;
      default:
        return;
    }
  }

  #cut(from: number, to: number): void {
    this.text = this.text.slice(0, from) + this.text.slice(to);
    this.cursor = from;
  }

  #left(): number {
    const from = Math.max(0, this.cursor - CLUSTER_LOOK_CHARS);
    let last = '';
    for (const { segment } of segmenter.segment(this.text.slice(from, this.cursor))) last = segment;
    return this.cursor - last.length;
  }

  #right(): number {
    for (const { segment } of segmenter.segment(this.text.slice(this.cursor, this.cursor + CLUSTER_LOOK_CHARS))) {
      return this.cursor + segment.length;
    }
    return this.cursor;
  }

  #wordLeft(pattern = /[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u): number {
    // Words are short; a megabyte is not looked through for one.
    const before = this.text.slice(Math.max(0, this.cursor - 1000), this.cursor);
    return this.cursor - pattern.exec(before)![0].length;
  }

  #above(lineStart: number): number {
    return lineStart < 2 ? 0 : this.text.lastIndexOf('\n', lineStart - 2) + 1;
  }

  #below(lineEnd: number, column: number): number {
    const next = this.text.indexOf('\n', lineEnd + 1);
    return Math.min(next === -1 ? this.text.length : next, lineEnd + 1 + column);
  }

  #recall(step: number): void {
    const to = this.#at + step;
    if (to < 0 || to > this.#history.length) return;
    if (this.#at === this.#history.length) this.#own = this.text;
    const text = to === this.#history.length ? this.#own : this.#history[to]!;
    this.set(text);
    this.#at = to;
  }
}
