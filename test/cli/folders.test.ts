import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensurePrivateFolder } from '../../src/cli/folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iris-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const uid = process.getuid?.() ?? -1;
const mode = (path: string) => statSync(path).mode & 0o777;

describe('a private folder', () => {
  it('is made with 0700, its parents too', () => {
    ensurePrivateFolder(join(root, 'a/b'), uid);
    expect(mode(join(root, 'a/b'))).toBe(0o700);
  });

  it('is closed to others when it was open', () => {
    mkdirSync(join(root, 'open'));
    chmodSync(join(root, 'open'), 0o755);
    ensurePrivateFolder(join(root, 'open'), uid);
    expect(mode(join(root, 'open'))).toBe(0o700);
  });

  it('may be reached by a link of our own', () => {
    mkdirSync(join(root, 'real'));
    symlinkSync(join(root, 'real'), join(root, 'link'));
    ensurePrivateFolder(join(root, 'link'), uid);
    expect(mode(join(root, 'real'))).toBe(0o700);
  });

  it('is refused when it belongs to somebody else, with what to do', () => {
    expect(() => ensurePrivateFolder(root, uid + 1)).toThrow(
      expect.objectContaining({ code: 'not-allowed', remedy: expect.stringContaining('IRIS_HOME') }),
    );
  });

  it('is refused in words when a file stands in its place', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => ensurePrivateFolder(join(root, 'file'), uid)).toThrow(expect.objectContaining({ code: 'storage' }));
    expect(() => ensurePrivateFolder(join(root, 'file/below'), uid)).toThrow(/not a folder/);
  });
});
