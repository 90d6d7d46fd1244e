/** Randomness as an argument: names for things that must never meet twice. */
export interface Ids {
  /** Of a session: 12 characters of Crockford's base 32 in lower case (60 bits), first a letter: easy to type, safe in a shell. */
  session(): string;
  /** Of a run of a process: a UUID, version 4 (RFC 9562). */
  epoch(): string;
}

/** Crockford's alphabet: no i, l, o, u. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_LENGTH = 12;

/** Ids from a source of random bytes, such as `crypto.getRandomValues`. */
export function randomIds(fill: (into: Uint8Array) => void): Ids {
  const take = (count: number): Uint8Array => {
    const bytes = new Uint8Array(count);
    fill(bytes);
    return bytes;
  };
  return {
    session() {
      const bytes = take(ID_LENGTH);
      let id = '';
      for (let i = 0; i < ID_LENGTH; i++) {
        const value = bytes[i]! & 31;
        // A leading digit could be read as a number by scripts: the first character is one of the 16 letters a to s.
        id += ALPHABET[i === 0 ? 10 + (value & 15) : value];
      }
      return id;
    },
    epoch() {
      const bytes = take(16);
      bytes[6] = (bytes[6]! & 0x0f) | 0x40;
      bytes[8] = (bytes[8]! & 0x3f) | 0x80;
      let hex = '';
      for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
    },
  };
}
