import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { type Clock, IrisError } from '../../core/index.ts';
import { reason } from './files.ts';

/** SQLITE_BUSY: another process, or another call of this one, holds the lock. */
const BUSY = 5;
const LOOK_EVERY_MS = 25;
/** Longer than a refresh may take over a bad network. */
const WAIT_MS = 45_000;

/**
 * Runs `act` while nobody else, in any process, runs under the same file. It is the exclusive lock on a SQLite file that stays empty: the kernel gives
 * it back however the process ends, so there is no stale lock to judge.
 * @throws IrisError `storage` when it can't be had
 */
export async function withLock<T>(path: string, clock: Clock, act: () => Promise<T>): Promise<T> {
  const until = clock.now() + WAIT_MS;
  for (;;) {
    const lock = tryLock(path);
    if (lock) {
      try {
        return await act();
      } finally {
        lock.close();
      }
    }
    if (clock.now() >= until) {
      throw new IrisError('storage', `another iris-tui has held ${path} for ${WAIT_MS / 1000} s`, {
        retriable: true,
        remedy: 'end it if it hangs',
      });
    }
    await new Promise<void>((resolve) => clock.after(LOOK_EVERY_MS, resolve));
  }
}

/** Node 22 says on the terminal, where a screen may be, that this is experimental. What is used of it here has not changed since. */
function sqlite(): typeof import('node:sqlite') {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}

function tryLock(path: string): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
    database = new (sqlite().DatabaseSync)(path, { timeout: 0 });
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return database;
  } catch (error) {
    database?.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw new IrisError('storage', `can't lock ${path} (${reason(error)})`, { cause: error });
  }
}
