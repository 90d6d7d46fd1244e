import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A path for a Unix socket that nothing uses, in a 0700 folder of its own that goes with it. */
export function freeSocketPath(): Disposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'iris-'));
  return {
    path: join(folder, 's'),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
