import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { ChaosProxy, type ChaosProxyOptions, waitUntil } from './index.ts';

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of stack.splice(0).reverse()) await close();
});

/** A server that keeps what it is sent and sends it back, behind a proxy. */
async function stage(options: Partial<ChaosProxyOptions> = {}) {
  const sockets: Socket[] = [];
  let heard = Buffer.alloc(0);
  const chunks: number[] = [];
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes]);
      chunks.push(bytes.length);
      socket.write(bytes);
    });
    socket.on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stack.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const proxy = await ChaosProxy.open({ to: { port: (server.address() as AddressInfo).port }, ...options });
  stack.push(() => proxy.close());
  return {
    proxy,
    chunks,
    get heard() {
      return heard;
    },
  };
}

function dial(proxy: ChaosProxy, path?: string) {
  const socket = path === undefined ? connect({ port: proxy.port, noDelay: true }) : connect(path);
  stack.push(() => socket.destroy());
  let heard = Buffer.alloc(0);
  let error: NodeJS.ErrnoException | undefined;
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes]);
  });
  socket.on('error', (e) => {
    error = e;
  });
  return {
    socket,
    get heard() {
      return heard;
    },
    get error() {
      return error?.code;
    },
  };
}

/** However it ends. */
function closed(end: Socket | WebSocket): Promise<void> {
  return new Promise((resolve) => end.once('close', () => resolve()));
}

const TEXT = Buffer.from(Array.from({ length: 500 }, (_, i) => `line ${i} grüßt 日本 👩‍🚀\n`).join(''));

