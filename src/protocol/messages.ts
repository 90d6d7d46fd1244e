import { z } from 'zod';
import { MAX_SPREAD_MS } from './limits.ts';
import { roleSchema, sessionInfoSchema, sessionPatchSchema } from './session-schema.ts';

/**
 * Every message that crosses a link. `docs/protocol.md` describes them for those who write another client.
 * Fields that are not named here are left out by the codec; types, operations and kinds that are not named are unknown.
 */
const id = z.string().min(1).max(64);
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const cells = z.number().int().min(1).max(10_000);
/** Chosen by the viewer: names one attachment of one link. */
const stream = z.number().int().min(1).max(0xffff_ffff);
/** Milliseconds since 1970 at the sender; informative. */
const ts = z.number();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const personName = z.string().max(128);
const spreadMs = z.number().int().min(0).max(MAX_SPREAD_MS);
const positionSchema = z.object({ epoch: id, seq: count });

export const failure = z.object({
  code: z.string().max(64),
  message: z.string().max(8192),
  remedy: z.string().max(4096).exactOptional(),
  retriable: z.boolean().exactOptional(),
  /** Not before so many milliseconds. */
  retryAfterMs: count.exactOptional(),
});
export type Failure = z.infer<typeof failure>;

const hello = z.object({
  type: z.literal('hello'),
  clientId: id.exactOptional(),
  ts,
  payload: z.object({
    protocol: z.number().int().min(0),
    /** Name and version of the program, as `iris-tui/0.1.0`. */
    software: z.string().max(256),
    role: z.enum(['hub', 'viewer', 'runner']),
    /** `binary`: raw bytes after the envelope instead of base64 inside it. Used when both offer it. */
    encodings: z.array(z.string().max(32)).max(16),
    /** `manage`: only hub.status and hub.stop; accepted whatever the version. */
    purpose: z.enum(['use', 'manage']).exactOptional(),
    /** Process of the hub. */
    pid: z.number().int().exactOptional(),
  }),
});

const auth = z.object({
  type: z.literal('auth'),
  ts,
  payload: z.discriminatedUnion('method', [
    /** The folder of the socket lets only its owner in. */
    z.object({ method: z.literal('local') }),
    z.object({
      method: z.literal('token'),
      token: z.string().min(1).max(256),
      /** That whoever sends a token of a device has the key of that device (RFC 9449). */
      proof: z.string().min(1).max(4096).exactOptional(),
    }),
  ]),
});
export type AuthPayload = z.infer<typeof auth>['payload'];

/** As whom the hub knows this viewer, and what it may do with sessions that say nothing of their own. */
const you = z.object({ name: z.string().max(256), role: roleSchema.exactOptional() });

