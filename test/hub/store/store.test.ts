import { execFileSync, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Entry, SavedSession } from '../../../src/core/index.ts';
import { OUTPUT_LIMITS, Store, type StoreEvent } from '../../../src/hub/store/index.ts';
import { migrate } from '../../../src/hub/store/schema.ts';
import { waitUntil } from '../../support/index.ts';
import { killAgainAndAgain } from './kill.ts';

let dir = '';
let events: StoreEvent[] = [];
/** When each was told. */
const toldAt = new WeakMap<StoreEvent, number>();
const stores: Store[] = [];
const mounts: string[] = [];
let answer: NodeJS.Timeout | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iris-tui-store-'));
  events = [];
});
afterEach(async () => {
  clearInterval(answer);
  await Promise.all(stores.splice(0).map((store) => store.close()));
  for (const mount of mounts.splice(0)) execFileSync('umount', [mount]);
  rmSync(dir, { recursive: true, force: true });
});

async function open(at = dir, limitBytes?: number): Promise<Store> {
  const onEvent = (event: StoreEvent) => {
    toldAt.set(event, performance.now());
    events.push(event);
  };
  const store = await Store.open(at, { onEvent, ...(limitBytes === undefined ? {} : { limitBytes }) });
  stores.push(store);
  return store;
}
async function reopen(store: Store, at = dir): Promise<Store> {
  await store.close();
  return open(at);
}
const problems = () => events.flatMap((event) => (event.type === 'problem' ? [event.error] : []));
const told = (type: StoreEvent['type']) => events.filter((event) => event.type === type);

const session = (id: string, more: Partial<SavedSession> = {}): SavedSession => ({
  id,
  name: `näme of ${id}`,
  agentKind: 'shell',
  command: ['bash', '-l'],
  cwd: '/tmp',
  env: { PATH: '/bin' },
  mode: 'pty',
  cols: 80,
  rows: 24,
  createdAt: 1000,
  epoch: 'epoch-1',
  status: { kind: 'live' },
  ...more,
});
const output = (seq: number, text: string | Uint8Array): Entry => ({
  kind: 'output',
  bytes: typeof text === 'string' ? new TextEncoder().encode(text) : text,
  seq,
});
const workspace = (name: string, revision: number) => ({
  name,
  revision,
  savedAt: 5,
  workspace: { tabs: [], recent: [`r${revision}`] },
});
const MIB = 1024 * 1024;

