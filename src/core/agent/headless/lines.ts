/** A line longer than this is skipped whole, and told of: an image that an agent reads takes some MB, nothing else comes near. */
export const LINE_LIMIT_BYTES = 8 * 1024 * 1024;
const LF = 10;

export interface LineSink {
  /** A whole line, without its end. Never empty. */
  line(text: string): void;
  /** A line was too long, and is lost. */
  skipped(bytes: number): void;
}

/** Bytes to lines, across any boundaries of chunks. What is not UTF-8 becomes U+FFFD. Keeps at most one line, up to `limitBytes`. */
export class LineSplitter {
  #parts: Uint8Array[] = [];
  #size = 0;
  readonly #sink: LineSink;
  readonly #limit: number;

  constructor(sink: LineSink, limitBytes = LINE_LIMIT_BYTES) {
    this.#sink = sink;
    this.#limit = limitBytes;
  }

  feed(bytes: Uint8Array): void {
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(LF, from);
      if (end === -1) break;
      this.#take(bytes.subarray(from, end));
      this.#flush();
      from = end + 1;
    }
    if (from < bytes.length) this.#take(bytes.slice(from));
  }

  /** The stream is over: what stands there without an end is a line as well. */
  end(): void {
    this.#flush();
  }

  #take(part: Uint8Array): void {
    this.#size += part.length;
    if (this.#size > this.#limit) this.#parts = [];
    else if (part.length > 0) this.#parts.push(part);
  }

  #flush(): void {
    const size = this.#size;
    const parts = this.#parts;
    this.#size = 0;
    this.#parts = [];
    if (size > this.#limit) {
      this.#sink.skipped(size);
      return;
    }
    const text = new TextDecoder().decode(parts.length === 1 ? parts[0]! : joined(parts, size)).replace(/\r$/, '');
    if (text.trim() !== '') this.#sink.line(text);
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
