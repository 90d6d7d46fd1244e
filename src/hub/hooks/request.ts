import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a hook sends: some words of its agent's event. More is not read. */
const BODY_LIMIT_BYTES = 65_536;

/** Runs `session.report` with these arguments. Rejects when it may not. */
export type Report = (args: unknown) => Promise<unknown>;

/**
 * `POST /hook` on the hub's socket: `session.report` in one round trip. Hooks run many times a minute and an agent may wait for them: a link
 * with hello, auth and the list of all sessions would take them several times as long. True: it was one, and is answered.
 */
export function hookRequests(report: Report): (request: IncomingMessage, response: ServerResponse) => boolean {
  return (request, response) => {
    if (request.method !== 'POST' || request.url !== '/hook') return false;
    const answer = (status: number): void => {
      response.writeHead(status, { connection: 'close' });
      response.end();
    };
    let size = 0;
    const chunks: Buffer[] = [];
    request.on('error', () => {});
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= BODY_LIMIT_BYTES) chunks.push(chunk);
      else request.destroy();
    });
    request.on('end', () => {
      let args: unknown;
      try {
        args = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      } catch {
        answer(400);
        return;
      }
      report(args).then(
        () => answer(204),
        () => answer(403),
      );
    });
    return true;
  };
}
