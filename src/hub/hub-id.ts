import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** By this other hubs know this one, for as long as its state folder lives. Where it can't be kept, it is another one after each start. */
export function hubId(stateFolder: string): string {
  const file = join(stateFolder, 'hub-id');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (/^[0-9a-f-]{36}$/.test(kept)) return kept;
  } catch {
    // The first start.
  }
  const id = randomUUID();
  try {
    writeFileSync(file, `${id}\n`, { mode: 0o600 });
  } catch {
    // The disk says so elsewhere.
  }
  return id;
}