describe('the store', () => {
  it('gives back sessions in the order of their creation, layouts, and output', async () => {
    const store = await open();
    expect(store.load()).toMatchObject({ sessions: [], workspaces: [] });
    store.saveSession(session('b', { createdAt: 2000 }));
    store.saveSession(session('a'));
    store.saveSession(session('a', { name: 'renamed', status: { kind: 'exited', end: { exitCode: 3 } } }));
    store.saveSession(session('c'));
    store.deleteSession('c');
    store.saveWorkspace(workspace('main', 1));
    store.saveWorkspace(workspace('main', 2));
    store.saveWorkspace(workspace('old', 1));
    store.deleteWorkspace('old');
    const entries: Entry[] = [
      output(1, 'hello'),
      { kind: 'resize', cols: 100, rows: 30, seq: 2 },
      { kind: 'error', bytes: Uint8Array.of(0, 255), seq: 3 },
      { kind: 'mark', mark: 'é', seq: 4 },
    ];
    store.appendEntries('a', 'epoch-1', entries);
    const again = await reopen(store);
    expect(again.load().sessions).toEqual([
      session('a', { name: 'renamed', status: { kind: 'exited', end: { exitCode: 3 } } }),
      session('b', { createdAt: 2000 }),
    ]);
    expect(again.load().workspaces).toEqual([workspace('main', 2)]);
    expect(await again.loadOutput('a')).toEqual({ entries });
    expect(await again.loadOutput('nobody')).toEqual({ entries: [] });
    expect(events.filter(({ type }) => type !== 'saved')).toEqual([]);
  });

  it('is durable after flush: another program sees it while the hub runs', async () => {
    const store = await open();
    store.saveSession(session('a'));
    store.append('a', 'epoch-1', output(1, 'x'));
    await store.flush();
    const db = new DatabaseSync(join(dir, 'state.db'), { readOnly: true });
    expect(db.prepare('SELECT count(*) AS n FROM sessions').get()).toEqual({ n: 1 });
    expect(db.prepare('SELECT first, last FROM segments').get()).toEqual({ first: 1, last: 1 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });

  it('is private: 0700 for the folder it makes, 0600 for every file', async () => {
    const inner = join(dir, 'deep', 'state');
    const store = await open(inner);
    store.saveSession(session('a'));
    await store.flush();
    expect(statSync(inner).mode & 0o777).toBe(0o700);
    const files = readdirSync(inner);
    expect(files).toContain('state.db-wal');
    for (const file of files) expect([file, statSync(join(inner, file)).mode & 0o777]).toEqual([file, 0o600]);
  });

  it('forgets entries that a checkpoint stands for, and those of earlier runs', async () => {
    const store = await open();
    store.appendEntries('a', 'one', [output(1, 'a'), output(2, 'b')]);
    await store.flush();
    const picture = () => ({ cols: 90, rows: 33, bytes: Uint8Array.from(Buffer.from('picture')) });
    store.append('a', 'one', output(3, 'c'));
    store.checkpoint('a', 'one', 2, picture());
    store.append('a', 'one', output(4, 'd'));
    await store.flush();
    expect(await store.loadOutput('a')).toEqual({
      checkpoint: { epoch: 'one', seq: 2, ...picture() },
      entries: [output(3, 'c'), output(4, 'd')],
    });
    store.append('a', 'two', output(1, 'fresh'));
    await store.flush();
    expect(await store.loadOutput('a')).toEqual({ entries: [output(1, 'fresh')] });
    store.deleteSession('a');
    await store.flush();
    expect(await store.loadOutput('a')).toEqual({ entries: [] });
  });

  it('does not write a flood: it notes the gap, and asks for a checkpoint once the session is quiet', async () => {
    const store = await open();
    store.append('a', 'e', output(1, 'before'));
    await store.flush();
    const chunk = new Uint8Array(64 * 1024);
    let seq = 1;
    let lastAt = 0;
    while (seq * chunk.length < 6 * MIB) {
      lastAt = performance.now();
      store.append('a', 'e', output(++seq, chunk));
    }
    await store.flush();
    expect(await store.loadOutput('a')).toEqual({ entries: [output(1, 'before')], lostAfter: 1 });
    const wish = await waitUntil(() => told('checkpoint-wanted')[0], 'a wish for a checkpoint');
    expect(wish).toEqual({ type: 'checkpoint-wanted', sessionId: 'a', quiet: true });
    expect(toldAt.get(wish)! - lastAt).toBeGreaterThanOrEqual(250);
    expect(told('checkpoint-wanted')).toHaveLength(1);
    store.checkpoint('a', 'e', seq, { cols: 1, rows: 1, bytes: new Uint8Array(1) });
    store.append('a', 'e', output(seq + 1, 'after'));
    await store.flush();
    expect(await store.loadOutput('a')).toMatchObject({ checkpoint: { seq }, entries: [output(seq + 1, 'after')] });
    expect((await store.loadOutput('a')).lostAfter).toBeUndefined();
    expect(statSync(join(dir, 'state.db')).size).toBeLessThan(2 * MIB);
  });

  it('keeps no more output of a session than its bound, and gives space back to the disk', async () => {
    const store = await open();
    const chunk = new Uint8Array(128 * 1024).fill(7);
    answer = setInterval(() => {
      for (const event of events.splice(0)) {
        if (event.type === 'checkpoint-wanted') {
          store.checkpoint('a', 'e', seq, { cols: 1, rows: 1, bytes: new Uint8Array(100) });
        }
      }
    }, 20);
    let seq = 0;
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 60; i++) {
        store.append('a', 'e', output(++seq, chunk));
        if (i % 6 === 0) await store.flush();
      }
      await waitUntil(async () => (await store.loadOutput('a')).lostAfter === undefined, 'a checkpoint was made');
    }
    const kept = await store.loadOutput('a');
    expect(kept.entries.length * chunk.length).toBeLessThanOrEqual(OUTPUT_LIMITS.keptBytes);
    store.deleteSession('a');
    for (let i = 0; i < 12; i++) {
      store.deleteSession(`nobody-${i}`);
      await store.flush();
    }
    await store.close();
    expect(statSync(join(dir, 'state.db')).size).toBeLessThan(MIB);
  });

  it('writes what comes in a twentieth of a second together', async () => {
    const store = await open();
    const entries = Array.from({ length: 200 }, (_, i) => output(i + 1, new Uint8Array(4095).fill(i)));
    for (const entry of entries) store.append('a', 'e', entry);
    await store.flush();
    const db = new DatabaseSync(join(dir, 'state.db'), { readOnly: true });
    expect(db.prepare('SELECT first, last FROM segments').all()).toEqual([{ first: 1, last: 200 }]);
    db.close();
    expect(await store.loadOutput('a')).toEqual({ entries });
  });

  it('is brought to the newest version in steps, each once', () => {
    const db = new DatabaseSync(':memory:');
    const steps = ['CREATE TABLE t (a INTEGER) STRICT', 'ALTER TABLE t ADD COLUMN b TEXT; UPDATE t SET b = a'];
    migrate(db, steps.slice(0, 1));
    db.exec('INSERT INTO t VALUES (5)');
    migrate(db, steps);
    migrate(db, steps);
    expect(db.prepare('SELECT a, b FROM t').all()).toEqual([{ a: 5, b: '5' }]);
    expect(() => migrate(db, [...steps, 'CREATE TABLE t (x)'])).toThrow();
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 2 });
    db.close();
  });
});

