import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { Store } from '../../../src/hub/store/index.ts';
import { seededRandom, waitUntil } from '../../support/index.ts';

/** Writes without an end, and says what is durable. */
const WRITER = `
  import { Store } from ${JSON.stringify(new URL('../../../src/hub/store/index.ts', import.meta.url).href)};
  const store = await Store.open(process.argv[1], { onEvent: () => {} });
  for (let seq = 1; ; seq++) {
    store.append('a', 'e', { kind: 'output', seq, bytes: new Uint8Array(3000).fill(seq) });
    if (seq % 7 === 0) { await store.flush(); console.log(seq); }
    if (seq % 50 === 0) store.checkpoint('a', 'e', seq, { cols: 1, rows: 1, bytes: new Uint8Array(seq) });
  }`;

/** Kills a program in the middle of writing so many times, and looks each time at what it left. */
export async function killAgainAndAgain(dir: string, rounds: number): Promise<void> {
  const random = seededRandom(38);
  for (let round = 1; round <= rounds; round++) {
    const at = join(dir, `round-${round}`);
    const args = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', WRITER, at];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (bytes) => {
      said += bytes;
    });
    const flushes = 5 + Math.floor(random() * 20);
    await waitUntil(() => said.split('\n').length > flushes, `${flushes} flushes`, { everyMs: 1 });
    child.kill('SIGKILL');
    await once(child, 'close');
    const flushed = Number(said.split('\n').at(-2));
    expectIntegrity(join(at, 'state.db'), `round ${round}`);
    const store = await Store.open(at, { onEvent: () => {} });
    const { checkpoint, entries } = await store.loadOutput('a');
    await store.close();
    const first = (checkpoint?.seq ?? 0) + 1;
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, i) => first + i));
    for (const entry of entries) {
      const bytes = entry.kind === 'output' ? entry.bytes : new Uint8Array(0);
      expect(bytes.length === 3000 && bytes.every((byte) => byte === (entry.seq & 255))).toBe(true);
    }
    expect(entries.at(-1)?.seq ?? checkpoint!.seq, `round ${round}`).toBeGreaterThanOrEqual(flushed);
    rmSync(at, { recursive: true });
  }
}

export function expectIntegrity(path: string, when: string): void {
  const db = new DatabaseSync(path);
  expect(db.prepare('PRAGMA integrity_check').get(), when).toEqual({ integrity_check: 'ok' });
  db.close();
}
