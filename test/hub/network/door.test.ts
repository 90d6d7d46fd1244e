import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { addressWithToken, readPlace } from '../../../src/client/network/index.ts';
import { type Clock, IrisError } from '../../../src/core/index.ts';
import { type NetworkOptions, startHub } from '../../../src/hub/index.ts';
import { systemClock } from '../../../src/protocol/index.ts';
import { WEAK_CERTIFICATE, WEAK_KEY } from '../../fixtures/weak-certificate.ts';
import {
  client,
  closeAll,
  ENV,
  eventually,
  type Folder,
  folder,
  newSession,
  onlineClient,
  openHub,
} from '../support/index.ts';
import { listeningHub, MovedClock, stoppedClock } from '../support/listening.ts';
import { ask, Device, streamPeer, upgradeStatus, urlOf } from '../support/network.ts';
import type { RawPeer } from '../support/raw.ts';

afterEach(closeAll);

const LOOPBACK: NetworkOptions = { listen: '127.0.0.1:0', required: true };

async function startError(network: NetworkOptions, place: Folder = folder()): Promise<IrisError> {
  try {
    await startHub({ paths: place.paths, version: '0.1.0', env: ENV, network });
  } catch (error) {
    if (error instanceof IrisError) return error;
    throw error;
  }
  throw new Error('it started');
}

