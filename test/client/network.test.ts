import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedJWK, jwtVerify } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { Credentials, type KnownHub } from '../../src/client/credentials/index.ts';
import { connect, connectOnce } from '../../src/client/index.ts';
import { addressOfKnown, addressWithToken, pair, readFingerprint, readPlace } from '../../src/client/network/index.ts';
import type { Clock, SessionHost } from '../../src/core/index.ts';
import { PROTOCOL, systemClock } from '../../src/protocol/index.ts';
import { closeAll, errorOf, eventually } from '../hub/support/index.ts';
import { freePort } from '../support/index.ts';
import {
  type Asked,
  FakeHub,
  type FakeHubOptions,
  makeCertificate,
  type RestReply,
  WELCOME,
} from './support/fake-hub.ts';

const folders: string[] = [];
const hosts: SessionHost[] = [];
const hubs: FakeHub[] = [];
const servers: Server[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) host.close();
  for (const hub of hubs.splice(0)) await hub[Symbol.asyncDispose]();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  await closeAll();
});

function credentialsAt(path?: string): Credentials {
  const place = path ?? mkdtempSync(join(tmpdir(), 'in-'));
  if (path === undefined) folders.push(place);
  const none = () => Promise.reject(new Error('no keychain'));
  return new Credentials({
    configFolder: join(place, 'config'),
    stateFolder: join(place, 'state'),
    clock: systemClock,
    keychain: { get: none, set: none, delete: none },
  });
}

async function listen(options: FakeHubOptions = {}): Promise<FakeHub> {
  const hub = await FakeHub.listen(options);
  hubs.push(hub);
  return hub;
}

/** Pairs and hands tokens out as a hub does: one set a number, each access token good until the hub says otherwise. */
class Desk {
  issued = 0;
  refreshes = 0;
  /** Access tokens that are let in; undefined: the newest. */
  good: ReadonlySet<string> | undefined;
  accessLastsMs = 900_000;
  /** In place of an answer. */
  refuse: ((asked: Asked) => RestReply | undefined) | undefined;

