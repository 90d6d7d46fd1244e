import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Entry, OutputLog } from '../../../src/core/index.ts';
import { Spill } from '../../../src/hub/far/spill.ts';
import { seededRandom } from '../../support/index.ts';

describe('output on the disk', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'iris-spill-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('comes back as it was, in order, whatever is dropped meanwhile', () => {
    const random = seededRandom(7);
    const spill = new Spill(join(folder, 's'));
    const log = new OutputLog({ limitBytes: 2 * 1024 * 1024 });
    log.archive = {
      put: (entry) => spill.put(entry),
      has: (after) => spill.first !== undefined && after >= spill.first - 1,
      from: (after, most) => spill.from(after, most),
    };
    const written: Uint8Array[] = [];
    let read = 0;
    let kept = 0;
    const check = (entries: readonly Entry[]): void => {
      for (const entry of entries) {
        expect(entry.seq).toBe(read + 1);
        expect('bytes' in entry && Buffer.compare(entry.bytes, written[read]!)).toBe(0);
        read += 1;
      }
    };
    for (let round = 0; round < 12_000; round++) {
      const bytes = new Uint8Array(random() < 0.01 ? 20_000 : random() < 0.7 ? 4095 : Math.ceil(random() * 3000)).map(
        () => random() * 256,
      );
      written.push(bytes);
      log.append({ kind: 'output', bytes });
      if (random() < 0.02) {
        for (let n = random() * 6; n > 0 && read < log.last; n--) check(log.from(read, 1 + Math.floor(random() * 60))!);
        if (random() < 0.5) {
          kept = read;
          spill.drop(kept);
        }
      }
    }
    while (read < log.last) check(log.from(read, 512)!);
    spill.drop(log.first - 1);
    expect(spill.bytes).toBe(0);
    spill.clear();
    expect(readdirSync(folder)).toEqual([]);
  });
});
