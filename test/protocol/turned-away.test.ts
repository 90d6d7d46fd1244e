import { describe, expect, it } from 'vitest';
import { IrisError } from '../../src/core/index.ts';
import { readTurnedAway, turnedAway } from '../../src/protocol/index.ts';

describe('turned away: no hub behind a stream', () => {
  it('crosses the stream whole', () => {
    const error = new IrisError('hub-unreachable', 'no hub – none', { remedy: 'start one', retriable: true });
    const [head = '', body = ''] = turnedAway(error).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 503 /);
    expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
    expect(readTurnedAway(body)).toMatchObject({ ...error, message: 'no hub – none' });
    expect(turnedAway(new IrisError('not-allowed', 'no'))).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('is nothing else that may stand there', () => {
    for (const body of ['', 'null', '{}', '{"error":"x"}', '{"error":{"code":"failed"}}', '<html>']) {
      expect(readTurnedAway(body)).toBeUndefined();
    }
  });
});
