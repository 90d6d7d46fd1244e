import type { Client } from 'ssh2';

/** A script that hangs there is left alone after this. */
const PATIENCE_MS = 8_000;

/**
 * Runs a line beside the session, on the same connection. Resolves with its exit code, or undefined when there was none: the server may
 * allow one channel only, or the connection may be gone.
 */
export function runBeside(client: Client, line: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), PATIENCE_MS);
    const done = (code: number | undefined): void => {
      clearTimeout(timer);
      resolve(code);
    };
    try {
      client.exec(line, (error, channel) => {
        if (error) {
          done(undefined);
          return;
        }
        channel.on('error', () => done(undefined));
        channel.on('close', (code: number | null | undefined) => done(code ?? undefined));
        // Nobody wants its words; unread they would hold its end back.
        channel.resume();
        channel.stderr.resume();
      });
    } catch {
      // The connection is over.
      done(undefined);
    }
  });
}
