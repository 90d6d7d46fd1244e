import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials, type KnownHub } from '../../src/client/credentials/index.ts';
import { connect, connectOnce } from '../../src/client/index.ts';
import {
  addressOfKnown,
  addressOfKnownWithToken,
  addressWithToken,
  Device,
  HubApi,
  pair,
  placeOfKnown,
  readPlace,
} from '../../src/client/network/index.ts';
import type { Clock, HubCommandArgs, SessionHost } from '../../src/core/index.ts';
import { PROTOCOL, systemClock } from '../../src/protocol/index.ts';
import { closeAll, errorOf, eventsOf, eventually, newSession, Watcher } from '../hub/support/index.ts';
import { listeningHub, MovedClock } from '../hub/support/listening.ts';
import { streamPeer } from '../hub/support/network.ts';
import { waitUntil } from '../support/index.ts';

const folders: string[] = [];
const hosts: SessionHost[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) host.close();
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await closeAll();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function credentialsOf(path: string, clock: Clock = systemClock): Credentials {
  const none = () => Promise.reject(new Error('no keychain'));
  return new Credentials({
    configFolder: join(path, 'config'),
    stateFolder: join(path, 'state'),
    clock,
    keychain: { get: none, set: none, delete: none },
  });
}

type Listening = Awaited<ReturnType<typeof listeningHub>>;

/** A laptop that was paired with a hub. */
async function laptop(hub: Listening, invitation: HubCommandArgs<'pair.create'> = {}, clock: Clock = systemClock) {
  const path = mkdtempSync(join(tmpdir(), 'ip-'));
  folders.push(path);
  const credentials = credentialsOf(path, clock);
  const { url, fingerprint = '', code } = await hub.owner.command('pair.create', invitation);
  const { hub: known, grants } = await pair(
    credentials,
    {
      place: readPlace(`${url}#${fingerprint}`),
      code,
      deviceName: 'laptop',
      software: 'iris-tui/0.1.0',
      confirm: async () => false,
    },
    clock,
  );
  return { path, credentials, known, grants };
}

function open(credentials: Credentials, known: KnownHub, clock: Clock = systemClock): SessionHost {
  const host = connect({
    address: addressOfKnown(credentials, known, clock),
    version: '0.1.0',
    reconnect: { settleMs: 0 },
  });
  hosts.push(host);
  return host;
}

const tokenOf = async ({ owner }: Listening) => (await owner.command('token.create', { name: 'script' })).token;

const online = (host: SessionHost) => eventually('it is online', () => host.connection.state === 'online');

/** As seen by whoever sits at the hub. */
const device = async ({ owner }: Listening) => (await owner.command('client.list', {})).clients[0]!;

