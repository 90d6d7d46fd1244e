import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { watchFiles } from '../../src/cli/watch-files.ts';
import { waitUntil } from '../support/index.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'iris-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

it('follows a file whose folder is made between the look for it and the watch', async () => {
  const file = join(home, 'late/config.yaml');
  function* files() {
    yield file;
    mkdirSync(join(home, 'late'), { recursive: true });
  }
  let changes = 0;
  const problems: unknown[] = [];
  const watch = watchFiles({
    files: () => ({ [Symbol.iterator]: files }) as unknown as readonly string[],
    onChange: () => changes++,
    onProblem: (error) => problems.push(error),
  });
  try {
    await waitUntil(() => changes > 0, 'the folder is seen');
    const before = changes;
    writeFileSync(file, 'x');
    await waitUntil(() => changes > before, 'the file is seen');
    expect(problems).toEqual([]);
  } finally {
    watch.close();
  }
});