  readonly rest = (asked: Asked): RestReply => {
    const refused = this.refuse?.(asked);
    if (refused) return refused;
    const path = asked.path;
    if (path === '/api/clients/pair') {
      const { code } = asked.body as { code: string };
      if (code !== 'GOOD') return bad(400, 'not-allowed', 'that code is not good');
      return {
        status: 200,
        body: { deviceId: 'd1', hub: { id: 'h1', name: 'office' }, grants: [], ...this.#tokens() },
      };
    }
    if (path === '/api/clients/refresh') {
      this.refreshes += 1;
      return { status: 200, body: this.#tokens() };
    }
    if (path === '/api/clients/session') {
      const token = asked.headers.authorization?.replace(/^DPoP /, '') ?? '';
      const good = this.good ?? new Set([`access-${this.issued}`]);
      if (!good.has(token)) return bad(401, 'not-allowed', 'the access token is not good');
      return { status: 200, body: { sessionToken: `session-of-${token}`, expiresAt: Date.now() + 60_000 } };
    }
    return bad(404, 'not-found', 'nothing there');
  };

  #tokens() {
    this.issued += 1;
    return {
      accessToken: `access-${this.issued}`,
      refreshToken: `refresh-${this.issued}`,
      accessExpiresAt: Date.now() + this.accessLastsMs,
      refreshExpiresAt: Date.now() + 86_400_000,
    };
  }
}

const bad = (status: number, code: string, message: string): RestReply => ({
  status,
  body: { error: { code, message } },
});

const REQUEST = { code: 'GOOD', deviceName: 'laptop', software: 'iris-tui/0.1.0', confirm: async () => false };

async function paired(options: Omit<FakeHubOptions, 'rest'> & { desk?: Desk; credentials?: Credentials } = {}) {
  const { desk = new Desk(), credentials = credentialsAt(), ...rest } = options;
  const certificate = options.certificate ?? makeCertificate();
  const hub = await listen({ ...rest, certificate, rest: desk.rest });
  const { fingerprint } = certificate;
  const { hub: known } = await pair(
    credentials,
    { ...REQUEST, place: readPlace(hub.origin), fingerprint },
    systemClock,
  );
  return { hub, desk, credentials, known, certificate };
}

function attach(credentials: Credentials, known: KnownHub, clock: Clock = systemClock): SessionHost {
  const host = connect({
    address: addressOfKnown(credentials, known, clock),
    version: '0.1.0',
    // Attempts as fast as they may be: what is tested is not the back-off.
    random: () => 0,
    reconnect: { settleMs: 0 },
  });
  hosts.push(host);
  return host;
}

const online = (host: SessionHost) => eventually('it is online', () => host.connection.state === 'online');

describe('an address', () => {
  test('[A26] ws:// and http:// are refused, but to this machine when asked for', async () => {
    for (const given of ['ws://office:7000', 'http://office:7000', 'ws://127.0.0.1:7000', 'http://localhost:1']) {
      expect(() => readPlace(given), given).toThrow(/in clear/);
    }
    expect(() => readPlace('ws://office:7000', { insecure: true })).toThrow(/in clear/);
    expect(() => readPlace('http://127.0.0.1.example.com:1', { insecure: true })).toThrow(/in clear/);
    expect(readPlace('ws://127.0.0.1:7000', { insecure: true })).toMatchObject({
      origin: 'http://127.0.0.1:7000',
      tls: false,
    });
  });

  test('is read in the forms that people copy, with a fingerprint behind it, and never with a secret in it', () => {
    const hex = 'ab'.repeat(32);
    const fingerprint = `sha256:${hex}`;
    for (const given of ['office:7000', 'https://office:7000', 'wss://office:7000/', 'WSS://OFFICE:7000']) {
      expect(readPlace(given), given).toMatchObject({ origin: 'https://office:7000', host: 'office', port: 7000 });
    }
    expect(readPlace('wss://hub.example.com')).toMatchObject({ origin: 'https://hub.example.com', port: 443 });
    expect(readPlace(`https://[::1]:7000#${fingerprint}`)).toMatchObject({ host: '::1', fingerprint });
    expect(readFingerprint(`SHA256:${(hex.match(/../g) ?? []).join(':').toUpperCase()}`)).toBe(fingerprint);
    for (const given of [
      'https://user:pw@office:1',
      'https://office:1?token=x',
      'https://office:1/path',
      'ftp://office',
      '',
      'https://office:1#x',
    ]) {
      expect(() => readPlace(given), given).toThrow();
    }
  });
});

describe('pairing', () => {
  test('sends the code with a proof of a new key, and keeps what it is given', async () => {
    const { hub, credentials, known } = await paired();
    const [asked] = hub.asked;
    expect(asked).toMatchObject({ path: '/api/clients/pair', body: { code: 'GOOD', name: 'laptop' } });
    const proof = await jwtVerify(asked?.headers.dpop as string, EmbeddedJWK, { typ: 'dpop+jwt' });
    expect(proof.protectedHeader).toMatchObject({ alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519' } });
    expect(proof.protectedHeader.jwk).not.toHaveProperty('d');
    expect(proof.payload).toMatchObject({ htm: 'POST', htu: `${hub.origin}/api/clients/pair` });
    expect(proof.payload).not.toHaveProperty('ath');
    expect(known).toMatchObject({ name: 'office', url: hub.origin, trust: 'pin', deviceId: 'd1' });
    expect(await credentials.secrets(known)).toMatchObject({ accessToken: 'access-1', refreshToken: 'refresh-1' });
  });

  test('again with the same hub: the same key, the same name; another hub of that name gets another', async () => {
    const { hub, credentials, known, certificate } = await paired();
    const request = { ...REQUEST, place: readPlace(hub.origin), fingerprint: certificate.fingerprint };
    const second = await pair(credentials, request, systemClock);
    expect(second.hub).toMatchObject({ name: 'office', secret: known.secret });
    const keys = await Promise.all(
      hub.asked.map(
        async ({ headers }) => (await jwtVerify(headers.dpop as string, EmbeddedJWK)).protectedHeader.jwk?.x,
      ),
    );
    expect(keys[0]).toBe(keys[1]);
    const other = await paired({ credentials });
    expect(other.known.name).toBe('office-2');
    expect(credentials.hubs.list()).toHaveLength(2);
    const taken = { ...request, name: 'office-2' };
    expect(await errorOf(pair(credentials, taken, systemClock))).toMatchObject({ code: 'conflict' });
    expect(hub.asked).toHaveLength(2);
  });

  test('a hub that has moved is the same; another one in the place of one that was known takes its place', async () => {
    const { hub, credentials, known, certificate, desk } = await paired();
    const moved = await listen({ certificate, rest: desk.rest });
    const { fingerprint } = certificate;
    const there = await pair(credentials, { ...REQUEST, place: readPlace(moved.origin), fingerprint }, systemClock);
    expect(there.hub).toMatchObject({ url: moved.origin, secret: known.secret, name: 'office' });
    const key = (await credentials.secrets(there.hub)).key.x;
    const { port } = moved;
    await moved[Symbol.asyncDispose]();
    const fresh = makeCertificate();
    const other = await listen({ port, certificate: fresh, rest: desk.rest });
    const request = { ...REQUEST, place: readPlace(other.origin), fingerprint: fresh.fingerprint };
    const replaced = await pair(credentials, request, systemClock);
    expect(replaced.hub).toMatchObject({ url: moved.origin, fingerprint: fresh.fingerprint, name: 'office' });
    expect((await credentials.secrets(replaced.hub)).key.x).not.toBe(key);
    expect(credentials.hubs.list()).toHaveLength(1);
    expect(hub.asked).toHaveLength(1);
  });

  test('[A26] another certificate than the one that was given: not a byte is sent', async () => {
    const hub = await listen({ rest: new Desk().rest });
    const credentials = credentialsAt();
    const wrong = { ...REQUEST, place: readPlace(hub.origin), fingerprint: `sha256:${'00'.repeat(32)}` };
    const error = await errorOf(pair(credentials, wrong, systemClock));
    expect(error).toMatchObject({ code: 'host-key', retriable: false });
    expect(error.line).toMatch(/another certificate.*somebody may stand between.*nothing was sent.*hub status/);
    expect(hub.bytesRead).toBe(0);
    expect(credentials.hubs.list()).toEqual([]);
  });

  test('without a fingerprint it asks; refused, or with nobody to ask, the code is not sent', async () => {
    const certificate = makeCertificate();
    const hub = await listen({ certificate, rest: new Desk().rest });
    const seen: string[] = [];
    const asked = (answer: boolean) => ({
      ...REQUEST,
      place: readPlace(hub.origin),
      confirm: async (fingerprint: string) => {
        seen.push(fingerprint);
        return answer;
      },
    });
    expect((await errorOf(pair(credentialsAt(), asked(false), systemClock))).code).toBe('cancelled');
    expect(hub.bytesRead).toBe(0);
    const { hub: known } = await pair(credentialsAt(), asked(true), systemClock);
    expect(seen).toEqual([certificate.fingerprint, certificate.fingerprint]);
    expect(known).toMatchObject({ trust: 'pin', fingerprint: certificate.fingerprint });
  });

  test('a code that is not taken, a hub that is none, one that answers nonsense', async () => {
    const certificate = makeCertificate();
    const { fingerprint } = certificate;
    const desk = new Desk();
    const hub = await listen({ certificate, rest: desk.rest });
    const request = { ...REQUEST, place: readPlace(hub.origin), fingerprint };
    expect(await errorOf(pair(credentialsAt(), { ...request, code: 'BAD' }, systemClock))).toMatchObject({
      code: 'not-allowed',
      message: 'that code is not good',
      remedy: expect.stringContaining('hub pair'),
    });
    desk.refuse = () => ({ status: 404, body: 'hello' });
    expect((await errorOf(pair(credentialsAt(), request, systemClock))).line).toContain('no iris-tui hub');
    desk.refuse = () => ({ status: 200, body: { deviceId: 5 } });
    expect((await errorOf(pair(credentialsAt(), request, systemClock))).code).toBe('version-mismatch');
    desk.refuse = () => bad(429, 'not-allowed', 'too many\u001b[31m attempts');
    const limited = await errorOf(pair(credentialsAt(), request, systemClock));
    expect(limited).toMatchObject({ retriable: true });
    expect(limited.message).not.toContain('\u001b');
  });
});

describe('connecting over a network', () => {
  test('[A20] each attempt has a session token of its own and a fresh proof that it has the key of the device', async () => {
    const { hub, credentials, known } = await paired();
    const host = attach(credentials, known);
    await online(host);
    hub.cut();
    await eventually('it has logged in twice', () => hub.auths.length === 2);
    await online(host);
    const proofs = hub.auths.map(({ payload }) => payload as { method: string; token: string; proof: string });
    for (const { method, token, proof } of proofs) {
      expect([method, token]).toEqual(['token', 'session-of-access-1']);
      const { payload } = await jwtVerify(proof, EmbeddedJWK, { typ: 'dpop+jwt' });
      const ath = createHash('sha256').update(token).digest('base64url');
      expect(payload).toMatchObject({ htm: 'GET', htu: `${hub.origin}/api/clients/stream`, ath });
      expect(Math.abs(Number(payload.iat) - Date.now() / 1000)).toBeLessThan(60);
    }
    expect(proofs[0]?.proof).not.toBe(proofs[1]?.proof);
    // Nothing secret in an address.
    for (const { path } of hub.asked) expect(path).not.toMatch(/token|access-|session-of/);
  });

  test('[A26] another certificate after pairing is final, and says what may be happening; nothing is sent', async () => {
    const { hub, credentials, known, desk } = await paired();
    const host = attach(credentials, known);
    await online(host);
    const { port } = hub;
    await hub[Symbol.asyncDispose]();
    const other = await listen({ port, rest: desk.rest });
    await eventually('it gave up', () => host.connection.state === 'error');
    expect(host.connection.reason).toContain('another certificate');
    expect(host.connection.remedy).toContain('somebody may stand between');
    expect(other.bytesRead).toBe(0);
    expect((await errorOf(host.command('session.list', {}))).code).toBe('host-key');
  });

  test('what no authority of this machine vouches for is refused where nothing was pinned', async () => {
    const hub = await listen();
    const address = addressWithToken(readPlace(hub.origin), { kind: 'ca' }, 'secret-token', systemClock);
    const error = await errorOf(connectOnce({ address, version: '0.1.0' }));
    expect(error).toMatchObject({ code: 'host-key' });
    expect(error.line).toMatch(/certificate of 127\.0\.0\.1:\d+ is its own.*--fingerprint/);
    expect(hub.bytesRead).toBe(0);
  });

  test('the hub restarts: back by itself; a first attempt that fails does not end it', async () => {
    const { hub, credentials, known, certificate, desk } = await paired();
    const { port } = hub;
    await hub[Symbol.asyncDispose]();
    const host = attach(credentials, known);
    await eventually('it waits', () => host.connection.state === 'offline');
    expect(host.connection.reason).toContain(`no hub listens at 127.0.0.1:${port}`);
    const again = await listen({ port, certificate, rest: desk.rest });
    host.retryNow();
    await online(host);
    await again[Symbol.asyncDispose]();
    await eventually('it is gone', () => host.connection.state === 'offline');
    await listen({ port, certificate, rest: desk.rest });
    host.retryNow();
    await online(host);
  });

  test('an access token that has ended is renewed first; one that the hub has lost, when it says so', async () => {
    const desk = new Desk();
    desk.accessLastsMs = 1_000;
    const { hub, credentials, known } = await paired({ desk });
    desk.accessLastsMs = 900_000;
    const host = attach(credentials, known);
    await online(host);
    expect(desk.refreshes).toBe(1);
    // It never went out.
    const sent = hub.asked
      .filter(({ path }) => path === '/api/clients/session')
      .map((one) => one.headers.authorization);
    expect(sent).toEqual(['DPoP access-2']);
    desk.good = new Set(['access-3']);
    hub.cut();
    await eventually('it has renewed', () => desk.refreshes === 2);
    await online(host);
    expect((await credentials.secrets(known)).refreshToken).toBe('refresh-3');
  });

  test('two that renew at once send one request, and both go on with what it gave', async () => {
    const desk = new Desk();
    desk.accessLastsMs = 1_000;
    const { credentials, known } = await paired({ desk });
    desk.accessLastsMs = 900_000;
    const place = credentialsAt();
    expect(place).toBeDefined();
    const all = Array.from({ length: 5 }, () => attach(credentials, known));
    for (const host of all) await online(host);
    expect(desk.refreshes).toBe(1);
  });

  test('revoked while connected: final, with what to do; the same when a renewal is refused', async () => {
    const { hub, credentials, known, desk } = await paired();
    const host = attach(credentials, known);
    await online(host);
    for (const stream of hub.streams) stream.close(4003, 'access was revoked');
    await eventually('it gave up', () => host.connection.state === 'error');
    expect(host.connection).toMatchObject({
      reason: 'access was revoked',
      remedy: expect.stringContaining(`iris-tui pair ${hub.origin} CODE`),
    });
    desk.good = new Set();
    desk.refuse = ({ path }) =>
      path.endsWith('/refresh') ? bad(401, 'not-allowed', 'this device was revoked') : undefined;
    const error = await errorOf(
      connectOnce({ address: addressOfKnown(credentials, known, systemClock), version: '0.1.0' }),
    );
    expect(error).toMatchObject({ code: 'not-allowed', exitCode: 5 });
    expect(error.line).toContain('office does not let this device in any more (this device was revoked)');
    expect(error.line).toContain('iris-tui pair');
  });

  test('a hub that is too busy, or broken, is tried again', async () => {
    const desk = new Desk();
    const { credentials, known } = await paired({ desk });
    let refused = 0;
    desk.refuse = () => (refused++ < 2 ? bad(503, 'failed', 'starting') : undefined);
    const host = attach(credentials, known);
    await eventually('it failed', () => refused > 0);
    await eventually('it is online', () => {
      host.retryNow();
      return host.connection.state === 'online';
    });
  });

  test('clocks that differ by an hour: the proof is made by the clock of the hub', async () => {
    const desk = new Desk();
    const { credentials, known } = await paired({ desk });
    desk.refuse = ({ headers }) => {
      const { iat } = JSON.parse(Buffer.from(String(headers.dpop).split('.')[1] ?? '', 'base64url').toString());
      return Math.abs(iat - Date.now() / 1000) > 300 ? bad(401, 'not-allowed', 'the proof is stale') : undefined;
    };
    const late: Clock = { ...systemClock, wall: () => Date.now() - 3_600_000 };
    await online(attach(credentials, known, late));
    // Its token had not ended, whatever the clock here says.
    expect(desk.refreshes).toBe(0);
    await online(attach(credentials, known, { ...systemClock, wall: () => Date.now() + 3_600_000 }));
    expect(desk.refreshes).toBeLessThanOrEqual(1);
  });

  for (const [protocol, words] of [
    [PROTOCOL - 1, /the hub is older.*update iris-tui there/],
    [PROTOCOL + 1, /the client is older.*update iris-tui here/],
  ] as const) {
    test(`a hub of protocol ${protocol} over TLS: says which side is older, and does not come back`, async () => {
      const { hub, credentials, known } = await paired({ protocol });
      const address = addressOfKnown(credentials, known, systemClock);
      const error = await errorOf(connectOnce({ address, version: '0.1.0' }));
      expect(error.code).toBe('version-mismatch');
      expect(error.line).toMatch(words);
      expect(hub.auths.length).toBeLessThanOrEqual(1);
    });
  }

  test('with a bearer token: no proof, and a refusal that names the token', async () => {
    const certificate = makeCertificate();
    const hub = await listen({
      certificate,
      welcome: ({ payload }) =>
        (payload as { token: string }).token === 'good' ? [WELCOME] : { refuse: 'no such token' },
    });
    const trust = { kind: 'pin', fingerprint: certificate.fingerprint } as const;
    const to = (token: string) => ({
      address: addressWithToken(readPlace(hub.origin), trust, token, systemClock),
      version: '0.1.0',
    });
    const host = await connectOnce(to('good'));
    hosts.push(host);
    expect(hub.auths[0]?.payload).toEqual({ method: 'token', token: 'good' });
    expect(await errorOf(connectOnce(to('bad')))).toMatchObject({
      code: 'not-allowed',
      message: 'no such token',
      remedy: expect.stringContaining('IRIS_TOKEN'),
    });
  });

  test('without TLS to this machine, where that was asked for', async () => {
    const hub = await listen({ clear: true });
    const place = readPlace(hub.origin, { insecure: true });
    hosts.push(
      await connectOnce({ address: addressWithToken(place, { kind: 'none' }, 't', systemClock), version: '0.1.0' }),
    );
    expect(hub.auths).toHaveLength(1);
  });

  test('what is there instead of a hub is told from its own diagnostics', async () => {
    const plain = createServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-none\r\n'),
    );
    const silent = createServer((socket) => socket.destroy());
    for (const server of [plain, silent]) {
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    const port = (server: Server) => (server.address() as { port: number }).port;
    const trust = { kind: 'pin', fingerprint: `sha256:${'00'.repeat(32)}` } as const;
    const failure = async (where: string) =>
      errorOf(addressWithToken(readPlace(where), trust, 't', systemClock)() as Promise<unknown>);
    expect(await failure(`127.0.0.1:${port(plain)}`)).toMatchObject({
      code: 'hub-unreachable',
      retriable: false,
      message: expect.stringContaining('does not speak TLS'),
    });
    expect(await failure(`127.0.0.1:${port(silent)}`)).toMatchObject({ code: 'hub-unreachable', retriable: true });
    expect(await failure(`127.0.0.1:${await freePort()}`)).toMatchObject({
      retriable: true,
      message: expect.stringContaining('no hub listens'),
    });
    expect(await failure('no-such-host.invalid:1')).toMatchObject({ code: 'hub-unreachable', retriable: true });
  });
});
