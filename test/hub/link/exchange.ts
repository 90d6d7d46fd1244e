import type { SessionHost } from '../../../src/core/index.ts';
import type { ChaosProxy } from '../../support/index.ts';
import { client, eventually, Watcher } from '../support/index.ts';

/** A client that never waits between two attempts: what is tested is what happens, not when. */
export function impatientClient(where: ChaosProxy): SessionHost {
  const host = client(where, { reconnect: { settleMs: 0 } });
  host.on((event) => {
    if (event.type === 'connection' && event.connection.state === 'offline') queueMicrotask(() => host.retryNow());
  });
  return host;
}

/** A reader of the log that keeps its bytes as they came, and sees to it that numbers have no hole and come once. */
export class LogReader {
  readonly watcher: Watcher;
  readonly seqs: number[] = [];
  gaps = 0;
  readonly #chunks: Uint8Array[] = [];

  constructor(host: SessionHost, sessionId: string) {
    this.watcher = new Watcher(host, sessionId, {
      mode: 'log',
      onEntry: (entry) => {
        if (entry.kind !== 'snapshot') this.seqs.push(entry.seq);
        else if (entry.gap) this.gaps += 1;
        if (entry.kind === 'output') this.#chunks.push(entry.bytes.slice());
      },
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  async hears(text: string, timeoutMs?: number): Promise<void> {
    await eventually(`the log has ${JSON.stringify(text)}`, () => this.watcher.output.includes(text), timeoutMs);
  }
}
