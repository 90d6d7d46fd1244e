import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { closeAll, eventually, newSession } from '../support/index.ts';
import { listeningHub } from '../support/listening.ts';
import { ask, Device, streamPeer } from '../support/network.ts';

afterEach(closeAll);

async function tls(url: string): Promise<TLSSocket> {
  const { hostname, port } = new URL(url);
  const socket = connectTls({ host: hostname, port: Number(port), rejectUnauthorized: false });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
}

describe('[H36] whoever comes by the network and means no good', () => {
  it('sends 1,500 broken requests: each is refused with a code, nobody gets in, and the hub lives', async () => {
    const { owner, url } = await listeningHub();
    await newSession(owner, 'cat');
    const paths = [
      'pair',
      'session',
      'refresh',
      'stream',
      'self',
      '../commands/hub.stop',
      'constructor',
      '__proto__',
      '',
    ];
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'TRACE'),
      path: fc.oneof(
        fc.constantFrom(...paths).map((name) => `/api/clients/${name}`),
        fc
          .constantFrom('hub.stop', 'session.list', 'hasOwnProperty', '%00', '..%2f')
          .map((name) => `/api/commands/${name}`),
        fc.webPath().map((path) => path || '/'),
      ),
      authorization: fc.oneof(
        fc.constantFrom('', 'Bearer', 'DPoP', 'Bearer iris_t_x', 'DPoP iris_a_x', 'Basic eDp5'),
        fc.base64String({ maxLength: 300 }),
      ),
      dpop: fc.oneof(fc.constantFrom('', 'a.b.c', 'eyJhbGciOiJub25lIn0.e30.'), fc.base64String({ maxLength: 5_000 })),
      body: fc.oneof(fc.json(), fc.string({ maxLength: 200 }), fc.constant('{"__proto__":{"role":"owner"}}')),
    });
    const wanted = fc.sample(request, { numRuns: 1_500, seed: 36 });
    const statuses = new Map<number, number>();
    for (let i = 0; i < wanted.length; i += 50) {
      await Promise.all(
        wanted.slice(i, i + 50).map(async ({ method, path, authorization, dpop, body }, at) => {
          const headers = { authorization, dpop };
          const from = `127.0.2.${(i + at) % 250}`;
          const send = method === 'GET' || method === 'HEAD' ? {} : { body };
          const { status } = await ask(url + path, { method, headers, from, ...send });
          statuses.set(status, (statuses.get(status) ?? 0) + 1);
        }),
      );
    }
    for (const status of statuses.keys()) expect([400, 401, 404, 405, 413, 415, 426, 429]).toContain(status);
    expect((await owner.command('client.list', {})).clients).toEqual([]);
    expect((await owner.command('session.list', {})).sessions).toHaveLength(1);
    expect((await ask(`${url}/health`, { from: '127.0.3.1' })).status).toBe(200);
  });

  it('speaks no HTTP, half of it, or too much: it is cut, and others are served', async () => {
    const { url } = await listeningHub();
    for (const said of [
      '\u0000\u0001\u0002',
      'GET / HTTP/1.1\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      const socket = await tls(url);
      let answer = '';
      socket.on('data', (chunk: Buffer) => {
        answer += chunk.toString();
      });
      socket.write(said);
      await eventually('it is cut', () => socket.destroyed || socket.readableEnded);
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      socket.destroy();
    }
    expect((await ask(`${url}/health`)).status).toBe(200);
  });

  it('opens more connections than its share, and shuts nobody else out', async () => {
    const { url } = await listeningHub();
    const { hostname, port } = new URL(url);
    // Without TLS: six hundred handshakes take longer than the hub waits for them, on a machine that does much else.
    const idle = Array.from({ length: 600 }, () => {
      const socket = connect({ host: hostname, port: Number(port), localAddress: '127.0.0.4' });
      return socket.on('error', () => {}).on('data', () => {});
    });
    await eventually('those beyond its share are cut', () => idle.filter(({ destroyed }) => destroyed).length >= 88);
    expect(idle.filter(({ destroyed }) => destroyed)).toHaveLength(88);
    expect((await ask(`${url}/health`, { from: '127.0.0.9' })).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });

  it('sends what is too long before it has said who it is, or offers compression', async () => {
    const { url, paired } = await listeningHub();
    const long = await streamPeer(url);
    long.send('x'.repeat(300 * 1024));
    expect(await long.closes()).toMatchObject({ code: 1009 });
    const parts = await streamPeer(url);
    parts.hello(1);
    parts.say({
      type: 'control',
      ts: 1,
      payload: { op: 'part', form: 'text', last: false },
      bytes: new Uint8Array(10),
    });
    expect(await parts.closes()).toMatchObject({ code: 4005 });
    const device = await paired();
    const peer = await device.peer();
    await peer.welcome();
    expect(peer.ws.extensions).toBe('');
    const stranger = new Device(url);
    expect((await stranger.post('/api/clients/session', undefined, device.tokens.accessToken)).status).toBe(401);
  });
});
