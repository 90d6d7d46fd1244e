import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import bcrypt from 'bcrypt-pbkdf';

const HASH_BYTES = 32;

/**
 * bcrypt_pbkdf(3), with a turn of the event loop for each of its hashes (6 ms): other sessions go on meanwhile. Package `bcrypt-pbkdf` has
 * the hash; ssh2 uses it too.
 */
export async function deriveKey(passphrase: Buffer, salt: Buffer, length: number, rounds: number): Promise<Buffer> {
  const sha512 = (bytes: Buffer) => createHash('sha512').update(bytes).digest();
  const hash = (sum: Buffer, out: Buffer) => bcrypt.hash(password, sum, out);
  const password = sha512(passphrase);
  const blocks = Math.ceil(length / HASH_BYTES);
  const perBlock = Math.ceil(length / blocks);
  const key = Buffer.alloc(length);
  for (let block = 1; block <= blocks; block++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(block);
    const step = Buffer.alloc(HASH_BYTES);
    hash(sha512(Buffer.concat([salt, count])), step);
    const out = Buffer.from(step);
    for (let round = 1; round < rounds; round++) {
      await setImmediate();
      hash(sha512(step), step);
      for (let i = 0; i < HASH_BYTES; i++) out[i] = out[i]! ^ step[i]!;
    }
    // The bytes of the blocks take turns in the key.
    for (let i = 0; i < perBlock; i++) {
      const at = i * blocks + block - 1;
      if (at < length) key[at] = out[i]!;
    }
  }
  return key;
}
