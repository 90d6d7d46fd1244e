import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeBrief, isBrief, StreamTable } from '../../src/protocol/brief.ts';
import {
  Decoder,
  encode,
  type Frame,
  type LogMessage,
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
        fc.integer({ min: MAX_MESSAGE_BYTES, max: MAX_MESSAGE_BYTES * 3 }),
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
      { numRuns: 40 },
    );
  });
});

describe('brief', () => {
  /** One end as a hub's link has it, and the decoder of the other. */
  function ends(): { say: (message: Message) => Frame[]; hear: Decoder<'hub'> } {
    const streams = new StreamTable();
    const hear = decoder('hub') as Decoder<'hub'>;
    hear.allowBrief();
    const say = (message: Message): Frame[] => {
      const brief = encodeBrief(message, streams);
      if (brief) return [brief];
      streams.learn(message);
      return encode(message, true);
    };
    return { say, hear };
  }
  const output = (seq: number, more: Partial<LogMessage['payload']> = {}, epoch = 'e'): Message =>
    ({
      type: 'log',
      sessionId: 's',
      epoch,
      seq,
      ts: 5,
      payload: { kind: 'output', stream: 1, ...more },
      bytes: Uint8Array.of(1, 2, 3),
    }) as Message;
  const attached: Message = {
    type: 'control',
    sessionId: 's',
    epoch: 'e',
    seq: 0,
    ts: 1,
    payload: { op: 'attached', stream: 1 },
  };

  test('gives back what a hub says, after whatever it said before', () => {
    fc.assert(
      fc.property(fc.array(fromHub, { minLength: 1, maxLength: 20 }), (messages) => {
        const { say, hear } = ends();
        for (const message of messages) {
          // Few streams, so that they come again.
          const payload =
            message.type === 'log' ? { ...message.payload, stream: (message.payload.stream % 3) + 1 } : message.payload;
          const sent = { ...message, payload } as Message;
          const frames = say(sent);
          const heard = decodeAll(hear, frames) as Message;
          const expected = frames.length === 1 && isBrief(frames[0] as Uint8Array) ? withoutTime(sent) : sent;
          expect(plain(heard)).toEqual(plain(expected));
        }
      }),
      { numRuns: 500 },
    );
  });

  test('costs six bytes a message once a stream is known, and an envelope where the epoch is another', () => {
    const { say, hear } = ends();
    expect(say(output(7))[0]![0]).toBe(0);
    for (const frame of say(attached)) hear.decode(frame);
    const frame = say(output(300))[0]!;
    expect(frame.length).toBe(5 + 3);
    expect(hear.decode(frame)).toMatchObject({
      message: { sessionId: 's', epoch: 'e', seq: 300, payload: { stream: 1 } },
    });
    const merged = say(output(340, { first: 301 } as never))[0]!;
    expect(hear.decode(merged)).toMatchObject({ message: { seq: 340, payload: { first: 301 } } });
    const other = say(output(1, {}, 'f'))[0]!;
    expect(other[0]).toBe(0);
    hear.decode(other);
    expect(hear.decode(say(output(2, {}, 'f'))[0]!)).toMatchObject({ message: { epoch: 'f', seq: 2 } });
  });

  test('of a stream that was given up is for nobody; wrong numbers are refused, and so are more streams than there can be', () => {
    const { say, hear } = ends();
    for (const frame of say(attached)) hear.decode(frame);
    hear.forget(1);
    expect(hear.decode(say(output(3))[0]!).kind).toBe('partial');
    for (const frame of [
      [1],
      [1, 1],
      [2, 1, 1],
      [1, 1, 1, 0],
      [1, 1, 1, 2],
      [1, 0, 1, 1],
      [1, ...Array<number>(9).fill(0xff), 1],
    ]) {
      expect(() => hear.decode(Uint8Array.from(frame))).toThrow(ProtocolError);
    }
    expect(() => {
      for (let stream = 1; stream < 10_000; stream++) {
        hear.decode(JSON.stringify({ ...attached, payload: { op: 'attached', stream } }));
      }
    }).toThrow('too many streams');
    // Nobody agreed on it: a length that is too large.
    expect(() => decoder('hub').decode(say(output(3))[0]!)).toThrow(ProtocolError);
  });

  test('any bytes are survived', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.constantFrom(0, 1, 2), (bytes, first) => {
        const { say, hear } = ends();
        for (const frame of say(attached)) hear.decode(frame);
        bytes[0] = first;
        try {
          hear.decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

function withoutTime(message: Message): Message {
  const { payload, ...rest } = message as LogMessage;
  // One entry is said without `first`.
  const { first, ...others } = payload as { first?: number };
  return {
    ...rest,
    ts: 0,
    payload: first === undefined || first === rest.seq ? others : { ...others, first },
  } as Message;
}

function part(form: 'text' | 'binary', binary: boolean, size = 10): Frame[] {
  const payload = { op: 'part', form, last: false } as const;
  return encode({ type: 'control', ts: 1, payload, bytes: new Uint8Array(size).fill(32) }, binary);
}
