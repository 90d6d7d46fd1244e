import { request } from 'node:http';
import { z } from 'zod';
import {
  type Clock,
  ERROR_CODES,
  type ErrorCode,
  IrisError,
  type IrisErrorOptions,
  plainText,
} from '../../core/index.ts';
import { mayPass, retryAfterMs } from '../http-answer.ts';
import { networkFailure } from './failures.ts';
import { type HubPlace, type Trust, whereOf } from './place.ts';
import { openSecurely } from './secure-socket.ts';

/** Answers of a hub are short; a longer one is not read. */
const MAX_BODY_BYTES = 256 * 1024;
const ANSWER_WITHIN_MS = 10_000;

export interface RestCall {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface RestAnswer {
  readonly status: number;
  /** Parsed JSON, whatever it is; undefined when it is none. */
  readonly body: unknown;
  /** By the hub's clock, milliseconds since 1970 (whole seconds); undefined when it does not say. */
  readonly at: number | undefined;
  /** How long it asks to be left alone. */
  readonly retryAfterMs: number | undefined;
}

/**
 * One request over a connection of its own.
 * @throws IrisError when there is no answer; an answer that refuses is an answer
 */
export async function callHub(place: HubPlace, trust: Trust, call: RestCall, clock: Clock): Promise<RestAnswer> {
  const where = whereOf(place);
  const socket = await openSecurely(place, trust, clock);
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  try {
    return await new Promise<RestAnswer>((resolve, reject) => {
      const fail = (error: unknown): void => reject(networkFailure(error, where));
      const timer = clock.after(ANSWER_WITHIN_MS, () => fail(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })));
      socket.once('close', () => timer.cancel());
      const sent = request({
        // Plain HTTP over a connection that is secure already.
        createConnection: () => socket,
        host: place.host,
        method: call.method,
        path: call.path,
        headers: {
          host: where,
          accept: 'application/json',
          ...(body ? { 'content-type': 'application/json', 'content-length': String(body.length) } : {}),
          ...call.headers,
        },
      });
      sent.on('error', fail);
      sent.on('response', (response) => {
        const chunks: Buffer[] = [];
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length > MAX_BODY_BYTES) fail(new Error('its answer is too long'));
          else chunks.push(chunk);
        });
        response.on('error', fail);
        response.on('end', () => {
          timer.cancel();
          const at = Date.parse(response.headers.date ?? '');
          resolve({
            status: response.statusCode ?? 0,
            body: parse(Buffer.concat(chunks).toString('utf8')),
            at: Number.isNaN(at) ? undefined : at,
            retryAfterMs: retryAfterMs(response.headers['retry-after']),
          });
        });
      });
      sent.end(body);
    });
  } finally {
    socket.destroy();
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
});

/** A hub has answered, and said no. */
export class HubRefusal extends IrisError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string, options: IrisErrorOptions) {
    super(code, message, options);
    this.status = status;
  }

  /** It is about what we proved ourselves with, not about the request. */
  get isAboutLogin(): boolean {
    return this.status === 401;
  }
}

/** What an answer that is no 2xx means. Whether it may be tried again follows from the status alone. */
export function refusalOf({ status, body, retryAfterMs: waitMs }: RestAnswer, where: string): HubRefusal {
  const retriable = mayPass(status);
  const again = { retriable, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) };
  const parsed = refusalSchema.safeParse(body);
  if (!parsed.success) {
    return new HubRefusal(status, 'hub-unreachable', `what answers at ${where} is no iris-tui hub (HTTP ${status})`, {
      ...again,
      remedy: 'is that the port of the hub?',
    });
  }
  const { code, message, remedy } = parsed.data.error;
  const known: ErrorCode = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'failed';
  return new HubRefusal(status, retriable && known === 'failed' ? 'hub-unreachable' : known, plainText(message, 500), {
    ...again,
    ...(remedy === undefined ? {} : { remedy: plainText(remedy, 500) }),
  });
}
