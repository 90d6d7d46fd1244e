import type { FastifyReply } from 'fastify';
import { type ErrorCode, IrisError } from '../../core/index.ts';
import { toFailure } from '../../protocol/index.ts';
import { LoginError } from '../auth/logins.ts';
import type { HubLog } from '../hub-log.ts';

/** What a coded error is in HTTP. */
const STATUS: Readonly<Partial<Record<ErrorCode, number>>> = {
  usage: 400,
  'not-allowed': 403,
  'not-found': 404,
  ambiguous: 409,
  conflict: 409,
  'timed-out': 504,
  storage: 503,
  cancelled: 409,
};
/** It was understood, and did not work. */
const OTHERWISE = 422;

/** A request that is refused before anyone looks at what it wants. */
export class HttpRefusal extends IrisError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string, remedy?: string, retryAfterMs?: number) {
    super(code, message, {
      ...(remedy === undefined ? {} : { remedy }),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs, retriable: true }),
    });
    this.status = status;
  }
}

export function statusOf(error: IrisError): number {
  if (error instanceof HttpRefusal || error instanceof LoginError) return error.status;
  return STATUS[error.code] ?? OTHERWISE;
}

/** The body of every failure: {error: {code, message, remedy?}}. */
export function bodyOf(error: IrisError): { error: { code: string; message: string; remedy?: string } } {
  const { code, message, remedy } = toFailure(error);
  return { error: { code, message, ...(remedy === undefined ? {} : { remedy }) } };
}

export function headersOf(error: IrisError): Record<string, string> {
  const { retryAfterMs } = error;
  if (statusOf(error) === 401) return { 'www-authenticate': 'DPoP algs="EdDSA", Bearer' };
  // Whole seconds (RFC 9110, 10.2.3).
  return retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
}

export function answerFailure(error: unknown, reply: FastifyReply, log: HubLog): FastifyReply {
  const known = error instanceof IrisError ? error : fromFastify(error);
  if (!known) {
    log.error('request failed', { error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    const defect = new IrisError('failed', 'internal error', { remedy: "it is in the hub's log" });
    return reply.code(500).send(bodyOf(defect));
  }
  return reply.code(statusOf(known)).headers(headersOf(known)).send(bodyOf(known));
}

/** What Fastify refuses itself: a body that is no JSON, is too long, or came too often. */
function fromFastify(error: unknown): IrisError | undefined {
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return undefined;
  if (statusCode === 415) {
    return new HttpRefusal(
      415,
      'usage',
      'nothing says that the body is JSON',
      'send JSON: Content-Type: application/json',
    );
  }
  return new HttpRefusal(statusCode, statusCode === 429 ? 'failed' : 'usage', message ?? 'the request is wrong');
}