describe('a device and its hub', () => {
  test('a typer types into a session of the hub; a viewer only watches it, and hears why', async () => {
    const hub = await listeningHub();
    const session = await newSession(hub.owner, 'cat');
    const typer = await laptop(hub, { role: 'typer' });
    expect(typer.grants).toEqual([{ session: '*', role: 'typer' }]);
    const host = open(typer.credentials, typer.known);
    await online(host);
    expect(host.you).toEqual({ name: 'laptop', role: 'typer' });
    expect(host.sessions).toMatchObject([{ id: session.id, role: 'typer' }]);
    const screen = new Watcher(host, session.id);
    await eventually('it is attached', () => screen.entries.length > 0);
    screen.type('over tls\r');
    await screen.shows('over tls\nover tls');
    const viewer = await laptop(hub);
    const watching = open(viewer.credentials, viewer.known);
    await online(watching);
    const events = eventsOf(watching);
    const seen = new Watcher(watching, session.id);
    await seen.shows('over tls');
    seen.type('x');
    await eventually('it is refused', () => events.some((event) => event.type === 'refused'));
    expect(await errorOf(watching.command('session.kill', { session: session.id }))).toMatchObject({
      code: 'not-allowed',
    });
  });

  test('a viewer has no say in the size, and does not ask; becoming a typer, its size counts', async () => {
    const hub = await listeningHub();
    const session = await newSession(hub.owner, 'cat');
    const { credentials, known } = await laptop(hub);
    const host = open(credentials, known);
    await online(host);
    const view = new Watcher(host, session.id, { cols: 100, rows: 30 });
    await eventually('it is attached', () => view.entries.length > 0);
    view.attachment.resize(90, 20);
    const [{ cols } = { cols: 0 }] = (await host.command('session.list', {})).sessions;
    expect(cols).toBe(80);
    const { url, fingerprint = '', code } = await hub.owner.command('pair.create', { role: 'typer' });
    const request = {
      place: readPlace(url),
      fingerprint,
      code,
      deviceName: 'l',
      software: 'x',
      confirm: async () => false,
    };
    await pair(credentials, request, systemClock);
    await eventually('it has the size of its only viewer', async () => {
      const [now] = (await hub.owner.command('session.list', {})).sessions;
      return now?.cols === 90 && now.rows === 20;
    });
    const { records } = await hub.owner.command('audit.list', {});
    expect(records.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  });

  test('a grant for one session shows that session, and nothing else', async () => {
    const hub = await listeningHub();
    const session = await newSession(hub.owner, 'cat');
    const { credentials, known } = await laptop(hub, { role: 'typer', session: session.id });
    await newSession(hub.owner, 'sleep 60');
    const host = open(credentials, known);
    await online(host);
    expect(host.you).toEqual({ name: 'laptop' });
    expect(host.sessions).toMatchObject([{ id: session.id, role: 'typer' }]);
  });

  test('the hub is started again on its port: back, with the access token it had', async () => {
    const hub = await listeningHub();
    const { credentials, known } = await laptop(hub);
    const host = open(credentials, known);
    await online(host);
    const before = await credentials.secrets(known);
    await hub.hub.stop();
    await eventually('it is away', () => host.connection.state !== 'online');
    const again = await listeningHub({ network: { listen: new URL(hub.url).host, required: true } }, hub);
    await waitUntil(
      () => {
        host.retryNow();
        return host.connection.state === 'online';
      },
      'it is back',
      { everyMs: 50 },
    );
    expect((await device(again)).id).toBe(known.deviceId);
    expect(await credentials.secrets(known)).toEqual(before);
  });

  test('an access token that ended while nobody was there is renewed, and the one that was renewed is used', async () => {
    const clock = new MovedClock(systemClock);
    const hub = await listeningHub({ clock });
    const { credentials, known } = await laptop(hub, {}, clock);
    const before = await credentials.secrets(known);
    clock.movedMs += 16 * 60_000;
    await online(open(credentials, known, clock));
    const after = await credentials.secrets(known);
    expect(after.refreshToken).not.toBe(before.refreshToken);
    await online(open(credentials, known, clock));
    expect(await credentials.secrets(known)).toEqual(after);
  });

  test('[A20] tokens that were stolen without the key are worth nothing; the device goes on', async () => {
    const hub = await listeningHub();
    const mine = await laptop(hub);
    const thief = await laptop(hub);
    const stolen = await mine.credentials.secrets(mine.known);
    const own = await thief.credentials.secrets(thief.known);
    // All but the key.
    await thief.credentials.renew(thief.known, { ...stolen, key: own.key });
    const error = await errorOf(
      connectOnce({ address: addressOfKnown(thief.credentials, thief.known, systemClock), version: '0.1.0' }),
    );
    expect(error).toMatchObject({ code: 'not-allowed', retriable: false });
    expect(error.line).toContain('iris-tui pair');
    await online(open(mine.credentials, mine.known));
  });

  test('revoked while connected: closed for good, and so is the next attempt', async () => {
    const hub = await listeningHub();
    const { credentials, known } = await laptop(hub);
    const host = open(credentials, known);
    await online(host);
    await hub.owner.command('client.revoke', { client: known.deviceId });
    await eventually('it gave up', () => host.connection.state === 'error');
    expect(host.connection).toMatchObject({
      reason: expect.stringContaining('revoked'),
      remedy: expect.stringContaining('iris-tui pair'),
    });
    const error = await errorOf(
      connectOnce({ address: addressOfKnown(credentials, known, systemClock), version: '0.1.0' }),
    );
    expect(error.line).toMatch(/does not let this device in any more.*iris-tui pair/);
  });

  test('a screen that runs goes where the hub has moved, by whatever name it is known now', async () => {
    const hub = await listeningHub();
    const { credentials, known } = await laptop(hub);
    const host = open(credentials, known);
    const script = connect({
      address: addressOfKnownWithToken(credentials, known, await tokenOf(hub), systemClock),
      version: '0.1.0',
    });
    hosts.push(script);
    await online(host);
    await online(script);
    await hub.hub.stop();
    await eventually('it is away', () => host.connection.state === 'offline');
    const again = await listeningHub({}, hub);
    expect(again.url).not.toBe(hub.url);
    await credentials.hubs.rename(known.name, 'elsewhere');
    await credentials.hubs.put({ ...credentials.hubs.get('elsewhere'), url: again.url });
    host.retryNow();
    await online(host);
    script.retryNow();
    await online(script);
  });

  test('forgotten here, it is forgotten there', async () => {
    const hub = await listeningHub();
    const { credentials, known } = await laptop(hub);
    const { place, trust } = placeOfKnown(known);
    await new Device(credentials, new HubApi(place, trust, systemClock), known).leave();
    expect((await hub.owner.command('client.list', {})).clients).toEqual([]);
  });

  test('paired again, it is the same device, with the new rights beside the old', async () => {
    const hub = await listeningHub();
    const { credentials, known } = await laptop(hub);
    const early = open(credentials, known);
    await online(early);
    expect(early.you?.role).toBe('viewer');
    const { url, fingerprint = '', code } = await hub.owner.command('pair.create', { role: 'owner' });
    const request = {
      place: readPlace(url),
      fingerprint,
      code,
      deviceName: 'laptop',
      software: 'x',
      confirm: async () => false,
    };
    const again = await pair(credentials, request, systemClock);
    expect(again.hub).toMatchObject({ deviceId: known.deviceId, name: known.name, secret: known.secret });
    expect((await hub.owner.command('client.list', {})).clients).toHaveLength(1);
    const host = open(credentials, again.hub);
    await online(host);
    expect(host.you?.role).toBe('owner');
    // Also where it was online all the while.
    await eventually('it is told', () => early.you?.role === 'owner');
  });

  test('two processes that renew at once, again and again, do not break what came of the pairing', async () => {
    const hub = await listeningHub();
    const { path, credentials, known } = await laptop(hub);
    const script = fileURLToPath(new URL('./support/renew.ts', import.meta.url));
    const rounds = 5;
    const runs = Array.from({ length: 3 }, async () => {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, path, String(rounds)], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      children.push(child);
      const [code] = await once(child, 'exit');
      expect(code).toBe(0);
    });
    await Promise.all(runs);
    await online(open(credentials, known));
    const { records } = await hub.owner.command('audit.list', {});
    expect(records.filter(({ outcome }) => outcome === 'refused')).toEqual([]);
  });

  test('a script with a token: its role, its session, its end; and nothing of it in a log of the hub', async () => {
    const hub = await listeningHub();
    const session = await newSession(hub.owner, 'cat');
    await newSession(hub.owner, 'sleep 60');
    const { token } = await hub.owner.command('token.create', { session: session.id, role: 'viewer' });
    const { known } = await laptop(hub);
    const { place, trust } = placeOfKnown(known);
    const host = await connectOnce({ address: addressWithToken(place, trust, token, systemClock), version: '0.1.0' });
    hosts.push(host);
    expect(host.sessions).toMatchObject([{ id: session.id, role: 'viewer' }]);
    const bad = addressWithToken(place, trust, `${token.slice(0, -3)}AAA`, systemClock);
    expect((await errorOf(connectOnce({ address: bad, version: '0.1.0' }))).line).toContain('IRIS_TOKEN');
    for (const entry of readdirSync(hub.path, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      expect(readFileSync(join(entry.parentPath, entry.name), 'latin1'), entry.name).not.toContain(token);
    }
  });

  test('an old client at a new hub over TLS is told which of them is older, and what to do', async () => {
    const { url } = await listeningHub();
    const peer = await streamPeer(url);
    peer.hello(PROTOCOL - 1);
    await waitUntil(() => peer.closed, 'the hub closes');
    expect(peer.closed?.code).toBe(4001);
    const error = peer.find('error')?.payload;
    expect(error?.message).toContain('the client is older');
    expect(error?.remedy).toBe('update iris-tui here');
  });
});
