import { bold, code, dim, heading } from './style.ts';

/** So much of a line waits for the end of a span; a longer one is shown with its marks. */
const SPAN_LIMIT = 400;
const FENCE = /^ {0,3}(`{3,}|~{3,})[^`]*$/;

/**
 * Light markdown while it is being written: headings, fences, code and bold; everything else as it stands. Text goes on at once but for
 * the few characters whose meaning the next ones decide. Pieces must be clean (clean.ts).
 */
export class MarkdownStream {
  #held = '';
  #lineStart = true;
  /** Of the fence that is open. */
  #fence: string | undefined;
  #heading = false;
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  feed(text: string): void {
    this.#held += text;
    this.#run(false);
  }

  /** The text is over: what waited is shown as it stands. */
  end(): void {
    this.#run(true);
    this.#lineStart = true;
    this.#fence = undefined;
    this.#heading = false;
  }

  #run(final: boolean): void {
    while (this.#held !== '') {
      const before = this.#held;
      if (this.#lineStart ? !this.#begin(final) : !this.#go(final)) return;
      if (this.#held === before && !this.#lineStart && this.#held !== '') continue;
    }
  }

  /** Decides what a line is by its beginning. False: more is needed. */
  #begin(final: boolean): boolean {
    const end = this.#held.indexOf('\n');
    const line = end === -1 ? this.#held : this.#held.slice(0, end);
    const open = end === -1 && !final;
    const marks = FENCE.exec(line)?.[1];
    if (open && line.length < SPAN_LIMIT && /^ {0,3}(?:`+[^`]*|~+.*|#{1,6})$/.test(line)) return false;
    if (marks && (this.#fence === undefined || closes(this.#fence, line))) {
      this.#fence = this.#fence === undefined ? marks : undefined;
      this.#write(dim(line));
      this.#take(line.length);
      this.#lineStart = false;
      return true;
    }
    this.#lineStart = false;
    if (this.#fence !== undefined) return true;
    const title = /^ {0,3}#{1,6} +/.exec(line)?.[0];
    if (title === undefined) return true;
    this.#heading = true;
    this.#take(title.length);
    return true;
  }

  #take(count: number): void {
    this.#held = this.#held.slice(count);
  }

  /** Goes on within a line. False: more is needed. */
  #go(final: boolean): boolean {
    if (this.#held.startsWith('\n')) {
      this.#write('\n');
      this.#take(1);
      this.#lineStart = true;
      this.#heading = false;
      return true;
    }
    const end = this.#held.indexOf('\n');
    const line = end === -1 ? this.#held : this.#held.slice(0, end);
    if (this.#fence !== undefined) {
      this.#write(code(line));
      this.#take(line.length);
      return true;
    }
    const look = this.#heading ? heading : (text: string): string => text;
    const at = line.search(/`|\*\*?/);
    if (at === -1) {
      this.#write(look(line));
      this.#take(line.length);
      return true;
    }
    if (at > 0) {
      this.#write(look(line.slice(0, at)));
      this.#take(at);
      return true;
    }
    const wait = end === -1 && !final && line.length < SPAN_LIMIT;
    const span = /^(`+)(?!`)(.+?)(?<!`)\1(?!`)/.exec(line) ?? /^(\*\*)(?![\s*])(.+?)(?<!\s)\*\*/.exec(line);
    // A closing mark at the very end may be the first of two.
    if (span && !(wait && span[0].length === line.length)) {
      const inner = span[2]!;
      this.#write(span[1] === '**' ? bold(inner.replace(/`([^`]+)`/g, (_, one: string) => code(one))) : code(inner));
      this.#take(span[0].length);
      return true;
    }
    if (wait && !/^\*(?!\*)[\s\S]/.test(line) && !/^\*\*[\s*]/.test(line)) return false;
    const marks = /^(?:`+|\*+)/.exec(line)![0];
    this.#write(look(marks));
    this.#take(marks.length);
    return true;
  }
}

function closes(fence: string, line: string): boolean {
  const marks = /^ {0,3}(`{3,}|~{3,}) *$/.exec(line)?.[1];
  return marks !== undefined && marks[0] === fence[0] && marks.length >= fence.length;
}
