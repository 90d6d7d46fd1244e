import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { IrisError } from '../../core/index.ts';

/**
 * Writes a file that only this user may read, whole or not at all: whoever reads it meanwhile, or after a crash, finds the old one or the new one.
 * @throws IrisError `storage`
 */
export function writePrivately(path: string, content: string | Uint8Array): void {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeFileSync(fd, content);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    // Whatever the umask was.
    chmodSync(temporary, 0o600);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new IrisError('storage', `${path} can't be written (${reason(error)})`, { cause: error });
  }
}

/** Why a call failed, without what it was called with: a secret may be among that. */
export function reason(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
