/**
 * UTF-8 to code points, in a stream: a character may be split over any number of chunks. Malformed bytes are left out,
 * as the emulator does (RFC 3629: overlong forms, surrogates and values above U+10FFFF are malformed).
 */
export class Utf8Decoder {
  /** Bytes of an unfinished character: at most 3. */
  #carry = new Uint8Array(3);
  #carried = 0;

  /** Bytes of an unfinished character at the end of what was decoded. */
  get rest(): Uint8Array {
    return this.#carry.slice(0, this.#carried);
  }

  reset(): void {
    this.#carried = 0;
  }

  /** Decodes bytes[start, end) into `target`, which has room for end - start + 3 code points. Returns how many it wrote. */
  decode(bytes: Uint8Array, start: number, end: number, target: Uint32Array): number {
    let size = 0;
    let i = start;
    while (this.#carried > 0 && i < end) {
      // One byte at a time until the split character is whole, or turned out to be malformed.
      const joined = new Uint8Array(this.#carried + 1);
      joined.set(this.#carry.subarray(0, this.#carried));
      const byte = bytes[i]!;
      if ((byte & 0xc0) !== 0x80) {
        this.#carried = 0;
        break;
      }
      joined[this.#carried] = byte;
      i++;
      this.#carried = 0;
      size += this.#run(joined, 0, joined.length, target, size);
    }
    return size + this.#run(bytes, i, end, target, size);
  }

  #run(bytes: Uint8Array, start: number, end: number, target: Uint32Array, offset: number): number {
    let size = offset;
    let i = start;
    const four = end - 4;
    while (i < end) {
      while (i <= four) {
        const a = bytes[i]!;
        const b = bytes[i + 1]!;
        const c = bytes[i + 2]!;
        const d = bytes[i + 3]!;
        if ((a | b | c | d) & 0x80) break;
        target[size] = a;
        target[size + 1] = b;
        target[size + 2] = c;
        target[size + 3] = d;
        size += 4;
        i += 4;
      }
      if (i >= end) break;
      const first = bytes[i]!;
      if (first < 0x80) {
        target[size++] = first;
        i++;
        continue;
      }
      // Whole and well-formed characters without a loop; the rest goes the long way.
      if (first >= 0xe1 && first < 0xf0 && first !== 0xed && i + 2 < end) {
        const second = bytes[i + 1]!;
        const third = bytes[i + 2]!;
        const code = ((first & 15) << 12) | ((second & 63) << 6) | (third & 63);
        if ((second & 0xc0) === 0x80 && (third & 0xc0) === 0x80 && code !== 0xfeff) {
          target[size++] = code;
          i += 3;
          continue;
        }
      } else if (first >= 0xc2 && first < 0xe0 && i + 1 < end) {
        const second = bytes[i + 1]!;
        if ((second & 0xc0) === 0x80) {
          target[size++] = ((first & 31) << 6) | (second & 63);
          i += 2;
          continue;
        }
      }
      if (first >= 0xf0 && first < 0xf4 && i + 3 < end) {
        const second = bytes[i + 1]!;
        const third = bytes[i + 2]!;
        const fourth = bytes[i + 3]!;
        const code = ((first & 7) << 18) | ((second & 63) << 12) | ((third & 63) << 6) | (fourth & 63);
        if ((second & 0xc0) === 0x80 && (third & 0xc0) === 0x80 && (fourth & 0xc0) === 0x80 && code >= 0x10000) {
          target[size++] = code;
          i += 4;
          continue;
        }
      }
      const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
      if (length === 0) {
        i++;
        continue;
      }
      let code = first & (0x7f >> length);
      let n = 1;
      while (n < length && i + n < end) {
        const next = bytes[i + n]!;
        if ((next & 0xc0) !== 0x80) break;
        code = (code << 6) | (next & 0x3f);
        n++;
      }
      if (n < length) {
        if (i + n === end) {
          this.#carry.set(bytes.subarray(i, end));
          this.#carried = end - i;
          break;
        }
        i += n;
        continue;
      }
      i += length;
      if (length === 3 && (code < 0x800 || (code >= 0xd800 && code <= 0xdfff) || code === 0xfeff)) continue;
      if (length === 4 && (code < 0x10000 || code > 0x10ffff)) continue;
      target[size++] = code;
    }
    return size - offset;
  }
}
