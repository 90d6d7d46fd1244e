import { closeSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { IrisError } from '../core/index.ts';
import { reason } from './folder.ts';

/** What the hub that runs says about itself, for messages and for those who can't speak with it. */
export interface HubCard {
  readonly pid: number;
  readonly version: string;
  readonly socket: string;
  readonly startedAt: number;
  /** Options of its command line that the hub which takes its place, should it be killed, is to have again. */
  readonly options?: Readonly<Record<string, string | true>>;
}

export interface HubLock {
  /** Tells who runs here. */
  announce(card: HubCard): void;
  release(): void;
}

/** SQLITE_BUSY: another process holds the lock. */
const BUSY = 5;

/**
 * One hub a state folder. The lock is the exclusive lock on a SQLite file that stays empty: the kernel gives it back however the process ends,
 * so there is no stale lock to judge and no race in replacing one. Undefined: another hub holds it.
 * @throws IrisError `storage` when the file can't be opened
 */
export function takeLock(stateFolder: string): HubLock | undefined {
  const path = join(stateFolder, 'hub.lock');
  let database: DatabaseSync;
  try {
    // Made here, so that it has these rights from the beginning.
    closeSync(openSync(path, 'a', 0o600));
    database = new DatabaseSync(path, { timeout: 0 });
  } catch (error) {
    throw new IrisError('storage', `can't open ${path}: ${reason(error)}`, { cause: error });
  }
  try {
    // Nothing is ever written, so there is nothing to roll back: no journal beside it.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === BUSY) return undefined;
    throw new IrisError('storage', `can't lock ${path}: ${reason(error)}`, {
      cause: error,
      remedy: `remove ${path} if it is damaged, and see that the folder can be written`,
    });
  }
  const card = cardPath(stateFolder);
  let held = true;
  return {
    announce(value) {
      writeFileSync(`${card}.new`, JSON.stringify(value), { mode: 0o600 });
      renameSync(`${card}.new`, card);
    },
    release() {
      if (!held) return;
      held = false;
      rmSync(card, { force: true });
      database.close();
    },
  };
}

/** The card of the hub that runs, or of one that was killed: only a lock that is held proves that it lives. */
export function readCard(stateFolder: string): HubCard | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(cardPath(stateFolder), 'utf8'));
    const card = value as Partial<HubCard>;
    return typeof card.pid === 'number' && typeof card.socket === 'string' ? (card as HubCard) : undefined;
  } catch {
    return undefined;
  }
}

function cardPath(stateFolder: string): string {
  return join(stateFolder, 'hub.json');
}
