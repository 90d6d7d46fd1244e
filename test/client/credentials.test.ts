import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials, type DeviceSecrets, type SecretStore } from '../../src/client/credentials/index.ts';
import { newDeviceKey } from '../../src/client/network/index.ts';
import { systemClock } from '../../src/protocol/index.ts';
import { errorOf } from '../hub/support/index.ts';

const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function home(): string {
  const path = mkdtempSync(join(tmpdir(), 'ic-'));
  folders.push(path);
  return path;
}

/** Where there is none. */
const noKeychain: SecretStore = {
  get: () => Promise.reject(new Error('no keychain')),
  set: () => Promise.reject(new Error('no keychain')),
  delete: () => Promise.reject(new Error('no keychain')),
};

function memoryKeychain(): SecretStore & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    get: async (name) => kept.get(name),
    set: async (name, value) => void kept.set(name, value),
    delete: async (name) => void kept.delete(name),
  };
}

function open(path: string, keychain = noKeychain, machineId = 'this-machine'): Credentials {
  return new Credentials({
    configFolder: join(path, 'config'),
    stateFolder: join(path, 'state'),
    clock: systemClock,
    keychain,
    machineId,
  });
}

const HUB = {
  name: 'office',
  url: 'https://127.0.0.1:7000',
  fingerprint: `sha256:${'ab'.repeat(32)}`,
  trust: 'pin',
  deviceId: 'd1',
  hub: { id: 'h1', name: 'office' },
  pairedAt: 1,
} as const;

async function secrets(marker = 'marker'): Promise<DeviceSecrets> {
  return {
    key: newDeviceKey(),
    accessToken: `access-${marker}`,
    accessExpiresAt: 1,
    refreshToken: `refresh-${marker}`,
    refreshExpiresAt: 2,
  };
}

