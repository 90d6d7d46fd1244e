/**
 * Finds where WebSocket frames end (RFC 6455, 5.2) in the bytes of one direction of a connection that begins with an HTTP upgrade. Keeps no payload.
 */
export class FrameEnds {
  /** Whole frames seen. */
  frames = 0;
  #inHead = true;
  /** The last bytes of the HTTP head, to find its empty line across chunks. */
  #tail = '';
  #header: number[] = [];
  #payloadLeft = 0;

  /** Offsets into `chunk` just behind each frame that ends in it. */
  feed(chunk: Uint8Array): number[] {
    const ends: number[] = [];
    let at = this.#inHead ? this.#skipHead(chunk) : 0;
    while (at < chunk.length) {
      if (this.#payloadLeft > 0) {
        const step = Math.min(this.#payloadLeft, chunk.length - at);
        this.#payloadLeft -= step;
        at += step;
      } else {
        this.#header.push(chunk[at]!);
        at += 1;
        const length = payloadLength(this.#header);
        if (length === undefined) continue;
        this.#header = [];
        this.#payloadLeft = length;
      }
      if (this.#payloadLeft > 0 || this.#header.length > 0) continue;
      this.frames += 1;
      ends.push(at);
    }
    return ends;
  }

  #skipHead(chunk: Uint8Array): number {
    const before = this.#tail.length;
    const text = this.#tail + Buffer.from(chunk).toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end < 0) {
      this.#tail = text.slice(-3);
      return chunk.length;
    }
    this.#inHead = false;
    return end + 4 - before;
  }
}

/** Undefined: the header is not whole yet. */
function payloadLength(header: readonly number[]): number | undefined {
  const second = header[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0;
  const maskBytes = (second & 0x80) === 0 ? 0 : 4;
  if (header.length < 2 + lengthBytes + maskBytes) return undefined;
  if (lengthBytes === 0) return short;
  return header.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
}
