const LF = 10;
const CR = 13;

/**
 * For the screen of a process without a terminal: LF becomes CR LF, as a terminal driver (ONLCR) would have made it. A CR LF stays, also
 * when it is split between two calls. Returns the same array when there is nothing to do.
 */
export function newlineTranslator(): (bytes: Uint8Array) => Uint8Array {
  let previous = 0;
  return (bytes) => {
    const before = previous;
    if (bytes.length > 0) previous = bytes[bytes.length - 1]!;
    let bare = 0;
    for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
      if ((at === 0 ? before : bytes[at - 1]) !== CR) bare++;
    }
    if (bare === 0) return bytes;
    const out = new Uint8Array(bytes.length + bare);
    let to = 0;
    let last = before;
    for (const byte of bytes) {
      if (byte === LF && last !== CR) out[to++] = CR;
      out[to++] = byte;
      last = byte;
    }
    return out;
  };
}
