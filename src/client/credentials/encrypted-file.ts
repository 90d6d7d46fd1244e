import { hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Clock, IrisError } from '../../core/index.ts';
import { reason } from './files.ts';
import { withLock } from './lock-file.ts';
import type { SecretStore } from './secret-store.ts';

const KEY_BYTES = 32;

export interface EncryptedFileOptions {
  /** Where the ciphertext lies, as `hub-secrets.bin`. */
  readonly folder: string;
  /** Where the key lies; in another folder, so that neither a copy of the config nor of the state is enough. */
  readonly keyFolder: string;
  /** Names this machine: a copy of both folders is of no use on another one. */
  readonly machineId: string;
  readonly clock: Clock;
}

/**
 * Secrets in a file, AES-256-GCM. The key is derived (HKDF, RFC 5869) from random bytes in another folder and the id of this machine. Whoever can read
 * all of this user's files can read it: it protects copies and backups of one folder, not the account. docs/security.md says more.
 */
export function encryptedFile(options: EncryptedFileOptions): SecretStore {
  const { folder, keyFolder, machineId, clock } = options;
  const open = async () => {
    const { default: Conf } = await import('conf');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return new Conf<Record<string, string>>({
      cwd: folder,
      configName: 'hub-secrets',
      fileExtension: 'bin',
      configFileMode: 0o600,
      encryptionKey: deriveKey(keyFile(keyFolder), machineId),
      encryptionAlgorithm: 'aes-256-gcm',
      accessPropertiesByDotNotation: false,
      clearInvalidConfig: false,
    });
  };
  type Store = Awaited<ReturnType<typeof open>>;
  // All secrets are one file: two that change it at once would lose one of them.
  const alone = <T>(act: (store: Store) => T): Promise<T> =>
    withLock(join(keyFolder, 'hub-secrets.lock'), clock, async () => {
      try {
        return act(await open());
      } catch (cause) {
        if (cause instanceof IrisError) throw cause;
        throw new IrisError('storage', `${join(folder, 'hub-secrets.bin')} can't be opened on this machine`, {
          cause,
          remedy: 'move it away, and pair again',
        });
      }
    });
  // Where there is nothing, nothing is made to look for it.
  const isThere = (): boolean => existsSync(join(folder, 'hub-secrets.bin'));
  return {
    get: async (name) => (isThere() ? alone((store) => store.get(name)) : undefined),
    set: (name, value) => alone((store) => store.set(name, value)),
    delete: async (name) => (isThere() ? alone((store) => store.delete(name)) : undefined),
  };
}

function deriveKey(key: Uint8Array, machineId: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', key, machineId, 'iris-tui hub secrets', KEY_BYTES));
}

/** Made on first use. Two that make it at once get the same. */
function keyFile(folder: string): Uint8Array {
  const path = join(folder, 'hub-secrets.key');
  const found = readKey(path);
  if (found) return found;
  const temporary = `${path}.${process.pid}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(temporary, 'w', 0o600);
    try {
      writeFileSync(fd, randomBytes(KEY_BYTES));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    // Not a rename: it must not take the place of a key that another process has used already.
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw new IrisError('storage', `${path} can't be made (${reason(error)})`, { cause: error });
    }
  } finally {
    rmSync(temporary, { force: true });
  }
  const made = readKey(path);
  if (!made) throw new IrisError('storage', `${path} went away`);
  return made;
}

function readKey(path: string): Uint8Array | undefined {
  let key: Buffer;
  try {
    key = readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new IrisError('storage', `${path} can't be read (${reason(error)})`, { cause: error });
  }
  if (key.length === KEY_BYTES) return key;
  throw new IrisError('storage', `${path} is damaged`, { remedy: 'move it away, and pair again' });
}
