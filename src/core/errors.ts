/**
 * Errors that a person or a script is told about. Expected failures carry a code; broken beliefs are plain `Error`s.
 * Exit codes of the command line (docs/errors.md): 0 done, 1 failed, 2 wrong usage, 3 no such session or team,
 * 4 timed out, 5 not allowed, 6 hub not reachable.
 */
export const ERROR_CODES = {
  failed: 1,
  usage: 2,
  'not-found': 3,
  ambiguous: 3,
  'timed-out': 4,
  'not-allowed': 5,
  'hub-unreachable': 6,
  'version-mismatch': 6,
  conflict: 1,
  'program-missing': 1,
  'folder-missing': 1,
  /** The other machine does not answer, or the connection broke. */
  unreachable: 1,
  /** The other machine refused who we are. */
  'login-refused': 1,
  /** Its host key is unknown, changed or revoked. */
  'host-key': 1,
  storage: 1,
  cancelled: 1,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface IrisErrorOptions {
  /** What to do about it, as one clause: "set claudePath in config.yaml". */
  remedy?: string;
  /** May the same call succeed later without anyone changing anything? */
  retriable?: boolean;
  /** Whoever refused asks to be left alone for so long, in milliseconds. */
  retryAfterMs?: number;
  cause?: unknown;
}

/** One clear line: what, why, what to do. */
export class IrisError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly retriable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: IrisErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'IrisError';
    this.code = code;
    this.remedy = options.remedy;
    this.retriable = options.retriable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }

  get exitCode(): number {
    return ERROR_CODES[this.code];
  }

  /** The line a person sees, without control characters. */
  get line(): string {
    return plainText(this.remedy ? `${this.message}: ${this.remedy}` : this.message);
  }

  static from(error: unknown, code: ErrorCode = 'failed'): IrisError {
    if (error instanceof IrisError) return error;
    return new IrisError(code, error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Text from outside made safe to draw: control characters (C0, DEL, C1) and bidi overrides are removed, length bounded. */
export function plainText(text: string, limitChars = 4096): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, ' ').slice(0, limitChars);
}
