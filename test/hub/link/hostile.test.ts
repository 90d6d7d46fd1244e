import type { Socket as NetSocket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { CLOSE, MAX_MESSAGE_BYTES, PROTOCOL } from '../../../src/protocol/index.ts';
import { closeAll, eventually, onlineClient, openHub } from '../support/index.ts';
import { RawPeer } from '../support/raw.ts';
import { fuzz } from './hostile.ts';

afterEach(closeAll);

/** All 100,000 of them: test/soak. */
test('[H36] 2,000 fuzzed envelopes on real links: the hub lives, within 64 MiB, and closes each with the right code', async () => {
  const { sent, codes, grownMiB, wrong } = await fuzz(2_000, 36);
  expect(sent).toBeGreaterThanOrEqual(2_000);
  expect(wrong).toEqual([]);
  expect(codes.get(CLOSE['bad-message'])).toBeGreaterThan(100);
  expect(grownMiB).toBeLessThanOrEqual(64);
});

describe('[H36] frames of the WebSocket', () => {
  const FIN = 0x80;
  const RSV1 = 0x40;
  /** One frame as a client sends it, masked with zeros (RFC 6455, 5.2). */
  function frame(first: number, payload: Uint8Array | string): Buffer {
    const bytes = Buffer.from(payload);
    const length =
      bytes.length < 126
        ? [0x80 | bytes.length]
        : bytes.length < 65_536
          ? [0x80 | 126, bytes.length >> 8, bytes.length & 255]
          : [0x80 | 127, 0, 0, 0, 0, ...new Uint8Array(Uint32Array.of(bytes.length).buffer).reverse()];
    return Buffer.concat([Buffer.from([first, ...length, 0, 0, 0, 0]), bytes]);
  }
  const rawOf = (peer: RawPeer): NetSocket => (peer.ws as unknown as { _socket: NetSocket })._socket;
  const hello = JSON.stringify({
    type: 'hello',
    ts: 1,
    payload: { protocol: PROTOCOL, software: 'raw/1', role: 'viewer', encodings: [] },
  });
  const huge = Buffer.alloc(MAX_MESSAGE_BYTES / 2 + 1, 32);

  const closed: [string, Buffer[], number][] = [
    ['compressed, which nobody agreed on', [frame(FIN | RSV1 | 1, 'x')], 1002],
    ['longer than 256 KiB', [frame(FIN | 1, Buffer.alloc(MAX_MESSAGE_BYTES + 1, 32))], 1009],
    ['in fragments that are longer together', [frame(1, huge), frame(FIN, huge)], 1009],
    ['that go on with nothing', [frame(FIN, 'x')], 1002],
    ['that begin a message within a message', [frame(1, 'x'), frame(FIN | 1, 'y')], 1002],
    ['of control in fragments', [frame(9, 'x')], 1002],
    ['of control that are too long', [frame(FIN | 9, Buffer.alloc(126))], 1002],
    ['of a kind that does not exist', [frame(FIN | 3, 'x')], 1002],
    ['of text that is not UTF-8, cut in the middle', [frame(1, Uint8Array.of(0xe6, 0x97)), frame(FIN, 'x')], 1007],
  ];
  for (const [what, frames, code] of closed) {
    test(`${what}: closed with ${code}, and the hub lives on`, async () => {
      const { socket } = await openHub();
      const peer = await RawPeer.open(socket);
      for (const one of frames) rawOf(peer).write(one);
      expect((await peer.closes()).code).toBe(code);
      await onlineClient(socket);
    });
  }

  test('a message in fragments, with a ping between them, is one message', async () => {
    const { socket } = await openHub();
    const peer = await RawPeer.open(socket);
    const pongs: string[] = [];
    peer.ws.on('pong', (data) => pongs.push(data.toString()));
    const raw = rawOf(peer);
    raw.write(frame(1, hello.slice(0, 10)));
    raw.write(frame(FIN | 9, 'between'));
    for (const letter of hello.slice(10, -1)) raw.write(frame(0, letter));
    raw.write(frame(FIN, hello.slice(-1)));
    await eventually('hello is answered', () => peer.find('hello'));
    expect(pongs).toEqual(['between']);
    peer.leave();
  });

  test('a million fragments of nothing end at some point, in the link, not in the hub', async () => {
    const { socket } = await openHub();
    const peer = await RawPeer.join(socket);
    rawOf(peer).write(frame(1, 'x'));
    const nothing = Buffer.concat(Array.from({ length: 10_000 }, () => frame(0, '')));
    for (let i = 0; i < 100 && !peer.closed; i++) {
      await new Promise<void>((resolve) => {
        if (rawOf(peer).destroyed) resolve();
        else rawOf(peer).write(nothing, () => resolve());
      });
    }
    const one = await onlineClient(socket);
    expect((await one.command('hub.status', {})).pid).toBe(process.pid);
    peer.leave();
  });

  test('compression is offered and not taken', async () => {
    const { socket } = await openHub();
    const { connect } = await import('node:net');
    const ws = new WebSocket('ws://localhost/', { perMessageDeflate: true, createConnection: () => connect(socket) });
    await eventually('it is open', () => ws.readyState === WebSocket.OPEN);
    expect(ws.extensions).toBe('');
    ws.terminate();
  });
});
