import { ERROR_CODES, type ErrorCode, IrisError, plainText } from '../core/index.ts';
import type { Failure } from './messages.ts';

/** An error as it crosses the wire. */
export function toFailure(error: unknown): Failure {
  const e = IrisError.from(error);
  return {
    code: e.code,
    message: plainText(e.message),
    ...(e.remedy === undefined ? {} : { remedy: plainText(e.remedy) }),
    ...(e.retriable ? { retriable: true } : {}),
    ...(e.retryAfterMs === undefined ? {} : { retryAfterMs: Math.ceil(e.retryAfterMs) }),
  };
}

/** An error as it came over the wire; a code that this version does not know is `failed`. */
export function fromFailure(failure: Failure): IrisError {
  const code: ErrorCode = Object.hasOwn(ERROR_CODES, failure.code) ? (failure.code as ErrorCode) : 'failed';
  return new IrisError(code, plainText(failure.message), {
    ...(failure.remedy === undefined ? {} : { remedy: plainText(failure.remedy) }),
    retriable: failure.retriable ?? false,
    ...(failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs }),
  });
}