describe('the chaos proxy', () => {
  test('without rules passes everything, and an end in order behind it', async () => {
    const s = await stage();
    const client = dial(s.proxy);
    client.socket.end(TEXT);
    await closed(client.socket);
    expect(s.heard.equals(TEXT)).toBe(true);
    expect(client.heard.equals(TEXT)).toBe(true);
    expect(s.proxy.passed).toEqual({ there: TEXT.length, back: TEXT.length });
    await waitUntil(() => s.proxy.connections === 0, 'the connection is over');
  });

  test('slices, and stays byte-exact', async () => {
    const s = await stage({ rules: { slice: [1, 7] } });
    const client = dial(s.proxy);
    client.socket.end(TEXT);
    await closed(client.socket);
    expect(client.heard.equals(TEXT)).toBe(true);
    expect(s.chunks.length).toBeGreaterThan(TEXT.length / 100);
  });

  test('is late, and slow, by what it was told and no less', async () => {
    const s = await stage({ rules: { latencyMs: 40, jitterMs: 10 } });
    const client = dial(s.proxy);
    let began = performance.now();
    client.socket.write('a');
    await waitUntil(() => client.heard.length === 1, 'the echo came', { everyMs: 1 });
    expect(performance.now() - began).toBeGreaterThanOrEqual(79);
    s.proxy.set({ latencyMs: 0, jitterMs: 0, bytesPerSecond: 100_000 }, 'back');
    began = performance.now();
    client.socket.write(Buffer.alloc(20_000));
    await waitUntil(() => client.heard.length === 20_001, 'the echo came');
    expect(performance.now() - began).toBeGreaterThanOrEqual(199);
  });

  test('keeps nothing back for ever when the reader is slow, and little while it is', async () => {
    const s = await stage();
    const client = dial(s.proxy);
    client.socket.pause();
    client.socket.write(Buffer.alloc(4 << 20));
    await waitUntil(() => s.proxy.passed.there > 0, 'some passed');
    client.socket.resume();
    await waitUntil(() => client.heard.length === 4 << 20, 'all came back');
  });

  test('resets at exactly the byte it was told to', async () => {
    const s = await stage();
    s.proxy.set({ resetAtByte: 1_234 }, 'there');
    const client = dial(s.proxy);
    client.socket.write(TEXT);
    await closed(client.socket);
    expect(client.error).toBe('ECONNRESET');
    await waitUntil(() => s.heard.length === 1_234, 'the server has what passed');
    expect(s.heard.equals(TEXT.subarray(0, 1_234))).toBe(true);
    expect(s.proxy.resets).toBe(1);
  });

  test('ends in order at its limit', async () => {
    const s = await stage();
    s.proxy.set({ limitBytes: 100 }, 'back');
    const client = dial(s.proxy);
    client.socket.write(TEXT);
    await closed(client.socket);
    expect(client.error).toBeUndefined();
    expect(client.heard.equals(TEXT.subarray(0, 100))).toBe(true);
  });

  test('fails about half of all connects, the same ones with the same seed', async () => {
    const outcome = async (seed: number): Promise<string> => {
      const s = await stage({ seed, rules: { failConnects: 0.5 } });
      let row = '';
      for (let i = 0; i < 40; i++) {
        const client = dial(s.proxy);
        client.socket.end('x');
        await closed(client.socket);
        row += client.heard.length === 1 ? '.' : 'x';
      }
      expect(row.split('x').length - 1).toBe(s.proxy.failed);
      return row;
    };
    const first = await outcome(3);
    expect(first.split('x').length - 1).toBeGreaterThan(8);
    expect(first.split('x').length - 1).toBeLessThan(32);
    expect(await outcome(3)).toBe(first);
    expect(await outcome(4)).not.toBe(first);
  });

  test('falls silent and says nothing; what waited comes when it speaks again', async () => {
    const s = await stage();
    const client = dial(s.proxy);
    client.socket.write('one');
    await waitUntil(() => client.heard.length === 3, 'the echo came');
    s.proxy.set({ silent: true });
    client.socket.write('second');
    await waitUntil(() => s.proxy.mostWaitingBytes('there') === 6, 'the proxy has it');
    expect(s.proxy.passed.there).toBe(3);
    s.proxy.set({ silent: false });
    await waitUntil(() => client.heard.toString() === 'onesecond', 'the rest came');
    expect(client.socket.destroyed).toBe(false);
  });

  test('goes down with all its connections and comes up at the same place', async () => {
    const s = await stage();
    const client = dial(s.proxy);
    client.socket.write('x');
    await waitUntil(() => client.heard.length === 1, 'the echo came');
    const { port } = s.proxy;
    await s.proxy.down();
    await waitUntil(() => client.error, 'it was reset');
    const refused = dial(s.proxy);
    await closed(refused.socket);
    expect(refused.error).toBe('ECONNREFUSED');
    await s.proxy.up();
    expect(s.proxy.port).toBe(port);
    const again = dial(s.proxy);
    again.socket.end('y');
    await closed(again.socket);
    expect(again.heard.toString()).toBe('y');
  });

  test('leads between Unix sockets as well, and resets there by cutting', async () => {
    const folder = mkdtempSync('/tmp/ic-');
    stack.push(() => rmSync(folder, { recursive: true }));
    const s = await stage();
    const proxy = await ChaosProxy.open({ to: { port: s.proxy.port }, at: { socketPath: `${folder}/p` } });
    stack.push(() => proxy.close());
    const client = dial(proxy, `${folder}/p`);
    client.socket.write('x');
    await waitUntil(() => client.heard.length === 1, 'the echo came');
    proxy.reset();
    await closed(client.socket);
    expect(proxy.connections).toBe(0);
  });

  test('counts WebSocket frames, both ways together, whatever the chunks are', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
    await once(server, 'listening');
    stack.push(() => {
      for (const ws of server.clients) ws.terminate();
      server.close();
    });
    const got: number[] = [];
    server.on('connection', (ws) => {
      ws.on('message', (data: Buffer) => {
        got.push(data.length);
        ws.send(data);
      });
    });
    const proxy = await ChaosProxy.open({ to: { port: (server.address() as AddressInfo).port } });
    stack.push(() => proxy.close());
    for (const slice of [undefined, [1, 7]] as const) {
      got.length = 0;
      proxy.set({ slice });
      proxy.forNext({ resetAtFrame: 5 });
      const ws = new WebSocket(proxy.url, { perMessageDeflate: false });
      const back: number[] = [];
      ws.on('error', () => {});
      // Of every form of length that there is; each is sent when the last one is back.
      const sizes = [70_000, 0, 126, 125, 125];
      ws.on('open', () => ws.send(Buffer.alloc(sizes[0]!)));
      ws.on('message', (data: Buffer) => {
        back.push(data.length);
        ws.send(Buffer.alloc(sizes[back.length]!));
      });
      await closed(ws);
      await waitUntil(() => got.length === 3, 'the fifth frame, which is the third there, arrived');
      expect(got).toEqual([70_000, 0, 126]);
      expect(back).toEqual([70_000, 0]);
    }
  });
});