const welcome = z.object({
  type: z.literal('status'),
  ts,
  payload: z.object({
    kind: z.literal('welcome'),
    viewer: id,
    you: you.exactOptional(),
    sessions: z.array(sessionInfoSchema),
    /** Should it lose this hub it comes back spread over so long, as many do. */
    spreadMs: spreadMs.exactOptional(),
  }),
});
const sessionsChanged = z.object({
  type: z.literal('status'),
  ts,
  payload: z.object({
    kind: z.literal('sessions'),
    changed: z.array(sessionInfoSchema),
    removed: z.array(id),
    /** To those who are brief: fields of sessions they know that are others than they were. */
    patched: z.array(sessionPatchSchema).exactOptional(),
    /** When what this viewer may do was changed. */
    you: you.exactOptional(),
  }),
});
/** There are more now, or fewer: another spread than the welcome said. */
const crowd = z.object({
  type: z.literal('status'),
  ts,
  payload: z.object({ kind: z.literal('crowd'), spreadMs }),
});
/** Of somebody who asked for the keyboard, to those who were told. A kind of its own: clients do not know an event that came later. */
const answered = z.object({
  type: z.literal('status'),
  ts,
  payload: z.object({ kind: z.literal('answered'), sessionId: id, viewer: id }),
});
const event = z.object({
  type: z.literal('status'),
  ts,
  payload: z.object({
    kind: z.literal('event'),
    event: z.discriminatedUnion('type', [
      z.object({ type: z.literal('workspace'), name: z.string().max(128), revision: count }),
      z.object({ type: z.literal('teams') }),
      z.object({ type: z.literal('bell'), sessionId: id }),
      z.object({ type: z.literal('clipboard'), sessionId: id, text: z.string().max(102_400) }),
      z.object({
        type: z.literal('notice'),
        sessionId: id,
        title: z.string().max(4096),
        body: z.string().max(4096),
      }),
      z.object({
        type: z.literal('attention'),
        sessionId: id,
        ways: z.array(z.enum(['bell', 'osc9', 'osc777'])).max(8),
        title: z.string().max(4096),
        body: z.string().max(4096),
      }),
      z.object({ type: z.literal('detached'), reason: z.string().max(4096) }),
      /** A viewer asks for the keyboard of a session. */
      z.object({ type: z.literal('asked'), sessionId: id, viewer: id, name: personName, ask: id.exactOptional() }),
      /** What became of our own keyboard, by whom. */
      z.object({
        type: z.literal('keyboard'),
        sessionId: id,
        change: z.enum(['given', 'taken', 'declined']),
        by: personName,
        /** To a hub: of whom there. */
        viewer: id.exactOptional(),
      }),
      /** Where a viewer looks that we follow; `left`: it is gone, or may not be followed any more. */
      z.object({
        type: z.literal('focus'),
        viewer: id,
        sessionId: id.exactOptional(),
        tab: id.exactOptional(),
        zoomed: z.boolean().exactOptional(),
        left: z.literal(true).exactOptional(),
      }),
      /** Who follows us now: where we look is to be told while there is anybody. */
      z.object({ type: z.literal('followed'), by: z.array(personName).max(16) }),
    ]),
  }),
});

const attach = z.object({
  type: z.literal('control'),
  sessionId: id,
  ts,
  payload: z.object({
    op: z.literal('attach'),
    stream,
    mode: z.enum(['screen', 'log']),
    after: positionSchema.exactOptional(),
    cols: cells.exactOptional(),
    rows: cells.exactOptional(),
    readOnly: z.boolean().exactOptional(),
    /** Snapshots bring the scrollback along. */
    history: z.boolean().exactOptional(),
    /** No pictures: after a gap comes all that is kept. */
    entries: z.boolean().exactOptional(),
    /** For a hub that shows it as a session of its own: nobody sits before this stream, some may behind it. */
    mirror: z.boolean().exactOptional(),
    /** What this stream was sent is kept until `ack kept`. Only for a hub that we offered our sessions to. */
    retain: z.boolean().exactOptional(),
  }),
});
const detach = z.object({ type: z.literal('control'), ts, payload: z.object({ op: z.literal('detach'), stream }) });
const resize = z.object({
  type: z.literal('control'),
  ts,
  payload: z.object({ op: z.literal('resize'), stream, cols: cells, rows: cells }),
});
/** inputSeq: from 1, a number for each message, one row a (clientId, session). */
const input = z.object({
  type: z.literal('control'),
  sessionId: id,
  epoch: id,
  ts,
  payload: z.object({
    op: z.literal('input'),
    stream,
    inputSeq: z.number().int().min(1),
    /** Passed on by a hub: who typed it there, and the number it had. By these it is known when it comes twice. */
    from: z
      .object({ client: z.string().min(1).max(512), seq: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER) })
      .exactOptional(),
  }),
  bytes,
});
const command = z.object({
  type: z.literal('control'),
  ts,
  payload: z.object({ op: z.literal('command'), id: count, name: z.string().max(64), args: z.unknown().optional() }),
});
const attached = z.object({
  type: z.literal('control'),
  sessionId: id,
  epoch: id,
  seq: count,
  ts,
  payload: z.object({ op: z.literal('attached'), stream }),
});
/** The attachment is over. `failure` is absent when the session was killed or the viewer asked. */
const ended = z.object({
  type: z.literal('control'),
  ts,
  payload: z.object({ op: z.literal('ended'), stream, failure: failure.exactOptional() }),
});
const result = z.object({
  type: z.literal('control'),
  ts,
  payload: z.object({
    op: z.literal('result'),
    id: count,
    result: z.unknown().optional(),
    failure: failure.exactOptional(),
  }),
});
/** A slice of one longer message. Parts of one message come in order; others may stand between them, but no part of another. */
const part = z.object({
  type: z.literal('control'),
  ts,
  payload: z.object({ op: z.literal('part'), form: z.enum(['text', 'binary']), last: z.boolean() }),
  bytes,
});

