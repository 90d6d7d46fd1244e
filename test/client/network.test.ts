import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { EmbeddedJWK, jwtVerify } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { connectOnce } from '../../src/client/index.ts';
import { addressOfKnown, addressWithToken, readPlace } from '../../src/client/network/index.ts';
import type { Clock } from '../../src/core/index.ts';
import { PROTOCOL, systemClock } from '../../src/protocol/index.ts';
import { errorOf, eventually } from '../hub/support/index.ts';
import { freePort } from '../support/index.ts';
import { makeCertificate, type RestReply, WELCOME } from './support/fake-hub.ts';
import { attach, bad, closeFakes, Desk, keep, listen, online, paired } from './support/fakes.ts';

const servers: Server[] = [];
afterEach(async () => {
  await closeFakes();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
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

  for (const [where, busy] of [
    ['when it asks for a token', { rest: true }],
    ['when it asks to speak WebSocket', { upgrade: true }],
    ['to its first message', { welcome: true }],
  ] as const) {
    test(`a hub that says ${where} to come back in 12 s is asked again then, by itself, and says so until then`, async () => {
      const desk = new Desk();
      let isBusy = true;
      const later: RestReply = { ...bad(429, 'failed', 'busy: too many'), headers: { 'retry-after': '12' } };
      const { credentials, known } = await paired({
        desk,
        ...('upgrade' in busy ? { upgrade: () => (isBusy ? later : undefined) } : {}),
        ...('welcome' in busy ? { welcome: () => (isBusy ? { busyMs: 12_000 } : [WELCOME]) } : {}),
      });
      if ('rest' in busy) desk.refuse = () => (isBusy ? later : undefined);
      // A wait of seconds is over when the test says so.
      const waits: { ms: number; run: () => void }[] = [];
      const clock: Clock = {
        ...systemClock,
        after: (ms, run) => {
          if (ms < 11_000) return systemClock.after(ms, run);
          waits.push({ ms, run });
          return { cancel: () => {} };
        },
      };
      const host = attach(credentials, known, clock);
      await eventually('it waits', () => host.connection.state === 'offline' && waits.length > 0);
      const { reason, remedy, since, nextRetryAt = 0, attempt } = host.connection;
      expect(reason).toMatch(/^busy: /);
      expect({ remedy, attempt }).toEqual({ remedy: undefined, attempt: 2 });
      expect(nextRetryAt - since).toBeGreaterThan(11_000);
      expect(waits.at(-1)?.ms).toBeGreaterThan(11_900);
      expect(waits.at(-1)?.ms).toBeLessThanOrEqual(12_000 * 1.2);
      isBusy = false;
      waits.at(-1)?.run();
      await online(host);
    });
  }

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
    keep(host);
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
    keep(await connectOnce({ address: addressWithToken(place, { kind: 'none' }, 't', systemClock), version: '0.1.0' }));
    expect(hub.auths).toHaveLength(1);
  });

  test('something that takes the connection and says nothing is given up after 10 s', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}).resume());
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    const delays: number[] = [];
    const hasty: Clock = {
      ...systemClock,
      after: (delayMs, run) => {
        delays.push(delayMs);
        return systemClock.after(delayMs / 100, run);
      },
    };
    const error = await errorOf(
      addressWithToken(readPlace(`127.0.0.1:${port}`), { kind: 'ca' }, 't', hasty)() as Promise<unknown>,
    );
    expect(error).toMatchObject({
      code: 'hub-unreachable',
      retriable: true,
      message: `127.0.0.1:${port} does not answer`,
    });
    expect(delays).toEqual([10_000]);
  });

  test('what a hub says as its reason has lost its control characters', async () => {
    const { credentials, known } = await paired({ welcome: () => ({ refuse: 'no\u001b[2J\u0007 entry' }) });
    const error = await errorOf(
      connectOnce({ address: addressOfKnown(credentials, known, systemClock), version: '0.1.0' }),
    );
    expect(error.message).toBe('no [2J  entry');
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