/** All that lies in a folder. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('what is kept of a hub', () => {
  test('without a keychain: an encrypted file, its key in another folder, and nobody else may read any of it', async () => {
    const path = home();
    const credentials = open(path);
    const given = await secrets();
    const hub = await credentials.keep(HUB, given);
    expect(hub.kept).toBe('file');
    expect(await open(path).secrets(hub)).toEqual(given);
    const files = filesOf(path);
    expect(files.map((file) => file.slice(path.length + 1)).sort()).toEqual(
      [
        'config/hub-secrets.bin',
        'config/hubs.json',
        'state/hub-secrets.key',
        'state/hub-secrets.lock',
        'state/hubs.lock',
      ].sort(),
    );
    for (const file of files) {
      expect(statSync(file).mode & 0o777, file).toBe(0o600);
      const content = readFileSync(file, 'latin1');
      for (const secret of [given.accessToken, given.refreshToken, given.key.d]) expect(content).not.toContain(secret);
    }
    for (const folder of ['config', 'state']) expect(statSync(join(path, folder)).mode & 0o777).toBe(0o700);
  });

  test('neither folder alone opens it, nor both on another machine', async () => {
    const path = home();
    const hub = await open(path).keep(HUB, await secrets());
    const elsewhere = await errorOf(open(path, noKeychain, 'another-machine').secrets(hub));
    expect(elsewhere).toMatchObject({ code: 'storage', remedy: expect.stringContaining('pair again') });
    const thief = home();
    await open(thief).keep({ ...HUB, name: 'mine' }, await secrets());
    copyFileSync(join(path, 'config/hub-secrets.bin'), join(thief, 'config/hub-secrets.bin'));
    expect((await errorOf(open(thief).secrets(hub))).code).toBe('storage');
    // What could not be opened was left as it is.
    expect(await open(path).secrets(hub)).toBeDefined();
  });

  test('in the keychain where there is one, and then in no file', async () => {
    const path = home();
    const keychain = memoryKeychain();
    const credentials = open(path, keychain);
    const given = await secrets();
    const hub = await credentials.keep(HUB, given);
    expect(hub.kept).toBe('keychain');
    expect(keychain.kept.size).toBe(1);
    expect(existsSync(join(path, 'config/hub-secrets.bin'))).toBe(false);
    expect(await credentials.secrets(hub)).toEqual(given);
    const without = await errorOf(open(path).secrets(hub));
    expect(without).toMatchObject({ code: 'storage', remedy: expect.stringContaining('unlock it') });
    await credentials.forget(hub);
    expect(keychain.kept.size).toBe(0);
    expect(credentials.hubs.list()).toEqual([]);
  });

  test('a keychain that fails later: newer tokens go to the file, and are found there', async () => {
    const path = home();
    const hub = await open(path, memoryKeychain()).keep(HUB, await secrets('old'));
    const newer = await secrets('new');
    const locked = open(path);
    await locked.renew(hub, newer);
    const now = locked.hubs.get('office');
    expect(now.kept).toBe('file');
    expect(await locked.secrets(now)).toEqual(newer);
  });

  test('a keychain that is there later, at a new pairing: nothing stays in the file', async () => {
    const path = home();
    const hub = await open(path).keep(HUB, await secrets('old'));
    const later = open(path, memoryKeychain());
    const again = await later.keep({ ...HUB, secret: hub.secret }, await secrets('new'));
    expect(again.kept).toBe('keychain');
    expect((await errorOf(open(path).secrets(hub))).code).toBe('not-allowed');
  });

  test('names: renamed, forgotten, missed by a letter', async () => {
    const credentials = open(home());
    const hub = await credentials.keep(HUB, await secrets());
    await credentials.keep({ ...HUB, name: 'lab', url: 'https://lab:1' }, await secrets());
    expect((await errorOf(credentials.hubs.rename('office', 'lab'))).code).toBe('conflict');
    for (const bad of ['local', '', 'a/b', '-x', 'a b', 'x'.repeat(65)]) {
      expect((await errorOf(credentials.hubs.rename('office', bad))).code, bad).toBe('usage');
    }
    await credentials.hubs.rename('office', 'work');
    expect(await credentials.secrets(credentials.hubs.get('work'))).toBeDefined();
    expect(() => credentials.hubs.get('worm')).toThrow(/known as worm/);
    await credentials.forget({ ...hub, name: 'work' });
    expect(credentials.hubs.list().map(({ name }) => name)).toEqual(['lab']);
  });

  test('a file of another version, or a damaged one, is said, and not written over', async () => {
    const path = home();
    const credentials = open(path);
    await credentials.keep(HUB, await secrets());
    const file = join(path, 'config/hubs.json');
    for (const content of ['{', '{"version":2,"hubs":[]}', '{"version":1,"hubs":[{"name":"local"}]}']) {
      writeFileSync(file, content);
      expect((await errorOf(credentials.keep({ ...HUB, name: 'x' }, await secrets()))).code).toBe('storage');
      expect(readFileSync(file, 'utf8')).toBe(content);
    }
  });

  test('many at once, from several processes: none is lost', async () => {
    const path = home();
    const script = fileURLToPath(new URL('./support/keep-hubs.ts', import.meta.url));
    const done = ['a', 'b', 'c'].map(async (prefix) => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, path, prefix, '8'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    });
    await Promise.all(done);
    const credentials = open(path);
    const hubs = credentials.hubs.list();
    expect(hubs).toHaveLength(24);
    for (const hub of hubs) expect((await credentials.secrets(hub)).accessToken).toBe(`access-${hub.name}`);
  });
});

/** A session bus with a Secret Service of its own, both gone when the script is over. */
const BUS = `echo -n test | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null && exec "$@"`;

describe('the keychain of the system', () => {
  test('keeps secrets, gives them to another process, and forgets them', async () => {
    const path = home();
    const script = fileURLToPath(new URL('./support/use-keychain.ts', import.meta.url));
    const child = spawn(
      'dbus-run-session',
      ['--', 'sh', '-c', BUS, 'sh', process.execPath, '--disable-warning=ExperimentalWarning', script, path],
      {
        env: { PATH: process.env.PATH, HOME: path, XDG_RUNTIME_DIR: path, XDG_DATA_HOME: join(path, 'data') },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    children.push(child);
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    const [code] = await once(child, 'close');
    expect(said).toContain('kept in keychain, read by another, forgotten');
    expect(code).toBe(0);
  });
});
