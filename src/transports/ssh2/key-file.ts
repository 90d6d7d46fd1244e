import { createDecipheriv, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { ParsedKey } from 'ssh2';
import type { Ssh2 } from './library.ts';

/** A larger file is no key. */
const SIZE_LIMIT_BYTES = 64 * 1024;
/** Rounds of bcrypt: ssh-keygen makes 16 to 24. More than this would take minutes. */
const ROUNDS_LIMIT = 1024;
const MAGIC = Buffer.from('openssh-key-v1\0');

/** A file with a private key. The key itself is taken out only when the other side wants it. */
export interface KeyFile {
  readonly path: string;
  /** Known without the passphrase for all but old PEM files without a `.pub` beside them. */
  readonly publicKey: ParsedKey | undefined;
  readonly encrypted: boolean;
  /** @throws WrongPassphrase, or Error with what is wrong. */
  open(passphrase: string | undefined): Promise<ParsedKey>;
}

export class WrongPassphrase extends Error {}

/** Why a file holds no key that can be used: `missing`, or a line for people. */
export type NoKey = { readonly missing: true } | { readonly missing: false; readonly why: string };

export async function readKeyFile(path: string, ssh2: Ssh2): Promise<KeyFile | NoKey> {
  const no = (why: string): NoKey => ({ missing: false, why });
  let text: string;
  try {
    const info = await stat(path);
    if (!info.isFile() || info.size > SIZE_LIMIT_BYTES) return no(`${path} is not a private key`);
    // As ssh: a key that others can read is no secret.
    if (process.getuid && info.uid === process.getuid() && (info.mode & 0o077) !== 0) {
      return no(`others can read ${path}, so it is not used: chmod 600 ${path}`);
    }
    text = await readFile(path, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true };
    return no(`${path} cannot be read (${code ?? 'unknown'})`);
  }
  const beside = await readFile(`${path}.pub`, 'latin1').catch(() => '');
  const container = openSshContainer(text);
  if (container) {
    const { cipher, kdf } = container;
    const publicKey = publicOf(container.publicKey, ssh2);
    if (!publicKey) return no(`the type of the key ${path} is not supported with ssh2: true`);
    const open = async (passphrase: string | undefined) =>
      one(ssh2.utils.parseKey(cipher === 'none' ? text : await decrypt(container, passphrase)), path);
    return { path, publicKey, encrypted: cipher !== 'none' || kdf !== 'none', open };
  }
  if (!/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text)) return no(`${path} is not a private key`);
  const encrypted = /^Proc-Type: 4,ENCRYPTED|BEGIN ENCRYPTED PRIVATE KEY/m.test(text);
  const fromPub = ssh2.utils.parseKey(beside);
  const open = async (passphrase: string | undefined): Promise<ParsedKey> => {
    if (encrypted && passphrase === undefined) throw new WrongPassphrase();
    try {
      // Node's own reader knows all forms of PEM; ssh2 takes PKCS#1 and SEC 1.
      const key = createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
      const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
      return one(ssh2.utils.parseKey(key.export({ type, format: 'pem' }) as string), path);
    } catch (error) {
      if (encrypted) throw new WrongPassphrase();
      throw error;
    }
  };
  if (!(fromPub instanceof Error) && !Array.isArray(fromPub)) return { path, publicKey: fromPub, encrypted, open };
  if (encrypted) return { path, publicKey: undefined, encrypted, open };
  try {
    return { path, publicKey: await open(undefined), encrypted, open };
  } catch {
    return no(`${path} is a key that is not supported with ssh2: true`);
  }
}

function one(parsed: ParsedKey | ParsedKey[] | Error, path: string): ParsedKey {
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key instanceof Error || !key?.isPrivateKey()) throw new Error(`${path} cannot be used as a key`);
  return key;
}

