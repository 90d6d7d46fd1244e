import { describe, expect, test } from 'vitest';
import {
  Decoder,
  encode,
  type Frame,
  MAX_MESSAGE_BYTES,
  type Message,
  ProtocolError,
} from '../../src/protocol/index.ts';

const base = { sessionId: 'a1', epoch: 'e1', seq: 7, ts: 1_700_000_000_000 } as const;
const output = (bytes: Uint8Array, first?: number): Message => ({
  type: 'log',
  ...base,
  payload: { kind: 'output', stream: 3, ...(first === undefined ? {} : { first }) },
  bytes,
});
const hubSays: Message[] = [
  {
    type: 'hello',
    ts: 1,
    payload: { protocol: 1, software: 'iris-tui/0.1.0', role: 'hub', encodings: ['binary'], pid: 12 },
  },
  { type: 'status', ts: 1, payload: { kind: 'welcome', viewer: 'v1', sessions: [] } },
  { type: 'status', ts: 1, payload: { kind: 'sessions', changed: [], removed: ['a1'] } },
  { type: 'status', ts: 1, payload: { kind: 'event', event: { type: 'bell', sessionId: 'a1' } } },
  { type: 'status', ts: 1, payload: { kind: 'event', event: { type: 'workspace', name: 'main', revision: 3 } } },
  output(Uint8Array.of(0, 255, 10, 27)),
  output(new Uint8Array(0), 5),
  { type: 'log', ...base, payload: { kind: 'error', stream: 3 }, bytes: Uint8Array.of(1) },
  { type: 'log', ...base, payload: { kind: 'resize', stream: 3, cols: 80, rows: 24 }, bytes: new Uint8Array(0) },
  { type: 'log', ...base, payload: { kind: 'mark', stream: 3, mark: 'm' }, bytes: new Uint8Array(0) },
  {
    type: 'log',
    ...base,
    payload: { kind: 'snapshot', stream: 3, cols: 80, rows: 24, gap: { from: 2, to: 6 } },
    bytes: Uint8Array.of(65),
  },
  { type: 'ack', sessionId: 'a1', ts: 1, payload: { of: 'input', inputSeq: 9 } },
  { type: 'control', sessionId: 'a1', epoch: 'e1', seq: 0, ts: 1, payload: { op: 'attached', stream: 3 } },
  { type: 'control', ts: 1, payload: { op: 'ended', stream: 3, failure: { code: 'not-found', message: 'gone' } } },
  { type: 'control', ts: 1, payload: { op: 'result', id: 4, result: { a: [1, 'é'] } } },
  { type: 'error', ts: 1, payload: { code: 'usage', message: 'no', remedy: 'yes', retriable: true } },
  { type: 'ping', ts: 1, payload: { id: 1 } },
  { type: 'pong', ts: 1, payload: { id: 1 } },
];
const clientSays: Message[] = [
  { type: 'auth', ts: 1, payload: { method: 'local' } },
  {
    type: 'control',
    sessionId: 'a1',
    ts: 1,
    payload: { op: 'attach', stream: 1, mode: 'screen', after: { epoch: 'e', seq: 3 }, cols: 80, rows: 24 },
  },
  { type: 'control', ts: 1, payload: { op: 'detach', stream: 1 } },
  { type: 'control', ts: 1, payload: { op: 'resize', stream: 1, cols: 100, rows: 30 } },
  {
    type: 'control',
    sessionId: 'a1',
    epoch: 'e1',
    ts: 1,
    payload: { op: 'input', stream: 1, inputSeq: 1 },
    bytes: Uint8Array.of(3, 128),
  },
  { type: 'control', ts: 1, payload: { op: 'command', id: 0, name: 'session.list', args: { x: 1 } } },
  { type: 'ack', epoch: 'e1', seq: 5, ts: 1, payload: { of: 'output', stream: 1 } },
];

