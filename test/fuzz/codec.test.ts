import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  Decoder,
  encode,
  type Frame,
  MAX_MESSAGE_BYTES,
  type Message,
  PART_BYTES,
  ProtocolError,
} from '../../src/protocol/index.ts';

const id = fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' }).filter((text) => text.length <= 64);
const count = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const stream = fc.integer({ min: 1, max: 0xffff_ffff });
const cells = fc.integer({ min: 1, max: 10_000 });
const ts = fc.integer({ min: 0, max: 2 ** 45 });
const bytes = fc.uint8Array({ maxLength: 300 });
const words = fc.string({ unit: 'binary', maxLength: 60 });

/** Messages of every shape that one side sends, as far as they differ for the codec. */
const fromClient: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    type: fc.constant('control' as const),
    sessionId: id,
    epoch: id,
    ts,
    payload: fc.record({ op: fc.constant('input' as const), stream, inputSeq: count.map((n) => n || 1) }),
    bytes,
  }),
  fc.record({
    type: fc.constant('control' as const),
    sessionId: id,
    ts,
    payload: fc.record(
      {
        op: fc.constant('attach' as const),
        stream,
        mode: fc.constantFrom('screen' as const, 'log' as const),
        after: fc.record({ epoch: id, seq: count }),
        cols: cells,
        rows: cells,
        readOnly: fc.boolean(),
      },
      { requiredKeys: ['op', 'stream', 'mode'] },
    ),
  }),
  fc.record({
    type: fc.constant('control' as const),
    ts,
    payload: fc.record({
      op: fc.constant('command' as const),
      id: count,
      name: fc.constantFrom('session.list', 'session.send'),
      args: fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 2 })),
    }),
  }) as fc.Arbitrary<Message>,
  fc.record({
    type: fc.constant('ack' as const),
    epoch: id,
    seq: count,
    ts,
    payload: fc.record({ of: fc.constant('output' as const), stream }),
  }),
);

const fromHub: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({ seq: count.map((n) => n || 1), back: fc.nat({ max: 100 }), kind: fc.constantFrom('output', 'error') })
    .chain(({ seq, back, kind }) =>
      fc.record({
        type: fc.constant('log' as const),
        sessionId: id,
        epoch: id,
        seq: fc.constant(seq),
        ts,
        payload: fc.record({
          kind: fc.constant(kind as 'output'),
          stream,
          first: fc.constant(Math.max(1, seq - back)),
        }),
        bytes,
      }),
    ),
  fc.record({
    type: fc.constant('log' as const),
    sessionId: id,
    epoch: id,
    seq: count,
    ts,
    payload: fc.record(
      {
        kind: fc.constant('snapshot' as const),
        stream,
        cols: cells,
        rows: cells,
        gap: fc.record({ from: count, to: count }),
      },
      { requiredKeys: ['kind', 'stream', 'cols', 'rows'] },
    ),
    bytes,
  }),
  fc.record({
    type: fc.constant('control' as const),
    ts,
    payload: fc.record({ op: fc.constant('result' as const), id: count, result: fc.jsonValue({ maxDepth: 3 }) }),
  }) as fc.Arbitrary<Message>,
  fc.record({
    type: fc.constant('error' as const),
    ts,
    payload: fc.record(
      { code: fc.constant('usage'), message: words, remedy: words },
      { requiredKeys: ['code', 'message'] },
    ),
  }),
);

type Side = 'client' | 'hub';
const sides: readonly [Side, fc.Arbitrary<Message>][] = [
  ['client', fromClient],
  ['hub', fromHub],
];

function decoder(side: Side): Decoder<Side> {
  const made = new Decoder<Side>(side);
  made.allowParts();
  return made;
}

/** What comes out in the end, and that nothing came before. */
function decodeAll(to: Decoder<Side>, frames: readonly Frame[]): unknown {
  const decoded = frames.map((frame) => to.decode(frame));
  expect(decoded.slice(0, -1).every(({ kind }) => kind === 'partial')).toBe(true);
  const last = decoded.at(-1)!;
  return last.kind === 'message' ? last.message : last;
}