/** An entry of a log, or a snapshot. */
export const logSchema = z.object({
  type: z.literal('log'),
  sessionId: id,
  epoch: id,
  /** The newest entry that this message holds. Output of several entries in a row may be in one: then `first` is the oldest. */
  seq: count,
  ts,
  payload: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('output'), stream, first: count.exactOptional() }),
    z.object({ kind: z.literal('error'), stream, first: count.exactOptional() }),
    z.object({ kind: z.literal('resize'), stream, cols: cells, rows: cells }),
    z.object({ kind: z.literal('mark'), stream, mark: z.string().max(4096) }),
    z.object({
      kind: z.literal('snapshot'),
      stream,
      cols: cells,
      rows: cells,
      gap: z.object({ from: count, to: count }).exactOptional(),
      /** Where this epoch begins: what came after there, in epochs before, is not to be had. */
      lostAfter: positionSchema.exactOptional(),
    }),
  ]),
  bytes,
});

/** From a viewer: entries up to (epoch, seq) of a stream are handled. */
const outputAck = z.object({
  type: z.literal('ack'),
  epoch: id,
  seq: count,
  ts,
  payload: z.object({ of: z.literal('output'), stream }),
});
/** From a hub that mirrors a session: entries up to there are on its disk. */
const keptAck = z.object({
  type: z.literal('ack'),
  epoch: id,
  seq: count,
  ts,
  payload: z.object({ of: z.literal('kept'), stream }),
});
/** From a hub: input up to inputSeq was written. With `refused`: that from `from` to inputSeq was not, and only these are meant. */
const inputAck = z.object({
  type: z.literal('ack'),
  sessionId: id,
  ts,
  payload: z.object({
    of: z.literal('input'),
    inputSeq: count,
    from: count.exactOptional(),
    refused: failure.exactOptional(),
  }),
});

const error = z.object({ type: z.literal('error'), ts, payload: failure });
const ping = z.object({ type: z.literal('ping'), ts, payload: z.object({ id: count }) });
const pong = z.object({ type: z.literal('pong'), ts, payload: z.object({ id: count }) });

const both = { hello, error, ping, pong, 'control/part': part } as const;

/** What a viewer sends, by type and operation. */
export const clientMessages = {
  ...both,
  auth,
  'control/attach': attach,
  'control/detach': detach,
  'control/resize': resize,
  'control/input': input,
  'control/command': command,
  'ack/output': outputAck,
  'ack/kept': keptAck,
} as const;

/** What a hub sends. */
export const hubMessages = {
  ...both,
  'status/welcome': welcome,
  'status/sessions': sessionsChanged,
  'status/event': event,
  'status/crowd': crowd,
  'status/answered': answered,
  'control/attached': attached,
  'control/ended': ended,
  'control/result': result,
  'ack/input': inputAck,
  log: logSchema,
} as const;

type Union<T extends Record<string, z.ZodType>> = z.infer<T[keyof T]>;
export type ClientMessage = Union<typeof clientMessages>;
export type HubMessage = Union<typeof hubMessages>;
export type Message = ClientMessage | HubMessage;
export type LogMessage = z.infer<typeof logSchema>;
export type InputMessage = z.infer<typeof input>;
export type WireEvent = z.infer<typeof event>['payload']['event'];

/** Which row of the tables a decoded JSON object belongs to; undefined when it is no message at all. */
export function keyOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, payload } = value as { type?: unknown; payload?: unknown };
  if (typeof type !== 'string' || type.length > 32) return undefined;
  const name = type === 'control' ? 'op' : type === 'status' ? 'kind' : type === 'ack' ? 'of' : undefined;
  if (name === undefined) return type;
  if (typeof payload !== 'object' || payload === null) return undefined;
  const sub: unknown = (payload as Record<string, unknown>)[name];
  return typeof sub === 'string' && sub.length <= 32 ? `${type}/${sub}` : undefined;
}
