import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { IrisError } from '../../core/index.ts';
import { hashedName, type KnownHost, parseKnownHosts } from './known-hosts.ts';

/** A larger file is not read: nothing is trusted then. */
const SIZE_LIMIT_BYTES = 16 * 1024 * 1024;

/**
 * All lines of these files. What does not exist holds nothing.
 * @throws IrisError `host-key`, permanent, when one is there and cannot be read: it might say that a key is revoked.
 */
export async function readKnownHosts(paths: readonly string[]): Promise<KnownHost[]> {
  const all = await Promise.all(paths.map((path) => read(path)));
  return all.flat();
}

async function read(path: string): Promise<KnownHost[]> {
  if (path === '/dev/null') return [];
  try {
    const info = await stat(path);
    // Not opened: a pipe would wait for a writer.
    if (!info.isFile()) throw new Error('it is not a file');
    if (info.size > SIZE_LIMIT_BYTES) throw new Error(`it is larger than ${SIZE_LIMIT_BYTES >> 20} MiB`);
    return parseKnownHosts(await readFile(path, 'utf8'), path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new IrisError('host-key', `${path} cannot be read (${code ?? message}), so no host key can be checked`, {
      remedy: `make it readable: ls -l ${path}`,
      cause: error,
    });
  }
}

/**
 * Adds a line, as ssh does when a new host is accepted. The file is made (0600, its folder 0700) when it is not there.
 * @throws what the file system says.
 */
export async function rememberHost(
  path: string,
  entry: { readonly name: string; readonly type: string; readonly key: Buffer; readonly hashed: boolean },
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const name = entry.hashed ? hashedName(entry.name, randomBytes(20)) : entry.name;
  const line = `${name} ${entry.type} ${entry.key.toString('base64')}\n`;
  const before = await readFile(path).catch(() => undefined);
  const file = await open(path, 'a', 0o600);
  try {
    // Somebody may have left the last line open. One write: others add lines at the same time.
    const open = before !== undefined && before.length > 0 && before.at(-1) !== 10;
    await file.write(open ? `\n${line}` : line);
  } finally {
    await file.close();
  }
}
