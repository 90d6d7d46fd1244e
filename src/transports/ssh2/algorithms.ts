import { matchesAny } from './patterns.ts';

/**
 * What we offer, best first. Nothing with SHA-1 (`ssh-rsa`, `*-sha1`): neither for keys, nor for the exchange, nor for integrity; no CBC.
 * AES-GCM first: it is in the CPU, chacha20 runs in JavaScript here.
 */
export const KEY_EXCHANGES = [
  'curve25519-sha256',
  'curve25519-sha256@libssh.org',
  'ecdh-sha2-nistp256',
  'ecdh-sha2-nistp384',
  'ecdh-sha2-nistp521',
  'diffie-hellman-group-exchange-sha256',
  'diffie-hellman-group16-sha512',
  'diffie-hellman-group18-sha512',
  'diffie-hellman-group14-sha256',
] as const;
export const HOST_KEYS = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
export const CIPHERS = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
  'chacha20-poly1305@openssh.com',
] as const;
export const MACS = [
  'hmac-sha2-256-etm@openssh.com',
  'hmac-sha2-512-etm@openssh.com',
  'hmac-sha2-256',
  'hmac-sha2-512',
] as const;

/**
 * A list as ssh_config(5) gives it: a list of its own, or `+` (append), `-` (remove, with patterns), `^` (put first) on ours. What we do not
 * have is left out; the result may be empty, which is for the caller to refuse.
 */
export function chooseAlgorithms<T extends string>(ours: readonly T[], wanted: string | undefined): T[] {
  if (wanted === undefined) return [...ours];
  const sign = /^[-+^]/.exec(wanted)?.[0];
  const names = wanted.slice(sign ? 1 : 0).split(',');
  const has = (name: T) => matchesAny(name, names);
  if (sign === '-') return ours.filter((name) => !has(name));
  if (sign === '+') return [...ours];
  const first = names.flatMap((name) => ours.filter((one) => one === name || matchesAny(one, [name])));
  const unique = [...new Set(first)];
  return sign === '^' ? [...unique, ...ours.filter((name) => !unique.includes(name))] : unique;
}

/** The type of the key that an algorithm of host keys signs with. */
export function keyTypeOf(algorithm: string): string {
  return algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
}

/**
 * Those first of which the key is known: a server has several, and the first one we name decides which it shows. When the best is among the
 * known, all stays as it is (order_hostkeyalgs in sshconnect2.c).
 */
export function orderHostKeys<T extends string>(algorithms: readonly T[], knownTypes: ReadonlySet<string>): T[] {
  const best = algorithms[0];
  if (best === undefined || knownTypes.has(keyTypeOf(best))) return [...algorithms];
  const known = algorithms.filter((name) => knownTypes.has(keyTypeOf(name)));
  return [...known, ...algorithms.filter((name) => !known.includes(name))];
}
