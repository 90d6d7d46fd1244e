import type { InputMessage, LogMessage } from './messages.ts';

/**
 * The same checks as the schemas, by hand, for the two messages that come thousands of times a second: output and input.
 * Anything unusual gives undefined and goes the long way, so that there is one place that refuses.
 */
export function fastHeader(
  value: unknown,
  bytes: Uint8Array,
  from: 'client' | 'hub',
): LogMessage | InputMessage | undefined {
  const v = value as Partial<Record<string, unknown>> | null;
  if (typeof v !== 'object' || v === null) return undefined;
  const { type, sessionId, epoch, ts } = v;
  if (!isId(sessionId) || !isId(epoch) || typeof ts !== 'number') return undefined;
  const p = v.payload as Partial<Record<string, unknown>> | null | undefined;
  if (typeof p !== 'object' || p === null || !isCount(p.stream, 1, 0xffff_ffff)) return undefined;
  const stream = p.stream;
  if (from === 'hub') {
    const kind = p.kind;
    if (type !== 'log' || (kind !== 'output' && kind !== 'error')) return undefined;
    const seq = v.seq;
    if (!isCount(seq, 0, Number.MAX_SAFE_INTEGER)) return undefined;
    const first = p.first;
    if (first === undefined) return { type, sessionId, epoch, seq, ts, payload: { kind, stream }, bytes };
    if (!isCount(first, 1, seq)) return undefined;
    return { type, sessionId, epoch, seq, ts, payload: { kind, stream, first }, bytes };
  }
  if (p.from !== undefined) return undefined;
  const inputSeq = p.inputSeq;
  if (type !== 'control' || p.op !== 'input' || !isCount(inputSeq, 1, Number.MAX_SAFE_INTEGER)) return undefined;
  return { type, sessionId, epoch, ts, payload: { op: 'input', stream, inputSeq }, bytes };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length >= 1 && value.length <= 64;
}

function isCount(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;
}
