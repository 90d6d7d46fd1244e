import type { StoreFailure } from './messages.ts';
import { NewerSchemaError } from './schema.ts';

/** Primary result codes of SQLite (sqlite.org/rescode.html); the extended ones have these in their low byte. */
const CODES: Readonly<Record<number, StoreFailure['kind']>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  11: 'corrupt',
  13: 'full',
  14: 'read-only',
  26: 'corrupt',
};
/** SQLITE_IOERR: what stands behind it only the system knows. */
const IOERR = 10;
const ERRNO: Readonly<Record<string, StoreFailure['kind']>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'read-only',
  EPERM: 'read-only',
};

/** In the worker: what an exception of SQLite or the file system means. */
export function failureOf(error: unknown): StoreFailure {
  const { errcode, code, message = String(error) } = error as { errcode?: number; code?: string; message?: string };
  if (error instanceof NewerSchemaError) return { kind: 'newer', message };
  if (errcode !== undefined) {
    const primary = errcode & 0xff;
    // Without room SQLite often fails to grow a file before it can say "full".
    return { kind: primary === IOERR ? 'full' : (CODES[primary] ?? 'other'), message: `${message} (${errcode})` };
  }
  return { kind: ERRNO[code ?? ''] ?? 'other', message };
}
