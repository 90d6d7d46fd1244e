import type { SessionHost, SessionInfo } from '../../../src/core/index.ts';
import type { ChaosProxy } from '../../support/index.ts';
import { client, eventually, newSession, Watcher } from '../support/index.ts';

/** A client that never waits between two attempts: what is tested is what happens, not when. */
export function impatientClient(where: ChaosProxy): SessionHost {
  const host = client(where, { reconnect: { settleMs: 0 } });
  host.on((event) => {
    if (event.type === 'connection' && event.connection.state === 'offline') queueMicrotask(() => host.retryNow());
  });
  return host;
}

/** Prints what lies in a file, byte for byte, when it is told to. */
export async function printer(host: SessionHost, file: string): Promise<SessionInfo> {
  const session = await newSession(host, `stty -echo -opost; echo ready; read x; cat ${file}; echo over; cat`);
  await host.command('session.wait', { session: session.id, text: 'ready' });
  return session;
}

/** A reader of the log that keeps its bytes as they came, and sees to it that numbers have no hole and come once. */
export class LogReader {
  readonly watcher: Watcher;
  readonly seqs: number[] = [];
  /** Of each epoch, in the order in which they came. */
  readonly epochs: { epoch: string; bytes: Uint8Array[] }[] = [];
  gaps = 0;

  constructor(host: SessionHost, sessionId: string) {
    this.watcher = new Watcher(host, sessionId, {
      mode: 'log',
      onEntry: (entry) => {
        if (entry.kind === 'snapshot') {
          if (entry.gap) this.gaps += 1;
          if (this.epochs.at(-1)?.epoch !== entry.epoch) this.epochs.push({ epoch: entry.epoch, bytes: [] });
        } else this.seqs.push(entry.seq);
        if (entry.kind === 'output') this.epochs.at(-1)?.bytes.push(entry.bytes.slice());
      },
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.epochs.at(-1)?.bytes ?? []);
  }

  async hears(text: string, timeoutMs?: number): Promise<void> {
    await eventually(`the log has ${JSON.stringify(text)}`, () => this.watcher.output.includes(text), timeoutMs);
  }
}
