declare module 'bcrypt-pbkdf' {
  const bcrypt: {
    /** One hash of 32 bytes from two SHA-512 sums: the expensive step, 3 to 6 ms. */
    readonly hash: (password: Uint8Array, salt: Uint8Array, out: Uint8Array) => void;
  };
  export default bcrypt;
}
