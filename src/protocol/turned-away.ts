import type { IrisError } from '../core/index.ts';
import { fromFailure, toFailure } from './failure.ts';
import { failure } from './messages.ts';

/** No failure of ours is longer; a longer answer is somebody else's. */
export const TURNED_AWAY_LIMIT_BYTES = 16 * 1024;

/**
 * Why there is no hub behind this stream: the HTTP answer to the request to speak WebSocket, from `iris-tui connect --stdio`, which has no other
 * way of its own to say it (docs/protocol.md).
 */
export function turnedAway(error: IrisError): string {
  const status =
    error.code === 'not-allowed' ? '403 Forbidden' : error.retriable ? '503 Service Unavailable' : '500 Internal Error';
  const body = JSON.stringify({ error: toFailure(error) });
  return (
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
    `Connection: close\r\n\r\n${body}`
  );
}

/** What such an answer says. Undefined: it is none. */
export function readTurnedAway(body: string): IrisError | undefined {
  try {
    const parsed = failure.safeParse((JSON.parse(body) as { error?: unknown } | null)?.error);
    return parsed.success ? fromFailure(parsed.data) : undefined;
  } catch {
    return undefined;
  }
}
