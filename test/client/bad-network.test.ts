import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials } from '../../src/client/credentials/index.ts';
import { connect } from '../../src/client/index.ts';
import { addressOfKnown, pair, readPlace } from '../../src/client/network/index.ts';
import type { SessionHost } from '../../src/core/index.ts';
import { systemClock } from '../../src/protocol/index.ts';
import { closeAll, eventually, newSession, Watcher } from '../hub/support/index.ts';
import { listeningHub } from '../hub/support/listening.ts';
import { ChaosProxy, seededRandom } from '../support/index.ts';

const folders: string[] = [];
const hosts: SessionHost[] = [];
const proxies: ChaosProxy[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) host.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  await closeAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A device that is paired with a hub through something that breaks connections. */
async function behindProxy() {
  const hub = await listeningHub();
  const proxy = await ChaosProxy.open({ to: { port: Number(new URL(hub.url).port) }, seed: 7 });
  proxies.push(proxy);
  const path = mkdtempSync(join(tmpdir(), 'ib-'));
  folders.push(path);
  const none = () => Promise.reject(new Error('no keychain'));
  const credentials = new Credentials({
    configFolder: join(path, 'config'),
    stateFolder: join(path, 'state'),
    clock: systemClock,
    keychain: { get: none, set: none, delete: none },
  });
  const { code, fingerprint = '' } = await hub.owner.command('pair.create', { role: 'typer' });
  const { hub: known } = await pair(
    credentials,
    {
      place: readPlace(`127.0.0.1:${proxy.port}`),
      fingerprint,
      code,
      deviceName: 'laptop',
      software: 'x',
      confirm: async () => false,
    },
    systemClock,
  );
  const host = connect({
    address: addressOfKnown(credentials, known, systemClock),
    version: '0.1.0',
    random: seededRandom(7),
    reconnect: { settleMs: 0 },
  });
  hosts.push(host);
  await eventually('it is online', () => host.connection.state === 'online');
  return { hub, proxy, host };
}

describe('a device over a bad network', () => {
  test('[T13] 200 numbered lines over TLS through 20 resets, late and in slices: each arrives exactly once, in order', async () => {
    const { hub, proxy, host } = await behindProxy();
    proxy.set({ latencyMs: 2, jitterMs: 4, slice: [1, 700] });
    const session = await newSession(hub.owner, 'stty -echo; echo ready; exec cat');
    await eventually('it is listed', () => host.sessions.length > 0);
    const log = new Watcher(host, session.id, { mode: 'log' });
    await eventually('it is ready', () => log.output.includes('ready'));
    for (let n = 1; n <= 200; n += 1) {
      log.type(`line ${n}\r`);
      if (n % 10 === 0) {
        proxy.reset();
        host.retryNow();
        if (n % 50 === 0) await eventually('it is online', () => host.connection.state === 'online');
      }
    }
    await eventually('the last one has arrived', () => {
      // Each back-off would be waited for otherwise.
      if (host.connection.state === 'offline') host.retryNow();
      return log.output.includes('line 200\r\n');
    });
    const lines = log.output.split('\r\n').filter((line) => line.startsWith('line '));
    expect(lines).toEqual(Array.from({ length: 200 }, (_, i) => `line ${i + 1}`));
    expect(proxy.resets).toBeGreaterThan(0);
  });

  test('a reset at any point of a login is tried again, and never taken for a refusal', async () => {
    const { proxy, host } = await behindProxy();
    for (const resetAtByte of [0, 1, 200, 517, 900, 1_500, 2_500, 4_000]) {
      // Both connections of the next attempt.
      proxy.forNext({ resetAtByte });
      proxy.forNext({ resetAtByte: resetAtByte + 100 });
      proxy.reset();
      await eventually(`it is online again after a reset at byte ${resetAtByte}`, () => {
        expect(host.connection.state, host.connection.reason).not.toBe('error');
        if (host.connection.state === 'offline') host.retryNow();
        return host.connection.state === 'online' && proxy.connections === 1;
      });
    }
  });
});
