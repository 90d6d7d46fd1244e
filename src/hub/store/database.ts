import {
  chmodSync,
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { AuditEntry, SavedSession } from '../../core/index.ts';
import type { AuditPage, AuditQuery } from '../audit/index.ts';
import type { AccessRecords } from '../auth/records.ts';
import { failureOf } from './failure.ts';
import type { AccessKind, Change, Opened, SavedWorkspace, StoredOutput } from './messages.ts';
import { migrate } from './schema.ts';

export const DATABASE_FILE = 'state.db';
/** SQLite's own: the write-ahead log and its index. */
const SIDE_FILES = ['-wal', '-shm'];
/** Another hub that is just leaving may hold the database for a moment. */
const BUSY_TIMEOUT_MS = 2000;
/** SQLite's default. */
const PAGE_BYTES = 4096;
/** Room for a batch of a busy hub and for a checkpoint. */
const PROBE_BYTES = 2 * 1024 * 1024;
/** Free pages are given back to the disk, this many at a time, so that no batch waits long for it. */
const VACUUM_PAGES = 512;
/** Records of the audit that are kept: the oldest go first. Some 25 MB at most. */
const AUDIT_LIMIT = 100_000;
/** They are cut this often, counted in records. */
const AUDIT_CUT_EVERY = 1_000;

const ACCESS_TABLES: Readonly<Record<AccessKind, string>> = { device: 'devices', family: 'families', token: 'tokens' };

/** Everything this program says to SQLite. Blocks, hence lives in the worker. Whatever fails throws. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /** Opens for writing; makes folder (0700) and file (0600) if need be. */
  static open(dir: string, limitBytes: number): Database {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const file = join(dir, DATABASE_FILE);
    // SQLite gives its side files the permissions of the database.
    closeSync(openSync(file, 'a', 0o600));
    chmodSync(file, 0o600);
    const db = new DatabaseSync(file);
    try {
      db.exec(`
        PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS};
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA journal_size_limit = 4194304;
        PRAGMA cache_size = -1024;
        PRAGMA temp_store = MEMORY;
        PRAGMA max_page_count = ${Math.ceil(limitBytes / PAGE_BYTES)};
      `);
      migrate(db);
      return new Database(db);
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** What a folder that cannot be written has: its database is read from a copy, as a log left by a killed hub must be played first. */
  static readElsewhere(dir: string, limitBytes: number): Opened & { database: Database; remove: () => void } {
    const copy = mkdtempSync(join(tmpdir(), 'iris-tui-state-'));
    const remove = (): void => rmSync(copy, { recursive: true, force: true });
    try {
      for (const suffix of ['', '-wal']) {
        const from = join(dir, DATABASE_FILE + suffix);
        if (existsSync(from)) cpSync(from, join(copy, DATABASE_FILE + suffix));
      }
      const database = Database.open(copy, limitBytes);
      return { database, remove, ...database.load() };
    } catch (error) {
      remove();
      throw error;
    }
  }

  /** Moves a broken database aside, with its side files; returns its new path. */
  static moveAside(dir: string, stamp: string): string {
    const file = join(dir, DATABASE_FILE);
    let to = `${file}.damaged-${stamp}`;
    for (let n = 2; existsSync(to); n++) to = `${file}.damaged-${stamp}-${n}`;
    renameSync(file, to);
    for (const suffix of SIDE_FILES) if (existsSync(file + suffix)) renameSync(file + suffix, to + suffix);
    return to;
  }

  load(): Opened {
    const sessions = this.#sql('SELECT json FROM sessions').all() as { json: string }[];
    const workspaces = this.#sql('SELECT name, revision, saved_at, json FROM workspaces').all() as {
      name: string;
      revision: number;
      saved_at: number;
      json: string;
    }[];
    return {
      sessions: sessions.map((row) => JSON.parse(row.json) as SavedSession),
      workspaces: workspaces.map((row) => ({
        name: row.name,
        revision: row.revision,
        savedAt: row.saved_at,
        workspace: JSON.parse(row.json) as SavedWorkspace['workspace'],
      })),
      access: {
        devices: this.#records<AccessRecords['devices'][number]>('device'),
        families: this.#records<AccessRecords['families'][number]>('family'),
        tokens: this.#records<AccessRecords['tokens'][number]>('token'),
      },
    };
  }

  #records<T>(kind: AccessKind): T[] {
    const rows = this.#sql(`SELECT json FROM ${ACCESS_TABLES[kind]}`).all() as { json: string }[];
    return rows.map((row) => JSON.parse(row.json) as T);
  }

  audit({ since, until = Number.MAX_SAFE_INTEGER, limit }: AuditQuery): AuditPage {
    const where = 'FROM audit WHERE at BETWEEN ? AND ?';
    const rows = this.#sql(`SELECT json ${where} ORDER BY number DESC LIMIT ?`).all(since, until, limit);
    const { total } = this.#sql(`SELECT count(*) AS total ${where}`).get(since, until) as { total: number };
    return {
      records: (rows as { json: string }[]).reverse().map(({ json }) => JSON.parse(json) as AuditEntry),
      total,
    };
  }

  output(id: string): StoredOutput {
    const checkpoint = this.#sql('SELECT epoch, seq, cols, rows, bytes FROM checkpoints WHERE session = ?').get(id) as
      | { epoch: string; seq: number; cols: number; rows: number; bytes: Uint8Array }
      | undefined;
    const lost = this.#sql('SELECT after FROM lost WHERE session = ?').get(id) as { after: number } | undefined;
    const segments = this.#sql('SELECT first, bytes FROM segments WHERE session = ? AND last > ? ORDER BY first').all(
      id,
      checkpoint?.seq ?? 0,
    ) as { first: number; bytes: Uint8Array }[];
    return {
      ...(checkpoint ? { checkpoint } : {}),
      segments,
      ...(lost ? { lostAfter: lost.after } : {}),
    };
  }

  /** All or nothing; durable when it returns. */
  apply(changes: readonly Change[], beforeCommit: () => void = () => {}): void {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) this.#change(change);
      beforeCommit();
      this.#db.exec('COMMIT');
    } catch (error) {
      try {
        this.#db.exec('ROLLBACK');
      } catch {
        // SQLite rolled back by itself; the first error is the one to tell.
      }
      throw error;
    }
    if (changes.some(({ type }) => type === 'checkpoint' || type === 'session-deleted' || type === 'epoch')) {
      this.#db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    }
  }

  /**
   * Like `apply`, but only if there is room for more than this: a disk that takes a little and then is full again would be a
   * message every few seconds.
   */
  applyIfRoom(changes: readonly Change[], dir: string): void {
    const file = join(dir, 'state.probe');
    try {
      writeFileSync(file, new Uint8Array(PROBE_BYTES), { mode: 0o600, flush: true });
    } finally {
      rmSync(file, { force: true });
    }
    this.apply(changes, () => {
      const pages = (name: string): number => Number(this.#db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
      const left = pages('max_page_count') - pages('page_count') + pages('freelist_count');
      if (left * PAGE_BYTES >= PROBE_BYTES) return;
      throw Object.assign(new Error('the database has its full size'), { code: 'ENOSPC' });
    });
  }

  close(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#db.close();
  }

  #change(change: Change): void {
    switch (change.type) {
      case 'session':
        this.#sql('INSERT OR REPLACE INTO sessions VALUES (?, ?)').run(
          change.session.id,
          JSON.stringify(change.session),
        );
        return;
      case 'session-deleted':
        for (const table of ['segments', 'checkpoints', 'lost']) {
          this.#sql(`DELETE FROM ${table} WHERE session = ?`).run(change.id);
        }
        this.#sql('DELETE FROM sessions WHERE id = ?').run(change.id);
        return;
      case 'epoch':
        for (const table of ['segments', 'checkpoints', 'lost']) {
          this.#sql(`DELETE FROM ${table} WHERE session = ? AND epoch <> ?`).run(change.id, change.epoch);
        }
        return;
      case 'entries':
        this.#sql('INSERT OR REPLACE INTO segments VALUES (?, ?, ?, ?, ?)').run(
          change.id,
          change.epoch,
          change.first,
          change.last,
          change.bytes,
        );
        return;
      case 'lost':
        this.#sql('INSERT OR REPLACE INTO lost VALUES (?, ?, ?)').run(change.id, change.epoch, change.after);
        return;
      case 'checkpoint':
        this.#sql('INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?, ?, ?)').run(
          change.id,
          change.epoch,
          change.seq,
          change.cols,
          change.rows,
          change.bytes,
        );
        this.#sql('DELETE FROM segments WHERE session = ? AND (epoch <> ? OR last <= ?)').run(
          change.id,
          change.epoch,
          change.seq,
        );
        this.#sql('DELETE FROM lost WHERE session = ?').run(change.id);
        return;
      case 'workspace': {
        const { name, revision, savedAt, workspace } = change.workspace;
        this.#sql('INSERT OR REPLACE INTO workspaces VALUES (?, ?, ?, ?)').run(
          name,
          revision,
          savedAt,
          JSON.stringify(workspace),
        );
        return;
      }
      case 'workspace-deleted':
        this.#sql('DELETE FROM workspaces WHERE name = ?').run(change.name);
        return;
      case 'access':
        this.#sql(`INSERT OR REPLACE INTO ${ACCESS_TABLES[change.kind]} VALUES (?, ?)`).run(
          change.record.id,
          JSON.stringify(change.record),
        );
        return;
      case 'access-deleted':
        this.#sql(`DELETE FROM ${ACCESS_TABLES[change.kind]} WHERE id = ?`).run(change.id);
        return;
      case 'audit': {
        const { record } = change;
        const number = Number(
          this.#sql('INSERT INTO audit (at, json) VALUES (?, ?)').run(record.at, JSON.stringify(record))
            .lastInsertRowid,
        );
        if (number % AUDIT_CUT_EVERY === 0) this.#sql('DELETE FROM audit WHERE number <= ?').run(number - AUDIT_LIMIT);
        return;
      }
    }
  }

  #sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.#db.prepare(text);
      this.#statements.set(text, statement);
    }
    return statement;
  }
}

/** Is this the kind of failure that only a fresh database cures? */
export function isDamaged(error: unknown): boolean {
  return failureOf(error).kind === 'corrupt' || error instanceof SyntaxError;
}