/** A small disk of its own. Without the right to mount one, the bound of the database itself has to do. */
function smallDisk(sizeKib: number): {
  at: string;
  limitBytes?: number;
  fill: () => void;
  free: (store: Store) => void;
} {
  const at = join(dir, 'disk');
  mkdirSync(at);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeKib}k`, 'tmpfs', at]).status !== 0) {
    return {
      at,
      limitBytes: (sizeKib * 1024 * 5) / 8,
      fill: () => {},
      free: (store) => store.deleteSession('ballast'),
    };
  }
  mounts.push(at);
  return {
    at,
    fill: () => {
      const left = spawnSync('df', ['--output=avail', '-k', at], { encoding: 'utf8' }).stdout.split('\n')[1];
      writeFileSync(join(at, 'ballast'), new Uint8Array((Number(left) - 200) * 1024));
    },
    free: () => rmSync(join(at, 'ballast')),
  };
}

describe('a store whose disk fails', () => {
  it('[H40] says once that the disk is full, keeps all in memory, and saves it when there is room again', async () => {
    const disk = smallDisk(8192);
    const store = await open(disk.at, disk.limitBytes);
    store.saveSession(session('a'));
    store.saveSession(session('doomed'));
    store.append('a', 'epoch-1', output(1, 'before'));
    for (const seq of [1, 2, 3]) {
      store.append('ballast', 'e', output(seq, new Uint8Array(900_000)));
      await store.flush();
    }
    disk.fill();
    let seq = 1;
    await waitUntil(async () => {
      store.append('a', 'epoch-1', output(++seq, new Uint8Array(100_000)));
      await store.flush().catch(() => {});
      return problems().length > 0;
    }, 'a message about the full disk');
    expect(problems()[0]!.line).toMatch(/^nothing can be saved: the disk of .* is full or failing .*: make room there/);
    store.saveSession(session('b'));
    store.saveWorkspace(workspace('main', 7));
    store.deleteSession('doomed');
    await expect(store.flush()).rejects.toMatchObject({ code: 'storage' });
    expect(store.problem?.code).toBe('storage');
    // Reading goes on.
    expect((await store.loadOutput('a')).entries[0]).toEqual(output(1, 'before'));
    expect(problems()).toHaveLength(1);

    disk.free(store);
    await waitUntil(() => told('recovered').length > 0, 'saving goes on');
    await waitUntil(() => told('checkpoint-wanted').length > 0, 'a checkpoint is wanted for what was not saved');
    store.checkpoint('a', 'epoch-1', seq, { cols: 9, rows: 9, bytes: Uint8Array.of(42) });
    await store.flush();
    expect(store.problem).toBeUndefined();
    const again = await reopen(store, disk.at);
    expect(again.load().sessions.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(again.load().workspaces).toEqual([workspace('main', 7)]);
    expect(await again.loadOutput('a')).toMatchObject({ checkpoint: { seq }, entries: [] });
    expect(problems()).toHaveLength(1);
  });

  it('[H40] reads a folder that cannot be written, log of a killed hub included, and says so once', async () => {
    const disk = smallDisk(8192);
    const store = await open(disk.at);
    store.saveSession(session('a'));
    store.append('a', 'epoch-1', output(1, 'kept'));
    await store.flush();
    if (mounts.length > 0) {
      // As a killed hub leaves it: what it wrote still stands in the write-ahead log.
      for (const name of ['state.db', 'state.db-wal']) {
        execFileSync('cp', [join(disk.at, name), join(disk.at, `${name}.killed`)]);
      }
      await store.close();
      for (const name of ['state.db', 'state.db-wal']) {
        execFileSync('mv', [join(disk.at, `${name}.killed`), join(disk.at, name)]);
      }
      execFileSync('mount', ['-o', 'remount,ro', disk.at]);
    } else {
      await store.close();
      execFileSync('chmod', ['0500', disk.at]);
      execFileSync('chmod', ['0400', join(disk.at, 'state.db')]);
    }
    events = [];
    const locked = await open(disk.at);
    if (mounts.length === 0 && process.getuid?.() === 0) return expect(locked.load().sessions).toHaveLength(1);
    expect(locked.load().sessions).toEqual([session('a')]);
    expect(await locked.loadOutput('a')).toEqual({ entries: [output(1, 'kept')] });
    expect(problems().map(({ line }) => line)).toEqual([
      expect.stringMatching(/cannot be written .*: make it writable/),
    ]);
    locked.saveSession(session('b'));
    await expect(locked.flush()).rejects.toMatchObject({ code: 'storage' });
    if (mounts.length > 0) execFileSync('mount', ['-o', 'remount,rw', disk.at]);
    else execFileSync('chmod', ['0700', disk.at]);
    await waitUntil(() => told('recovered').length > 0, 'saving goes on');
    expect(problems()).toHaveLength(1);
    const again = await reopen(locked, disk.at);
    expect(again.load().sessions.map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('[H40] moves a damaged database aside, says where to, and begins a fresh one', async () => {
    writeFileSync(
      join(dir, 'state.db'),
      'this is no database at all, but it is long enough to be looked at as one. '.repeat(80),
    );
    const store = await open();
    expect(store.load()).toMatchObject({ sessions: [], workspaces: [] });
    expect(problems()).toHaveLength(1);
    const moved = readdirSync(dir).find((name) => name.startsWith('state.db.damaged-'))!;
    expect(problems()[0]!.line).toContain(join(dir, moved));
    expect(readFileSync(join(dir, moved), 'utf8')).toContain('this is no database');
    store.saveSession(session('a'));
    await store.flush();
    const again = await reopen(store);
    expect(again.load().sessions).toEqual([session('a')]);
    expect(problems()).toHaveLength(1);
  });

  it('[H40] replaces a database that is damaged while it is used with all that is in memory', async () => {
    const store = await open();
    for (const id of ['a', 'b', 'c']) store.saveSession(session(id));
    store.append('a', 'epoch-1', output(1, new Uint8Array(300_000)));
    store.saveWorkspace(workspace('main', 3));
    await store.flush();
    const first = await reopen(store);
    // Everything beyond the first page is gone, as after a disk error.
    const file = join(dir, 'state.db');
    const size = statSync(file).size;
    truncateSync(file, 4096);
    truncateSync(file, size);
    first.saveWorkspace(workspace('main', 4));
    first.saveSession(session('a', { name: 'newest' }));
    await expect(first.loadOutput('a')).rejects.toMatchObject({ code: 'storage' });
    await first.flush();
    expect(problems()).toHaveLength(1);
    expect(problems()[0]!.line).toContain('was damaged; a fresh one has begun');
    const again = await reopen(first);
    expect(again.load().sessions.map(({ name }) => name)).toEqual(['newest', 'näme of b', 'näme of c']);
    expect(again.load().workspaces).toEqual([workspace('main', 4)]);
    expect(problems()).toHaveLength(1);
  });

  it('leaves a database of a newer version alone', async () => {
    const store = await open();
    store.saveSession(session('a'));
    await store.close();
    const db = new DatabaseSync(join(dir, 'state.db'));
    db.exec('PRAGMA user_version = 99');
    db.close();
    const older = await open();
    expect(problems()[0]!.line).toContain('of a newer iris-tui');
    older.saveSession(session('b'));
    await expect(older.flush()).rejects.toMatchObject({ code: 'storage' });
    await older.close();
    const after = new DatabaseSync(join(dir, 'state.db'));
    expect(after.prepare('SELECT id FROM sessions').all()).toEqual([{ id: 'a' }]);
    after.close();
    expect(readdirSync(dir).some((name) => name.includes('damaged'))).toBe(false);
  });

  it('[H38] survives kill -9 at any moment: what was flushed is there, and the database is whole', () =>
    killAgainAndAgain(dir, 5));
});
