import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Device } from '../hub/support/network.ts';
import { CAN_RUN_CONTAINERS, Containers } from '../support/containers.ts';
import { freePort, IRIS, waitUntil } from '../support/index.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Nobody on this machine. */
const UID = 54_321;

describe.runIf(CAN_RUN_CONTAINERS)('a hub in a container', () => {
  let containers: Containers;
  let home: string;
  beforeAll(() => {
    containers = new Containers();
    home = join(containers.folder, 'home');
    mkdirSync(home, { mode: 0o700 });
    chownSync(home, UID, UID);
    chmodSync(containers.folder, 0o755);
  });
  afterAll(() => containers.stop(), 30_000);

  it('runs as a user that no file knows, with nothing to write to but its home, and is the same after a stop', async () => {
    const port = await freePort();
    const user = ['--user', `${UID}:${UID}`, '--passwd=false', '-w', home, '-e', `HOME=${home}`];
    const run = [...IRIS, 'hub', 'run', '--listen', `127.0.0.1:${port}`, '--names', 'localhost'];
    const name = containers.runHere(user, [CHECKOUT, home], run);
    const iris = (...args: string[]) => containers.podman('exec', name, ...IRIS, ...args);
    const listening = (count: number) =>
      waitUntil(() => containers.podman('logs', name).split('listens on').length > count, `start ${count}`);
    await listening(1);
    const logs = containers.podman('logs', name);
    const url = `https://localhost:${port}`;
    expect(logs).toContain(`, as ${url} (sha256:`);
    // It is process 1, and no init.
    expect(logs).toContain('stays as zombies');

    // A shell, though neither SHELL nor a password file names one.
    iris('new', '-d', '-n', 'shell');
    iris('send', 'shell', 'echo $((6*7)) in $PWD');
    iris('wait', 'shell', '--text', `42 in ${home}`);
    iris('new', '-d', '-n', 'deaf', '--', 'sh', '-c', 'trap "" HUP TERM; echo deaf; while :; do sleep 1; done');
    iris('wait', 'deaf', '--text', 'deaf');
    const device = new Device(url);
    expect((await device.pair(JSON.parse(iris('hub', 'pair', '--role', 'owner', '--json')).code)).status).toBe(200);

    // By itself: after these seconds it would be killed, and end with 137.
    containers.podman('stop', '--time', '15', name);
    expect(containers.podman('inspect', '--format', '{{.State.ExitCode}}', name).trim()).toBe('0');

    containers.podman('start', name);
    await listening(2);
    const again = containers.podman('logs', name).slice(logs.length);
    expect(again).toContain(/sha256:[0-9a-f]{64}/.exec(logs)![0]);
    expect((await device.command('hub.status')).status).toBe(200);
    const sessions = JSON.parse(iris('ls', '--json')) as { name: string; process: { signal?: string } }[];
    expect(sessions.map(({ name, process }) => [name, process.signal])).toEqual([
      ['shell', 'SIGHUP'],
      ['deaf', 'SIGKILL'],
    ]);
  }, 90_000);
});
