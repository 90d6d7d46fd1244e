/**
 * The bytes of a control sequence that has begun and not ended. A snapshot ends with them, so that a fresh screen goes on in the
 * middle of it as this one does.
 */
const ESC = 0x1b;
/** Parser states up to CSI_IGNORE: control characters inside are executed at once, and must not be executed again. */
const LAST_EXECUTING_STATE = 6;

/** Longer than any payload that is kept (OSC 52); what is beyond would be dropped by the screen that reads it as well. */
export const PENDING_LIMIT = 163_840;

const KEPT_CAPACITY = 4096;

/** CSI, DCS, OSC, SOS, PM and APC as C1 controls, in UTF-8 after 0xc2. */
function isIntroducer(byte: number): boolean {
  return byte === 0x90 || byte === 0x98 || byte === 0x9b || (byte >= 0x9d && byte <= 0x9f);
}

function lastIntroducer(bytes: Uint8Array, end: number): number {
  const last = end > 0 ? bytes.lastIndexOf(ESC, end - 1) : -1;
  for (let at = end - 2; at > last; at--) {
    at = bytes.lastIndexOf(0xc2, at);
    if (at <= last) break;
    if (isIntroducer(bytes[at + 1]!)) return at;
  }
  return last;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const result = new Uint8Array(a.length + b.length);
  result.set(a);
  result.set(b, a.length);
  return result;
}

export class PendingBytes {
  /** Grows by doubling, up to the limit; let go when the sequence ends. */
  #buffer = new Uint8Array(0);
  #length = 0;

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  clear(): void {
    if (this.#length === 0) return;
    this.#length = 0;
    if (this.#buffer.length > KEPT_CAPACITY) this.#buffer = new Uint8Array(0);
  }

  /** After a chunk was parsed and left the parser in `state`, not ground. `before`, `rest`: bytes of a split character around it. */
  follow(state: number, before: Uint8Array, chunk: Uint8Array, rest: Uint8Array): void {
    const bytes = before.length > 0 ? joined(before, chunk) : chunk;
    const end = bytes.length - rest.length;
    const start = lastIntroducer(bytes, end);
    if (start >= 0) this.#length = 0;
    const from = Math.max(0, start);
    const to = Math.min(end, from + PENDING_LIMIT - this.#length);
    const executing = state <= LAST_EXECUTING_STATE;
    if (to <= from) return;
    this.#reserve(to - from);
    for (let i = from; i < to; i++) {
      const byte = bytes[i]!;
      if (!executing || byte >= 0x20 || byte === ESC) this.#buffer[this.#length++] = byte;
    }
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const buffer = new Uint8Array(Math.max(256, this.#buffer.length * 2, this.#length + count));
    buffer.set(this.bytes);
    this.#buffer = buffer;
  }
}