/** As JSON has it: -0 is 0, `__proto__` stays away. */
function plain(message: Message): unknown {
  const text = JSON.stringify({ ...message, bytes: undefined });
  return { ...(JSON.parse(text) as object), ...('bytes' in message ? { bytes: [...message.bytes] } : {}) };
}

describe('the codec', () => {
  for (const [side, messages] of sides) {
    for (const binary of [true, false]) {
      test(`gives back what a ${side} says, ${binary ? 'binary' : 'as text'}`, () => {
        fc.assert(
          fc.property(messages, (message) => {
            const out = decodeAll(decoder(side), encode(message, binary)) as Message;
            expect(plain(out)).toEqual(plain(message));
          }),
          { numRuns: 1_000 },
        );
      });
    }

    test(`takes no part of what a ${side} says for the whole`, () => {
      fc.assert(
        fc.property(
          messages,
          fc.boolean(),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          (message, binary, where) => {
            const [whole] = encode(message, binary) as [Frame];
            const cut = whole.slice(0, Math.floor(whole.length * where));
            const to = decoder(side);
            try {
              const decoded = to.decode(cut);
              // Raw bytes have no end of their own: what carries some may be shorter, never longer or another.
              const bytesLeft =
                decoded.kind === 'message' && 'bytes' in decoded.message ? decoded.message.bytes.length : -1;
              const had = 'bytes' in message ? message.bytes.length : -1;
              expect(binary && bytesLeft >= 0 && bytesLeft < had).toBe(true);
            } catch (error) {
              if (!(error instanceof ProtocolError)) throw error;
              expect(error.close).toBe('bad-message');
            }
          },
        ),
        { numRuns: 1_000 },
      );
    });
  }

  test('puts long messages together again, with others between their parts, and refuses parts that are missing, mixed or empty', () => {
    const big = (size: number): Message => ({
      type: 'control',
      sessionId: 's',
      epoch: 'e',
      ts: 1,
      payload: { op: 'input', stream: 1, inputSeq: 1 },
      bytes: Uint8Array.from({ length: size }, (_, i) => (i * 31) & 255),
    });
    const ping: Message = { type: 'ping', ts: 1, payload: { id: 1 } };
    fc.assert(
      fc.property(
        fc.integer({ min: MAX_MESSAGE_BYTES, max: MAX_MESSAGE_BYTES * 4 }),
        fc.boolean(),
        fc.array(fc.nat({ max: 8 }), { maxLength: 4 }),
        fc.constantFrom('whole', 'missing', 'twice', 'mixed', 'empty'),
        (size, binary, pings, what) => {
          const message = big(size);
          const frames = encode(message, binary);
          expect(frames.length).toBeGreaterThan(1);
          for (const frame of frames) expect(Buffer.byteLength(frame)).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
          const to = decoder('client');
          const between = new Set(pings);
          const broken = [...frames];
          if (what === 'missing') broken.splice(0, 1);
          if (what === 'twice') broken.splice(1, 0, broken[0]!);
          if (what === 'mixed') broken.splice(1, 0, ...part(binary ? 'text' : 'binary', binary));
          if (what === 'empty') broken.splice(1, 0, ...part(binary ? 'binary' : 'text', binary, 0));
          try {
            let last: unknown;
            broken.forEach((frame, i) => {
              if (between.has(i)) expect(to.decode(encode(ping, binary)[0]!).kind).toBe('message');
              const decoded = to.decode(frame);
              expect(decoded.kind).toBe(i === broken.length - 1 ? 'message' : 'partial');
              if (decoded.kind === 'message') last = decoded.message;
            });
            // Without its beginning, or with a part of it twice, binary bytes cannot be told from others; their length can.
            const out = last as Message & { bytes: Uint8Array };
            if (what === 'whole')
              expect(Buffer.from(out.bytes).equals(Buffer.from((message as typeof out).bytes))).toBe(true);
            else expect(what === 'twice' && binary && out.bytes.length === size + PART_BYTES).toBe(true);
          } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
            expect(what).not.toBe('whole');
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

function part(form: 'text' | 'binary', binary: boolean, size = 10): Frame[] {
  const payload = { op: 'part', form, last: false } as const;
  return encode({ type: 'control', ts: 1, payload, bytes: new Uint8Array(size).fill(32) }, binary);
}
