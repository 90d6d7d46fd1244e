import { EmbeddedJWK, jwtVerify } from 'jose';
import { afterEach, describe, expect, test } from 'vitest';
import { pair, readFingerprint, readPlace } from '../../src/client/network/index.ts';
import { systemClock } from '../../src/protocol/index.ts';
import { errorOf } from '../hub/support/index.ts';
import { makeCertificate } from './support/fake-hub.ts';
import { bad, closeFakes, credentialsAt, Desk, listen, paired, REQUEST } from './support/fakes.ts';

afterEach(closeFakes);

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
    desk.refuse = () => bad(400, 'usage', 'name: at most 128 characters');
    const named = await errorOf(pair(credentialsAt(), request, systemClock));
    expect([named.code, named.line]).toEqual(['usage', 'name: at most 128 characters']);
    desk.refuse = () => bad(429, 'not-allowed', 'too many\u001b[31m attempts');
    const limited = await errorOf(pair(credentialsAt(), request, systemClock));
    expect(limited).toMatchObject({ retriable: true });
    expect(limited.message).not.toContain('\u001b');
  });
});
