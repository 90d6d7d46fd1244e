import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { IrisError } from '../core/index.ts';

/**
 * Makes sure that only this user gets into a folder: made with 0700, or found so. A folder of someone else, or one that others may enter, is refused:
 * whoever can reach the socket can type into every session.
 * @throws IrisError `not-allowed` or `storage`
 */
export function privateFolder(path: string): void {
  try {
    // Parents as the user's umask has them; only the folder itself is ours to narrow.
    const first = mkdirSync(path, { recursive: true });
    if (first !== undefined) chmodSync(path, 0o700);
  } catch (error) {
    throw new IrisError('storage', `can't make the folder ${path}: ${reason(error)}`, {
      cause: error,
      remedy: 'make it yourself, or point IRIS_HOME somewhere you may write',
    });
  }
  const stat = statSync(path);
  const uid = process.getuid?.();
  if (!stat.isDirectory()) throw new IrisError('storage', `${path} is not a folder`);
  if (uid === undefined) return;
  if (stat.uid !== uid || lstatSync(path).uid !== uid) {
    throw new IrisError('not-allowed', `the folder ${path} belongs to another user (uid ${stat.uid})`, {
      remedy: 'remove it, or point IRIS_HOME to a folder of your own',
    });
  }
  if ((stat.mode & 0o077) !== 0) {
    const mode = (stat.mode & 0o777).toString(8).padStart(4, '0');
    throw new IrisError('not-allowed', `the folder ${path} is open to others (mode ${mode})`, {
      remedy: `chmod 700 ${path}`,
    });
  }
}

export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  const known: Record<string, string> = {
    EACCES: 'permission denied',
    EPERM: 'operation not permitted',
    ENOSPC: 'the disk is full',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is no folder',
    EEXIST: 'something else has that name',
  };
  return (code && known[code]) || (error instanceof Error ? error.message : String(error));
}
