/**
 * Why a link was closed. 4000 to 4999 are for applications (RFC 6455, 7.4.2); below are those of the library that we rely on:
 * 1000 done, 1001 going away, 1002 broken frame, 1006 cut, 1007 text that is not UTF-8, 1009 message too long.
 */
export const CLOSE = {
  done: 1000,
  'hub-stopping': 4000,
  'version-mismatch': 4001,
  'auth-late': 4002,
  'auth-refused': 4003,
  /** A message that its type does not allow, or no message at all. The reason names the place. */
  'bad-message': 4004,
  /** Right message, wrong time: anything before hello and auth, a second hello. */
  'bad-order': 4005,
  /** Parts that put together are longer than allowed. */
  'too-big': 4006,
  /** Nothing heard for 30 s. */
  silent: 4007,
  /** `viewer.detach`. */
  detached: 4008,
  /** The peer does not read what it is sent. */
  'too-slow': 4009,
  /** Nobody was let in just now, which says nothing about who it was: the error before it says how long to stay away. */
  busy: 4010,
} as const;

export type CloseName = keyof typeof CLOSE;

/** Name of a close code, for logs and messages. */
export function closeName(code: number): string {
  for (const [name, value] of Object.entries(CLOSE)) if (value === code) return name;
  return code === 1006 ? 'cut' : String(code);
}

/** The peer broke the protocol. The link is closed with `close`, its reason is `message`. */
export class ProtocolError extends Error {
  readonly close: CloseName;

  constructor(close: CloseName, message: string) {
    super(message);
    this.name = 'ProtocolError';
    this.close = close;
  }
}