function publicOf(blob: Buffer, ssh2: Ssh2): ParsedKey | undefined {
  const length = blob.length > 4 ? blob.readUInt32BE(0) : 0;
  const type = blob.toString('latin1', 4, 4 + Math.min(length, 64));
  const key = ssh2.utils.parseKey(`${type} ${blob.toString('base64')}`);
  return key instanceof Error || Array.isArray(key) ? undefined : key;
}

interface Container {
  readonly cipher: string;
  readonly kdf: string;
  readonly kdfOptions: Buffer;
  readonly publicKey: Buffer;
  readonly secret: Buffer;
  /** After `secret`: the tag of AES-GCM. */
  readonly rest: Buffer;
}

/** OpenSSH's own format (PROTOCOL.key). Undefined: it is not that. */
function openSshContainer(text: string): Container | undefined {
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END OPENSSH PRIVATE KEY-----/.exec(
    text,
  )?.[1];
  if (body === undefined) return undefined;
  const data = Buffer.from(body, 'base64');
  if (!data.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  let at = MAGIC.length;
  try {
    const string = (): Buffer => {
      const end = at + 4 + data.readUInt32BE(at);
      if (end > data.length) throw new RangeError('cut off');
      const found = data.subarray(at + 4, end);
      at = end;
      return found;
    };
    const [cipher, kdf, kdfOptions] = [string().toString('latin1'), string().toString('latin1'), string()];
    if (data.readUInt32BE(at) !== 1) return undefined;
    at += 4;
    const publicKey = string();
    const secret = string();
    return { cipher, kdf, kdfOptions, publicKey, secret, rest: data.subarray(at) };
  } catch {
    return undefined;
  }
}

const CIPHERS: Record<string, { readonly name: string; readonly key: number; readonly iv: number } | undefined> = {
  'aes128-cbc': { name: 'aes-128-cbc', key: 16, iv: 16 },
  'aes192-cbc': { name: 'aes-192-cbc', key: 24, iv: 16 },
  'aes256-cbc': { name: 'aes-256-cbc', key: 32, iv: 16 },
  'aes128-ctr': { name: 'aes-128-ctr', key: 16, iv: 16 },
  'aes192-ctr': { name: 'aes-192-ctr', key: 24, iv: 16 },
  'aes256-ctr': { name: 'aes-256-ctr', key: 32, iv: 16 },
};

/**
 * The same key without its encryption, in the same format. Not left to ssh2: it derives the key in one go, which stops the event loop for
 * a fifth of a second; here each round is a turn of its own.
 */
async function decrypt(container: Container, passphrase: string | undefined): Promise<string> {
  if (passphrase === undefined || passphrase === '') throw new WrongPassphrase();
  const cipher = CIPHERS[container.cipher];
  if (!cipher || container.kdf !== 'bcrypt' || container.rest.length > 0) {
    throw new Error(`its encryption (${container.cipher}) is not supported with ssh2: true`);
  }
  const saltLength = container.kdfOptions.readUInt32BE(0);
  const salt = container.kdfOptions.subarray(4, 4 + saltLength);
  const rounds = container.kdfOptions.readUInt32BE(4 + saltLength);
  if (rounds > ROUNDS_LIMIT) throw new Error(`its passphrase takes ${rounds} rounds`);
  const { deriveKey } = await import('./bcrypt.ts');
  const derived = await deriveKey(Buffer.from(passphrase), salt, cipher.key + cipher.iv, rounds);
  const decipher = createDecipheriv(cipher.name, derived.subarray(0, cipher.key), derived.subarray(cipher.key));
  decipher.setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(container.secret), decipher.final()]);
  // Two equal numbers stand first, so that a wrong passphrase shows.
  if (plain.length < 8 || plain.readUInt32BE(0) !== plain.readUInt32BE(4)) throw new WrongPassphrase();
  const string = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const count = Buffer.from([0, 0, 0, 1]);
  const none = string(Buffer.from('none'));
  const all = [MAGIC, none, none, string(Buffer.alloc(0)), count, string(container.publicKey), string(plain)];
  const base64 = Buffer.concat(all).toString('base64').replace(/.{70}/g, '$&\n');
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${base64}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
