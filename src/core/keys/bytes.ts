const encoder = new TextEncoder();

/** Text as UTF-8. Code units 0 to 127 are the bytes themselves, so control sequences are written as strings. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

export const NO_BYTES = new Uint8Array(0);