function decodeAll(frames: readonly Frame[], from: 'client' | 'hub'): Message[] {
  const decoder = new Decoder(from);
  decoder.allowParts();
  return frames.flatMap((frame) => {
    const decoded = decoder.decode(frame);
    return decoded.kind === 'message' ? [decoded.message] : [];
  });
}

function plain(message: Message): unknown {
  return 'bytes' in message ? { ...message, bytes: [...message.bytes] } : message;
}

describe('the codec', () => {
  for (const binary of [true, false]) {
    test(`every message survives the way there (${binary ? 'binary' : 'text only'})`, () => {
      for (const [from, messages] of [['hub', hubSays] as const, ['client', clientSays] as const]) {
        for (const message of messages) {
          const frames = encode(message, binary);
          expect(frames).toHaveLength(1);
          expect(typeof frames[0]).toBe('bytes' in message && binary ? 'object' : 'string');
          expect(decodeAll(frames, from).map(plain)).toEqual([plain(message)]);
        }
      }
    });
  }

  test('a binary message is the length of the envelope (4 bytes, big-endian), the envelope, and the bytes as they are', () => {
    const [frame] = encode(output(Uint8Array.of(1, 2, 3)), true);
    const bytes = frame as Uint8Array;
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, false);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))).toMatchObject({ type: 'log', seq: 7 });
    expect([...bytes.subarray(4 + length)]).toEqual([1, 2, 3]);
  });

  test('what is longer than a message may be travels in parts and arrives whole, pings between them', () => {
    const bytes = Uint8Array.from({ length: 900_000 }, (_, i) => (i * 31) & 255);
    for (const binary of [true, false]) {
      const frames = encode(output(bytes), binary);
      expect(frames.length).toBeGreaterThan(3);
      for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
      const ping = encode({ type: 'ping', ts: 1, payload: { id: 1 } }, binary);
      const [first, ...rest] = frames;
      const messages = decodeAll([first!, ...ping, ...rest], 'hub');
      expect(messages.map((m) => m.type)).toEqual(['ping', 'log']);
      expect(Buffer.compare((messages[1] as { bytes: Uint8Array }).bytes, bytes)).toBe(0);
    }
    const text = 'ß€😀'.repeat(100_000);
    const frames = encode({ type: 'control', ts: 1, payload: { op: 'result', id: 1, result: { text } } }, true);
    const [message] = decodeAll(frames, 'hub');
    expect(message).toMatchObject({ payload: { result: { text } } });
  });

  test('fields that are not of the protocol are left out', () => {
    const frame = JSON.stringify({ type: 'ping', ts: 1, evil: 1, payload: { id: 1, evil: 2 } });
    expect(decodeAll([frame], 'hub')).toEqual([{ type: 'ping', ts: 1, payload: { id: 1 } }]);
    const head = JSON.stringify({ type: 'log', ...base, evil: 1, payload: { kind: 'output', stream: 1, evil: 2 } });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(head.length);
    const [log] = decodeAll([Buffer.concat([length, Buffer.from(head)])], 'hub');
    expect(Object.keys(log!).sort()).toEqual(['bytes', 'epoch', 'payload', 'seq', 'sessionId', 'ts', 'type']);
    expect((log as { payload: object }).payload).toEqual({ kind: 'output', stream: 1 });
  });

  test('the same header is taken or refused by the quick check and by the schema alike', () => {
    const headers: unknown[] = [
      { type: 'log', ...base, payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, payload: { kind: 'output', stream: 1, first: 3 } },
      { type: 'log', ...base, seq: -1, payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, seq: 1.5, payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, sessionId: '', payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, epoch: 'x'.repeat(65), payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, payload: { kind: 'output', stream: 0 } },
      { type: 'log', ...base, payload: { kind: 'output', stream: 2 ** 32 } },
      { type: 'log', ...base, ts: 'now', payload: { kind: 'output', stream: 1 } },
      { type: 'log', ...base, payload: { kind: 'output', stream: 1, first: 'x' } },
    ];
    const taken = (frame: Frame): boolean => {
      try {
        return new Decoder('hub').decode(frame).kind === 'message';
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError);
        return false;
      }
    };
    const verdicts = headers.map((header) => {
      const json = JSON.stringify(header);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(json));
      const quick = taken(Buffer.concat([length, Buffer.from(json)]));
      expect(taken(json)).toBe(quick);
      return quick;
    });
    expect(verdicts).toEqual([true, true, ...Array<boolean>(8).fill(false)]);
  });

  test('an unknown type, operation or kind is told apart from a broken message', () => {
    const decoder = new Decoder('client');
    for (const [value, name] of [
      [{ type: 'teleport' }, 'teleport'],
      [{ type: 'control', payload: { op: 'dance' } }, 'control/dance'],
      // What only a hub says is unknown to a hub.
      [{ type: 'status', payload: { kind: 'welcome' } }, 'status/welcome'],
    ] as const) {
      expect(decoder.decode(JSON.stringify(value))).toEqual({ kind: 'unknown', name });
    }
  });

  const broken: [string, Frame, string][] = [
    ['no JSON', '{', 'bad-message'],
    ['JSON that is no object', '3', 'bad-message'],
    ['null', 'null', 'bad-message'],
    ['no type', '{}', 'bad-message'],
    ['a type that is no text', '{"type":3}', 'bad-message'],
    ['control without payload', '{"type":"control"}', 'bad-message'],
    ['a field of the wrong kind', '{"type":"ping","ts":1,"payload":{"id":"x"}}', 'bad-message'],
    ['a binary message of 3 bytes', Uint8Array.of(0, 0, 0), 'bad-message'],
    ['an envelope longer than the message', Uint8Array.of(0, 0, 1, 0, 123, 125), 'bad-message'],
    ['an envelope length with the sign bit', Uint8Array.of(255, 255, 255, 255, 123, 125), 'bad-message'],
    ['an envelope that is not UTF-8', Uint8Array.of(0, 0, 0, 2, 0xff, 0xfe), 'bad-message'],
    [
      'bytes behind a message that has none',
      Buffer.concat([Buffer.of(0, 0, 0, 41), Buffer.from('{"type":"ping","ts":1,"payload":{"id":1}}x')]),
      'bad-message',
    ],
  ];
  for (const [what, frame, close] of broken) {
    test(`refuses ${what} with ${close}`, () => {
      const decode = (): unknown => new Decoder('client').decode(frame);
      expect(decode).toThrow(ProtocolError);
      try {
        decode();
      } catch (error) {
        expect((error as ProtocolError).close).toBe(close);
      }
    });
  }

  test('parts before auth, empty parts, parts of parts and endless parts are refused', () => {
    const part = (bytes: Uint8Array, last = false, form: 'text' | 'binary' = 'binary'): Frame =>
      encode({ type: 'control', ts: 1, payload: { op: 'part', form, last }, bytes }, true)[0]!;
    const refusal = (frames: Frame[], prepare = true): string | undefined => {
      const decoder = new Decoder('client');
      if (prepare) decoder.allowParts();
      try {
        for (const frame of frames) decoder.decode(frame);
      } catch (error) {
        return (error as ProtocolError).close;
      }
      return undefined;
    };
    expect(refusal([part(Uint8Array.of(1))], false)).toBe('bad-order');
    expect(refusal([part(new Uint8Array(0))])).toBe('bad-message');
    expect(refusal([part(Uint8Array.of(1)), part(Uint8Array.of(1), false, 'text')])).toBe('bad-message');
    expect(refusal([part(part(Uint8Array.of(1), true) as Uint8Array, true)])).toBe('bad-message');
    const big = part(new Uint8Array(250_000));
    expect(refusal(Array<Frame>(60).fill(big))).toBe('too-big');
  });
});
