import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { IrisError } from '../core/index.ts';
import type { Paths } from './paths.ts';

/** Folders that must exist before a hub or a log of ours can. */
export function ensureFolders(paths: Paths, uid: number): void {
  ensurePrivateFolder(paths.stateDir, uid);
  if (dirname(paths.socket) !== paths.stateDir) ensurePrivateFolder(dirname(paths.socket), uid);
}

/**
 * Makes a folder that is this user's alone, 0700. One that belongs to somebody else is refused: whoever can write where the socket is
 * could put their own in its place and read what is typed.
 */
export function ensurePrivateFolder(path: string, uid: number): void {
  const stat = makeFolder(path);
  if (!stat.isDirectory()) {
    throw new IrisError('storage', `${path} is not a folder`, { remedy: 'move it away, or set IRIS_HOME' });
  }
  if (uid < 0) return;
  if (stat.uid !== uid || lstatSync(path).uid !== uid) {
    throw new IrisError('not-allowed', `${path} belongs to another user (uid ${stat.uid})`, {
      remedy: 'set IRIS_HOME to a folder of your own',
    });
  }
  if ((stat.mode & 0o077) !== 0) {
    try {
      chmodSync(path, 0o700);
    } catch (cause) {
      throw new IrisError('not-allowed', `others may enter ${path}, which is private (${reasonOf(cause)})`, {
        cause,
        remedy: `run chmod 700 on it`,
      });
    }
  }
}

function makeFolder(path: string): Stats {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return statSync(path);
  } catch (cause) {
    throw new IrisError('storage', `cannot make the folder ${path} (${reasonOf(cause)})`, {
      cause,
      remedy: 'make room for it or allow it, or set IRIS_HOME to another folder',
    });
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'operation not permitted',
  EROFS: 'read-only file system',
  ENOSPC: 'no space left on device',
  EDQUOT: 'disk quota exceeded',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'something that is not a folder has that name',
  ECONNREFUSED: 'nobody listens there',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files',
};

/** Why a call of the system failed, in words and without the path a second time. */
export function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code) return REASONS[code] ?? code;
  return error instanceof Error ? error.message : String(error);
}
