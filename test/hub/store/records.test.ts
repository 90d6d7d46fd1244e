import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/core/index.ts';
import { Store } from '../../../src/hub/store/index.ts';
import { MIGRATIONS, migrate } from '../../../src/hub/store/schema.ts';
import { waitUntil } from '../../support/index.ts';

let dir = '';
const stores: Store[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'iris-tui-store-'));
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  rmSync(dir, { recursive: true, force: true });
});

async function open(): Promise<Store> {
  const store = await Store.open(dir, { onEvent: () => {} });
  stores.push(store);
  return store;
}

const act = (at: number): AuditEntry => ({
  at,
  who: { kind: 'device', id: 'd', name: 'ann' },
  action: 'type',
  outcome: 'ok',
});
const device = (name: string) => ({
  id: 'd',
  name,
  thumbprint: 'key',
  software: 'x',
  createdAt: 1,
  seenAt: 2,
  grants: [{ session: '*', role: 'viewer' as const }],
});
const family = {
  id: 'f',
  device: 'd',
  access: [{ digest: 'a', expiresAt: 3 }],
  refresh: 'r',
  refreshExpiresAt: 4,
  replaced: [],
};
const token = { id: 't', name: 'ci', digest: 'x', createdAt: 1, expiresAt: 2, grants: [] };

describe('what a store keeps of who may come in', () => {
  it('is there again: the newest of each, without what was deleted', async () => {
    const store = await open();
    store.saveAccess({ kind: 'device', record: device('laptop') });
    store.saveAccess({ kind: 'device', record: device('ann') });
    store.saveAccess({ kind: 'family', record: family });
    store.saveAccess({ kind: 'token', record: token });
    store.saveAccess({ kind: 'token', record: { ...token, id: 'gone' } });
    store.deleteAccess('token', 'gone');
    await store.flush();
    await store.close();
    const { access } = (await open()).load();
    expect(access).toEqual({ devices: [device('ann')], families: [family], tokens: [token] });
  });

  it('comes into a database of an earlier version', async () => {
    mkdirSync(dir, { recursive: true });
    const database = new DatabaseSync(join(dir, 'state.db'));
    migrate(database, MIGRATIONS.slice(0, 1));
    database.exec(`INSERT INTO workspaces VALUES ('main', 1, 1, '{"tabs":[],"recent":[]}')`);
    database.close();
    const store = await open();
    expect(store.load().workspaces).toHaveLength(1);
    store.saveAccess({ kind: 'device', record: device('ann') });
    await store.flush();
    await store.close();
    expect((await open()).load().access.devices).toEqual([device('ann')]);
  });

  it('is on the disk soon, also while sessions write without end', async () => {
    const store = await open();
    let seq = 0;
    let over = false;
    const flood = (): void => {
      for (let i = 0; i < 20; i++) {
        store.append('s', 'e', { kind: 'output', seq: ++seq, bytes: new Uint8Array(2_000).fill(65) });
      }
      if (!over) setImmediate(flood);
    };
    flood();
    store.saveAccess({ kind: 'device', record: device('ann') });
    await store.saved();
    over = true;
    const database = new DatabaseSync(join(dir, 'state.db'), { readOnly: true });
    expect(database.prepare('SELECT id FROM devices').all()).toEqual([{ id: 'd' }]);
    database.close();
  });
});

describe('the audit', () => {
  it('gives the newest since a time, the oldest first, those that wait for the disk included', async () => {
    const store = await open();
    for (let at = 1; at <= 20; at++) store.saveAudit(act(at));
    expect((await store.loadAudit({ since: 0, limit: 3 })).records.map(({ at }) => at)).toEqual([18, 19, 20]);
    await store.close();
    const again = await open();
    again.saveAudit(act(21));
    expect((await again.loadAudit({ since: 19, limit: 100 })).records.map(({ at }) => at)).toEqual([19, 20, 21]);
  });

  it('says how many there are beyond the limit, and gives those up to a time', async () => {
    const store = await open();
    for (let at = 1; at <= 20; at++) store.saveAudit(act(at));
    expect(await store.loadAudit({ since: 5, until: 9, limit: 2 })).toEqual({ records: [act(8), act(9)], total: 5 });
  });

  it('is bounded: the oldest go', async () => {
    const store = await open();
    const last = 102_000;
    for (let at = 1; at <= last; at++) {
      store.saveAudit(act(at));
      if (at % 900 === 0) await store.flush();
    }
    await store.flush();
    const database = new DatabaseSync(join(dir, 'state.db'), { readOnly: true });
    const count = database.prepare('SELECT count(*) AS n, min(at) AS first FROM audit').get();
    database.close();
    expect(count).toEqual({ n: 100_000, first: last - 100_000 + 1 });
  });

  it('holds the newest thousand while nothing can be written, and writes them later', async () => {
    const store = await open();
    store.saveAudit(act(1));
    await store.flush();
    // Somebody else holds the database.
    const other = new DatabaseSync(join(dir, 'state.db'));
    other.exec('BEGIN EXCLUSIVE');
    for (let at = 2; at <= 1_502; at++) store.saveAudit(act(at));
    await waitUntil(() => store.problem !== undefined, 'it can not be saved');
    const there = await store.loadAudit({ since: 0, limit: 10_000 }).catch(() => ({ records: [] }));
    expect(there.records.length).toBeLessThanOrEqual(1_001);
    other.exec('ROLLBACK');
    other.close();
    await waitUntil(() => store.problem === undefined, 'it is saved');
    const found = (await store.loadAudit({ since: 0, limit: 10_000 })).records.map(({ at }) => at);
    expect(found).toHaveLength(1_001);
    expect([found[0], found[1], found.at(-1)]).toEqual([1, 503, 1_502]);
  });
});
