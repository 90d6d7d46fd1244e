import type { DatabaseSync } from 'node:sqlite';

/**
 * Steps from each version of the database to the next; `PRAGMA user_version` says how many were taken. A step is never changed once
 * released: add another. Each runs in a transaction of its own.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE segments (
    session TEXT NOT NULL,
    epoch TEXT NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (session, epoch, first)
  ) STRICT;

  CREATE TABLE checkpoints (
    session TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    cols INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes BLOB NOT NULL
  ) STRICT;

  CREATE TABLE lost (
    session TEXT PRIMARY KEY,
    epoch TEXT NOT NULL,
    after INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE workspaces (
    name TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    saved_at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE families (
    id TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE tokens (
    id TEXT PRIMARY KEY,
    json TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    json TEXT NOT NULL
  ) STRICT;
  CREATE INDEX audit_at ON audit (at);
  `,
];

/** A database of a later iris-tui: not ours to write. */
export class NewerSchemaError extends Error {}

/** Brings a database to the newest version. `migrations` is an argument for tests. */
export function migrate(db: DatabaseSync, migrations: readonly string[] = MIGRATIONS): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (version > migrations.length) throw new NewerSchemaError(`version ${version}, known is ${migrations.length}`);
  for (let next = version; next < migrations.length; next++) {
    db.exec(`BEGIN IMMEDIATE; ${migrations[next]!}; PRAGMA user_version = ${next + 1}; COMMIT;`);
  }
}
