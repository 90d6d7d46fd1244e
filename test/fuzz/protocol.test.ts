import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CLOSE, Decoder, encode, type Frame, type Message, ProtocolError } from '../../src/protocol/index.ts';
import { seededRandom } from '../support/index.ts';

/** Any outcome is fine but a crash: a message, nothing yet, unknown, or a refusal with a named close code. */
function survives(decoder: Decoder<'client'> | Decoder<'hub'>, frame: Frame): void {
  try {
    const decoded = decoder.decode(frame);
    expect(['message', 'partial', 'unknown']).toContain(decoded.kind);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(CLOSE[error.close]).toBeGreaterThanOrEqual(4000);
  }
}

const seeds: Message[] = [
  { type: 'hello', ts: 1, payload: { protocol: 1, software: 's', role: 'viewer', encodings: ['binary'] } },
  { type: 'control', ts: 1, payload: { op: 'command', id: 1, name: 'session.list', args: { a: [1, { b: null }] } } },
  { type: 'ack', epoch: 'e', seq: 3, ts: 1, payload: { of: 'output', stream: 1 } },
  {
    type: 'control',
    sessionId: 's',
    epoch: 'e',
    ts: 1,
    payload: { op: 'input', stream: 1, inputSeq: 1 },
    bytes: Uint8Array.of(1, 2, 3),
  },
  {
    type: 'log',
    sessionId: 's',
    epoch: 'e',
    seq: 1,
    ts: 1,
    payload: { kind: 'output', stream: 1 },
    bytes: new Uint8Array(9),
  },
  {
    type: 'control',
    ts: 1,
    payload: { op: 'part', form: 'binary', last: true },
    bytes: Uint8Array.of(0, 0, 0, 2, 123, 125),
  },
];

test('[H36] 100,000 broken envelopes: no crash, and each refusal has a close code', () => {
  const random = seededRandom(0x1915);
  const below = (n: number): number => Math.floor(random() * n);
  const originals = seeds.map((message) => Buffer.from(encode(message, true)[0] as string));
  let decoder = new Decoder('client');
  const hub = new Decoder('hub');
  decoder.allowParts();
  hub.allowParts();
  for (let i = 0; i < 100_000; i++) {
    const bytes = Buffer.from(originals[below(originals.length)]!);
    const edits = 1 + below(4);
    for (let e = 0; e < edits; e++) {
      const at = below(bytes.length);
      const kind = below(3);
      if (kind === 0) bytes[at] = below(256);
      else if (kind === 1) bytes.copyWithin(at, below(bytes.length));
      else bytes[at] = '"{}[],:0e-\\'.charCodeAt(below(11));
    }
    const cut = below(8) === 0 ? bytes.subarray(0, below(bytes.length)) : bytes;
    const frame = below(2) === 0 ? cut : cut.toString('utf8');
    survives(below(2) === 0 ? decoder : hub, frame);
    if (i % 1_000 === 0) {
      decoder = new Decoder('client');
      decoder.allowParts();
    }
  }
});

test('any JSON and any bytes are survived', () => {
  fc.assert(
    fc.property(
      fc.jsonValue(),
      fc.constantFrom('hello', 'auth', 'log', 'status', 'ack', 'control', 'ping'),
      (value, type) => {
        survives(new Decoder('client'), JSON.stringify(value));
        survives(new Decoder('hub'), JSON.stringify({ type, payload: value, ts: 1 }));
        survives(
          new Decoder('client'),
          JSON.stringify({ type, payload: { op: 'attach', of: 'output', value }, ts: 1 }),
        );
      },
    ),
    { numRuns: 1_000 },
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => survives(new Decoder('hub'), bytes)),
    { numRuns: 1_000 },
  );
});

test('a prototype in the wire changes nothing', () => {
  survives(new Decoder('client'), '{"type":"__proto__","payload":{}}');
  survives(new Decoder('client'), '{"type":"constructor","payload":{}}');
  survives(new Decoder('client'), '{"type":"control","payload":{"op":"__proto__","__proto__":{"stream":1}}}');
  expect(({} as { stream?: number }).stream).toBeUndefined();
});