describe('a hub on a network', () => {
  it('makes a certificate once, with a key of 0600, and shows it', async () => {
    const place = folder();
    const first = await listeningHub({}, place);
    const { fingerprint } = first.hub.network;
    const key = join(place.paths.state, 'network-key.pem');
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const certificate = new X509Certificate(readFileSync(join(place.paths.state, 'network-cert.pem')));
    expect(fingerprint).toBe(`sha256:${certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const { hostname, port } = new URL(first.url);
    const shown = await new Promise<string>((resolve, reject) => {
      const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      }).on('error', reject);
    });
    expect(`sha256:${shown.replaceAll(':', '').toLowerCase()}`).toBe(fingerprint);
    await first.hub.stop();
    const again = await listeningHub({}, place);
    expect(again.hub.network.fingerprint).toBe(fingerprint);
    // Somebody's own files do as well: here those of another hub.
    const cert = join(place.paths.state, 'network-cert.pem');
    const other = await listeningHub({ network: { ...LOOPBACK, cert, key } });
    expect(other.hub.network.fingerprint).toBe(fingerprint);
  });

  it('takes a certificate that was renewed while it runs, and keeps the one before where the new one is broken', async () => {
    const others = [await listeningHub(), await listeningHub()];
    const pem = (which: number, name: string): string =>
      readFileSync(join(others[which]!.paths.state, `network-${name}.pem`), 'utf8');
    const place = folder();
    const cert = join(place.path, 'cert.pem');
    const key = join(place.path, 'key.pem');
    const write = (which: number): void => {
      writeFileSync(key, pem(which, 'key'));
      writeFileSync(cert, pem(which, 'cert'));
    };
    write(0);
    // Five minutes are none.
    const clock = {
      ...systemClock,
      after: (ms: number, run: () => void) => systemClock.after(ms === 300_000 ? 10 : ms, run),
    };
    const { hub, url } = await listeningHub({ clock, network: { ...LOOPBACK, cert, key } }, place);
    const shown = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const { hostname, port } = new URL(url);
        const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
          resolve(`sha256:${socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase()}`);
          socket.destroy();
        }).on('error', reject);
      });
    expect(await shown()).toBe(others[0]!.hub.network.fingerprint);
    write(1);
    await eventually('it is taken', () => hub.network.fingerprint === others[1]!.hub.network.fingerprint);
    expect(await shown()).toBe(others[1]!.hub.network.fingerprint);
    writeFileSync(cert, 'half');
    const logged = () => readFileSync(join(place.paths.state, 'hub.log'), 'utf8');
    await eventually('it says so', () => logged().includes('no certificate in PEM'));
    expect(await shown()).toBe(others[1]!.hub.network.fingerprint);
    // Whoever asks how it is learns of it, until it is mended.
    const owner = await onlineClient(place.paths.socket);
    const warnings = async () => (await owner.command('hub.status', {})).networkWarnings;
    expect(await warnings()).toEqual([expect.stringMatching(/^the one before goes on: .* no certificate in PEM/)]);
    write(0);
    await eventually('it is taken', async () => (await warnings()) === undefined);
  });

  it('says which of its names a certificate that was made before is not for, and what to do', async () => {
    const place = folder();
    const first = await listeningHub({}, place);
    const { fingerprint } = first.hub.network;
    expect((await first.owner.command('hub.status', {})).networkWarnings).toBeUndefined();
    await first.hub.stop();
    const names = ['office.example.com', 'localhost'];
    const again = await listeningHub({ network: { ...LOOPBACK, names } }, place);
    const { networkWarnings } = await again.owner.command('hub.status', {});
    expect(networkWarnings).toEqual([expect.stringContaining('is not for office.example.com: who checks names')]);
    expect(networkWarnings?.[0]).toContain(place.paths.state);
    // Devices pinned it: nothing is replaced unasked.
    expect(again.hub.network.fingerprint).toBe(fingerprint);
  });

  it('[A22] closes a stream that says not who it is after 5 s', async () => {
    const clock = new MovedClock(systemClock, { held: true });
    const { url } = await listeningHub({ clock });
    const silent = await streamPeer(url);
    const greeted = await streamPeer(url);
    greeted.hello(1);
    await eventually('it is greeted', () => greeted.find('hello'));
    clock.advance(4_999);
    greeted.say({ type: 'ping', ts: 1, payload: { id: 1 } });
    await eventually('it lives', () => greeted.find('pong'));
    expect([silent.closed, greeted.closed]).toEqual([undefined, undefined]);
    clock.advance(1);
    expect(await silent.closes()).toMatchObject({ code: 4002 });
    expect(await greeted.closes()).toMatchObject({ code: 4002 });
  });

  it('[A22] refuses a token in a query string, and logs nothing of it', async () => {
    const { owner, url, paths } = await listeningHub();
    const { token } = await owner.command('token.create', { role: 'owner' });
    const wss = url.replace('https:', 'wss:');
    expect(await upgradeStatus(`${wss}/api/clients/stream?token=${token}`)).toBe(400);
    expect(await upgradeStatus(`${wss}/api/clients/stream?x`)).toBe(400);
    const headers = { authorization: `Bearer ${token}` };
    const body = {};
    expect((await ask(`${url}/api/commands/hub.status?token=${token}`, { method: 'POST', body, headers })).status).toBe(
      400,
    );
    expect((await ask(`${url}/api/commands/hub.status`, { method: 'POST', body, headers })).status).toBe(200);
    expect(readFileSync(join(paths.state, 'hub.log'), 'utf8')).not.toContain(token);
  });

  it('[A22] takes nobody on a stream without a token, or with a wrong one', async () => {
    const { owner, url } = await listeningHub();
    const local = await streamPeer(url, { method: 'local' });
    expect(await local.closes()).toMatchObject({ code: 4003 });
    const wrong = await streamPeer(url, { method: 'token', token: 'iris_t_wrong' });
    expect(await wrong.closes()).toMatchObject({ code: 4003 });
    expect(wrong.find('error')).toBeDefined();
    const early = await streamPeer(url);
    early.say({ type: 'control', ts: 1, payload: { op: 'command', id: 1, name: 'hub.stop', args: { force: true } } });
    expect(await early.closes()).toMatchObject({ code: 4005 });
    const { records } = await owner.command('audit.list', {});
    expect(records).toMatchObject([
      { action: 'login', outcome: 'refused', from: '127.0.0.1', who: { kind: 'unknown' } },
      { action: 'login', outcome: 'refused', from: '127.0.0.1', who: { kind: 'unknown' } },
    ]);
  });

  it('[A23] refuses a foreign Host and a foreign Origin, on requests and on the stream', async () => {
    const named = await listeningHub({ network: { ...LOOPBACK, names: ['office.example.com'] } });
    const { token } = await named.owner.command('token.create', { role: 'owner' });
    const { port } = new URL(named.url);
    expect(named.url).toBe(`https://office.example.com:${port}`);
    const url = `https://127.0.0.1:${port}`;
    const stream = `${url.replace('https:', 'wss:')}/api/clients/stream`;
    const authorization = `Bearer ${token}`;
    const statuses = async (headers: Record<string, string>): Promise<number[]> => [
      (await ask(`${url}/health`, { headers })).status,
      (
        await ask(`${url}/api/commands/hub.status`, {
          method: 'POST',
          body: {},
          headers: { authorization, ...headers },
        })
      ).status,
      (await ask(`${url}/nothing`, { headers })).status,
      await upgradeStatus(stream, headers),
    ];
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      'localhost.evil.example',
      '10.1.2.3',
      'a b',
      'office.example.com.',
      '[::2]',
    ]) {
      expect(await statuses({ host }), host).toEqual([403, 403, 403, 403]);
    }
    const wrongOrigins = [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${port}`,
      'https://127.0.0.1',
      `https://127.0.0.1:${port}/`,
    ];
    for (const origin of wrongOrigins) expect(await statuses({ origin }), origin).toEqual([403, 403, 403, 403]);
    for (const host of [
      'localhost',
      `127.0.0.1:${port}`,
      `office.example.com:${port}`,
      'OFFICE.example.com',
      '[::1]:1',
    ]) {
      expect(await statuses({ host }), host).toEqual([200, 200, 404, 101]);
    }
    expect(await statuses({ origin: `https://127.0.0.1:${port}` })).toEqual([200, 200, 404, 101]);
    const both = { host: `office.example.com:${port}`, origin: `https://office.example.com:${port}` };
    expect(await statuses(both)).toEqual([200, 200, 404, 101]);
  });

  it('[A26] does not start in clear but on loopback, and only when told to', async () => {
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0', 'somewhere.example:0']) {
      const error = await startError({ listen, insecure: true, required: true });
      expect(error.line).toMatch(/--insecure is for loopback addresses, not for .*: listen on 127.0.0.1/);
    }
    const clear = await listeningHub({ network: { ...LOOPBACK, insecure: true } });
    expect(clear.url).toMatch(/^http:/);
    expect(clear.hub.network.fingerprint).toBeUndefined();
    const device = new Device(clear.url);
    expect((await device.pair(await clear.invite())).status).toBe(200);
    await (await device.peer()).welcome();
    // Whoever speaks in clear to one with TLS gets no answer that could be read.
    const { url } = await listeningHub();
    await expect(ask(url.replace('https:', 'http:'))).rejects.toThrow();
  });

  it('says in one line why it can not listen, and is not there half', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await eventually('it listens', () => taken.listening);
    const { port } = taken.address() as { port: number };
    const place = folder();
    const listen = `127.0.0.1:${port}`;
    const error = await startError({ listen, required: true }, place);
    expect(error.line).toBe(
      `can't listen on ${listen}: something else listens there: choose another port, or end what has it`,
    );
    // Another one starts there at once: nothing was left, no lock and no socket.
    const { hub, socket } = await openHub(place, '0.1.0', { network: { listen, required: false } });
    const status = await (await onlineClient(socket)).command('hub.status', {});
    expect(status.networkProblem).toBe(error.line);
    expect(status.listen).toBeUndefined();
    await hub.stop();
    taken.close();

    expect((await startError({ ...LOOPBACK, listen: 'nonsense' })).code).toBe('usage');
    expect((await startError({ ...LOOPBACK, listen: '192.0.2.1:0' })).message).toContain('no such address');
    const cert = join(place.path, 'cert.pem');
    const key = join(place.path, 'key.pem');
    expect((await startError({ ...LOOPBACK, cert, key })).message).toContain("can't be read: no such file");
    expect((await startError({ ...LOOPBACK, cert })).message).toContain('a certificate needs its key');
    writeFileSync(cert, 'nothing');
    writeFileSync(key, 'nothing');
    expect((await startError({ ...LOOPBACK, cert, key })).message).toContain('no certificate in PEM');
    writeFileSync(cert, WEAK_CERTIFICATE);
    writeFileSync(key, WEAK_KEY);
    expect((await startError({ ...LOOPBACK, cert, key })).line).toBe(
      `TLS refuses the certificate ${cert} or its key (ee key too small): make it with a key of ECDSA P-256, or of RSA with 2048 bits or more`,
    );
    const own = (name: string): string => readFileSync(join(place.paths.state, name), 'utf8');
    writeFileSync(cert, own('network-cert.pem'));
    await startHubOnce(LOOPBACK);
    const other = await listeningHub();
    writeFileSync(key, readFileSync(join(other.paths.state, 'network-key.pem')));
    expect((await startError({ ...LOOPBACK, cert, key })).message).toContain('the key does not belong');
  });

  it('tells how it is: health to everybody, metrics to this machine, and commands it has a pair for', async () => {
    const { owner, url, invite } = await listeningHub();
    await newSession(owner, 'sleep 60');
    expect((await ask(`${url}/health`)).json).toEqual({ status: 'ok', version: '0.1.0', protocol: 1 });
    const metrics = await ask(`${url}/metrics`);
    expect(metrics.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(metrics.text).toContain('iris_sessions{status="running"} 1\n');
    expect(metrics.text).toMatch(/^# TYPE iris_hub_cpu_seconds_total counter$/m);
    for (const line of metrics.text.trim().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) iris_\w+ .+|iris_\w+(\{\w+="[^"]*"\})? \d+(\.\d+)?(e[+-]?\d+)?)$/);
    }
    expect((await ask(`${url}/api/clients/stream`)).status).toBe(426);
    expect((await ask(`${url}/api/clients/pair`, { method: 'POST', body: '{' })).json.error.code).toBe('usage');
    // What a script does wrong at first.
    const command = `${url}/api/commands/session.list`;
    const bare = await ask(command, { method: 'POST', body: {} });
    expect(bare).toMatchObject({ status: 401, headers: { 'www-authenticate': expect.stringContaining('Bearer') } });
    expect(bare.json.error.message).toMatch(/a token is wanted here .*Bearer TOKEN.*DPoP/);
    const read = await ask(command);
    expect(read).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(read.json.error).toEqual({ code: 'usage', message: 'that is asked with POST, not GET' });
    expect(await ask(`${url}/health`, { method: 'POST', body: {} })).toMatchObject({
      status: 405,
      headers: { allow: 'GET' },
    });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const form = await ask(`${url}/api/clients/pair`, { method: 'POST', body: 'code=1', headers });
    expect(form.status).toBe(415);
    expect(form.json.error.remedy).toBe('send JSON: Content-Type: application/json');
    const device = new Device(url);
    const long = await device.post('/api/clients/pair', {
      code: await invite(),
      name: 'x'.repeat(20_000),
      software: '',
    });
    expect(long.status).toBe(413);
  });

  it('takes so many requests of one address, and of all together, and lets others in', async () => {
    const clock = stoppedClock();
    const { url } = await listeningHub({ clock });
    const statuses: number[] = [];
    // Not all at once: a connection that waits for its turn too long is given up.
    while (statuses.length < 1_300) {
      const some = Array.from({ length: 100 }, () => ask(`${url}/health`, { from: '127.0.0.5' }));
      statuses.push(...(await Promise.all(some)).map(({ status }) => status));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(1_200);
    expect(statuses.filter((status) => status === 429)).toHaveLength(100);
    expect((await ask(`${url}/health`, { from: '127.0.0.6' })).status).toBe(200);
  });

  it('an address that fails to log in too often is not looked at for a while', async () => {
    const clock = stoppedClock();
    const { owner, url } = await listeningHub({ clock });
    const { token } = await owner.command('token.create', {});
    const post = (bearer: string, from: string): Promise<number> =>
      ask(`${url}/api/commands/hub.status`, {
        method: 'POST',
        body: {},
        from,
        headers: { authorization: `Bearer ${bearer}` },
      }).then(({ status }) => status);
    for (let i = 0; i < 30; i++) expect(await post('iris_t_wrong', '127.0.0.7')).toBe(401);
    expect(await post(token, '127.0.0.7')).toBe(429);
    expect(await post(token, '127.0.0.8')).toBe(200);
    clock.movedMs += 60_000;
    expect(await post(token, '127.0.0.7')).toBe(200);
  });

  it('a client of such an address is told when to come back, and does; with a token that is wrong it does not', async () => {
    const clock = stoppedClock();
    const hub = await listeningHub({ clock });
    const { url, owner } = hub;
    const { token } = await owner.command('token.create', {});
    const streams = Array.from({ length: 2 }, () => streamPeer(url));
    const [first, second] = (await Promise.all(streams)) as [RawPeer, RawPeer];
    const wrong = { method: 'POST', body: {}, headers: { authorization: 'Bearer iris_t_wrong' } };
    for (let i = 0; i < 29; i++) await ask(`${url}/api/commands/hub.status`, wrong);
    first.login({ method: 'token', token: 'iris_t_wrong' });
    expect(await first.closes()).toMatchObject({ code: 4003 });
    expect(first.find('error')?.payload).toMatchObject({ code: 'not-allowed' });
    expect(first.find('error')?.payload).not.toHaveProperty('retriable');
    // It spoke WebSocket before the address had failed too often.
    second.login({ method: 'token', token });
    expect(await second.closes()).toEqual({ code: 4010, reason: 'busy: too many failed attempts' });
    const { retryAfterMs = 0, ...told } = second.find('error')!.payload;
    expect(told).toMatchObject({ code: 'hub-unreachable', retriable: true });
    expect(retryAfterMs).toBe(60_000);

    const waits: { ms: number; run: () => void }[] = [];
    const counted: Clock = {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (ms, run) => {
        if (ms < 45_000) return systemClock.after(ms, run);
        waits.push({ ms, run });
        return { cancel: () => {} };
      },
    };
    const place = readPlace(url);
    const trust = { kind: 'pin', fingerprint: hub.hub.network.fingerprint ?? '' } as const;
    const host = client('', { address: addressWithToken(place, trust, token, counted), clock: counted });
    await eventually('it waits', () => host.connection.state === 'offline');
    expect(host.connection.reason).toContain('busy');
    expect(waits[0]?.ms).toBeGreaterThan(50_000);
    clock.movedMs += 60_000;
    waits[0]?.run();
    await eventually('it is in', () => host.connection.state === 'online');
    const stranger = client('', { address: addressWithToken(place, trust, 'iris_t_wrong', systemClock) });
    await eventually('it is refused', () => stranger.connection.state === 'error');
  });

  it('ends with a word to those who are there, and answers those who wait', async () => {
    const { owner, hub, url, paired } = await listeningHub();
    const session = await newSession(owner, 'cat');
    const device = await paired({ role: 'owner' });
    const peers = await Promise.all([device.peer(), device.peer()]);
    for (const peer of peers) await peer.welcome();
    const { token } = await owner.command('token.create', { role: 'viewer' });
    const run = vi.spyOn(hub as unknown as { run(name: string): unknown }, 'run');
    const waiting = ask(`${url}/api/commands/session.wait`, {
      method: 'POST',
      body: { args: { session: session.id, text: 'never' } },
      headers: { authorization: `Bearer ${token}` },
    });
    await eventually('the wait has begun', () => run.mock.calls.some(([name]) => name === 'session.wait'));
    await Promise.all([hub.stop(), waiting.then(({ status }) => expect([409, 422]).toContain(status))]);
    for (const peer of peers) expect(await peer.closes()).toMatchObject({ code: 4000 });
    await expect(ask(`${url}/health`)).rejects.toThrow();
  });
});

async function startHubOnce(network: NetworkOptions): Promise<void> {
  const { hub } = await openHub(folder(), '0.1.0', { network });
  urlOf(hub);
  await hub.stop();
}
