/** Bytes of the frame that is being written. Grows to the largest frame ever (cells times the most a cell can take) and stays so. */
export class ByteBuffer {
  #bytes = new Uint8Array(16_384);
  length = 0;

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count));
    grown.set(this.#bytes.subarray(0, this.length));
    this.#bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.#bytes.length) this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  ascii(text: string): void {
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) this.#bytes[this.length++] = text.charCodeAt(i);
  }

  /** Decimal digits. */
  number(value: number): void {
    if (value >= 1000) {
      this.ascii(String(value));
      return;
    }
    if (value >= 100) this.byte(48 + Math.trunc(value / 100));
    if (value >= 10) this.byte(48 + (Math.trunc(value / 10) % 10));
    this.byte(48 + (value % 10));
  }

  /** UTF-8 (RFC 3629). */
  codePoint(cp: number): void {
    if (cp < 0x80) {
      this.byte(cp);
      return;
    }
    this.#reserve(4);
    const bytes = this.#bytes;
    if (cp < 0x800) bytes[this.length++] = 0xc0 | (cp >> 6);
    else {
      if (cp < 0x10000) bytes[this.length++] = 0xe0 | (cp >> 12);
      else {
        bytes[this.length++] = 0xf0 | (cp >> 18);
        bytes[this.length++] = 0x80 | ((cp >> 12) & 0x3f);
      }
      bytes[this.length++] = 0x80 | ((cp >> 6) & 0x3f);
    }
    bytes[this.length++] = 0x80 | (cp & 0x3f);
  }

  append(other: ByteBuffer): void {
    this.#reserve(other.length);
    this.#bytes.set(other.#bytes.subarray(0, other.length), this.length);
    this.length += other.length;
  }

  clear(): void {
    this.length = 0;
  }

  /** A copy of what was written between `prefix` and `suffix` (both ASCII), which then belongs to the caller; the buffer is empty after it. */
  take(prefix: string, suffix: string): Uint8Array {
    const out = new Uint8Array(prefix.length + this.length + suffix.length);
    for (let i = 0; i < prefix.length; i++) out[i] = prefix.charCodeAt(i);
    out.set(this.#bytes.subarray(0, this.length), prefix.length);
    const end = prefix.length + this.length;
    for (let i = 0; i < suffix.length; i++) out[end + i] = suffix.charCodeAt(i);
    this.length = 0;
    return out;
  }
}

/** Bytes that a code point takes in UTF-8. */
export function utf8Length(cp: number): number {
  return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

/** Decimal digits of a number that is not negative. */
export function digits(value: number): number {
  return value < 10 ? 1 : value < 100 ? 2 : value < 1000 ? 3 : value < 10_000 ? 4 : 5;
}
