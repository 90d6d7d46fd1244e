import { describe, expect, it } from 'vitest';
import { isAlive, openPty, processInfo, waitUntil } from './index.ts';

/** A program in a terminal; `text` is what it said so far. */
function run(script: string) {
  const env = { PATH: process.env.PATH ?? '' };
  const pty = openPty({ command: ['sh', '-c', script], cols: 80, rows: 24, cwd: '/', env });
  const seen = { pty, self: processInfo(pty.pid)!, text: '', exitCode: undefined as number | undefined };
  pty.onData((bytes) => {
    seen.text += bytes.toString();
  });
  pty.onExit(({ exitCode }) => {
    seen.exitCode = exitCode;
  });
  return seen;
}

describe('a terminal of the tests', () => {
  it('is over when all that its program wrote was read, however late that is', async () => {
    const late = run('read go; printf last-words; exit 3');
    late.pty.pause();
    late.pty.write('\r');
    await waitUntil(() => !isAlive(late.self), 'the program has ended');
    // Longer than node-pty waits.
    const other = run('sleep 0.5; exit 4');
    await waitUntil(() => other.exitCode === 4, 'the other one is over');
    expect(late.exitCode).toBeUndefined();
    late.pty.resume();
    await waitUntil(() => late.exitCode === 3, 'it is over');
    expect(late.text).toContain('last-words');
  });
});
