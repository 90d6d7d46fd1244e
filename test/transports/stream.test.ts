import { describe, expect, it } from 'vitest';
import { IrisError } from '../../src/core/index.ts';
import { openStream, PipeTransport } from '../../src/transports/index.ts';

/** Why the stream over a shell script ended. */
async function endOf(script: string): Promise<{ said: string; failure: IrisError }> {
  const command = ['sh', '-c', script];
  const launch = {
    command,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '' },
    mode: 'pipes',
    cols: 80,
    rows: 24,
  } as const;
  const { stream, failure } = await openStream(new PipeTransport(launch, { sessionId: '', hub: '' }));
  const said: Buffer[] = [];
  for await (const chunk of stream) said.push(chunk as Buffer);
  const why = failure();
  if (!why) throw new Error('it ended without a reason');
  return { said: Buffer.concat(said).toString(), failure: why };
}

describe('the program at the far end of a stream', () => {
  it.each([
    ['the hub went away', 'echo noise >&2; exit 0', true],
    ['no hub could be started', 'echo noise >&2; exit 6', true],
    ['it was killed', 'echo noise >&2; kill -9 $$', true],
    ['its parent tells of a signal', 'exit 143', true],
    ['it was of use before', 'echo words; exit 1', true],
    ['it may not', 'echo noise >&2; exit 5', false],
    ['it does not know what is asked of it', 'exit 2', false],
    ['it has no interpreter', 'exit 127', false],
  ])('is tried again, or not, by how it ended: %s', async (_why, script, retriable) => {
    const { failure } = await endOf(script);
    expect(failure).toBeInstanceOf(IrisError);
    expect(failure.retriable).toBe(retriable);
    expect(failure.line).not.toContain('noise');
  });

  it('is heard to its last word', async () => {
    const { said } = await endOf('head -c 300000 /dev/zero; echo last');
    expect(said.length).toBe(300_005);
    expect(said.endsWith('last\n')).toBe(true);
  });
});
