import type { Transport, TransportSink } from '../../core/index.ts';
import type { ProcessJournal } from './journal.ts';

/**
 * A transport whose process stands in the journal from before it starts until nothing of it is left. A process that ends by itself is
 * struck off as well: what it left in the background (nohup) stays, as when a terminal is closed.
 */
class JournaledTransport implements Transport {
  readonly #inner: Transport;
  readonly #journal: ProcessJournal;
  readonly #sessionId: string;
  #run: string | undefined;
  #stopping = false;

  constructor(inner: Transport, journal: ProcessJournal, sessionId: string) {
    this.#inner = inner;
    this.#journal = journal;
    this.#sessionId = sessionId;
  }

  get kind() {
    return this.#inner.kind;
  }

  get status() {
    return this.#inner.status;
  }

  get pid() {
    return this.#inner.pid;
  }

  get metrics() {
    return this.#inner.metrics;
  }

  get launchCommand() {
    return this.#inner.launchCommand;
  }

  get diagnostics() {
    return this.#inner.diagnostics ?? [];
  }

  start(sink: TransportSink): void {
    const run = this.#journal.begin(this.#sessionId);
    this.#run = run;
    let noted = false;
    this.#inner.start({
      status: (status) => {
        // As soon as there is one: what connects (ssh) is to be found again as well.
        const pid = this.#inner.pid;
        if (!noted && pid !== undefined && status !== 'stopped') {
          noted = true;
          this.#journal.started(run, pid);
        }
        sink.status(status);
      },
      output: (bytes, stream) => sink.output(bytes, stream),
      ended: (end) => {
        if (!this.#stopping) this.#journal.over(run);
        sink.ended(end);
      },
      failed: (error) => {
        if (!this.#stopping) this.#journal.over(run);
        sink.failed(error);
      },
    });
  }

  write(bytes: Uint8Array): void {
    this.#inner.write(bytes);
  }

  resize(cols: number, rows: number): void {
    this.#inner.resize(cols, rows);
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  signal(signal: Parameters<Transport['signal']>[0]): void {
    this.#inner.signal(signal);
  }

  /** What would not end stays in the journal: the next hub tries again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#inner.stop();
    if (this.#run !== undefined) this.#journal.over(this.#run);
  }
}

export function journaled(transport: Transport, journal: ProcessJournal, sessionId: string): Transport {
  return new JournaledTransport(transport, journal, sessionId);
}
