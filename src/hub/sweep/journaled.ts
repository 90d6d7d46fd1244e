import type { Transport, TransportSink } from '../../core/index.ts';
import { DelegatingTransport, passOn } from '../../transports/index.ts';
import type { ProcessJournal } from './journal.ts';

/**
 * A transport whose process stands in the journal from before it starts until nothing of it is left. A process that ends by itself is
 * struck off as well: what it left in the background (nohup) stays, as when a terminal is closed.
 */
class JournaledTransport extends DelegatingTransport {
  readonly #journal: ProcessJournal;
  readonly #sessionId: string;
  #run: string | undefined;
  #stopping = false;

  constructor(inner: Transport, journal: ProcessJournal, sessionId: string) {
    super(inner);
    this.#journal = journal;
    this.#sessionId = sessionId;
  }

  start(sink: TransportSink): void {
    const run = this.#journal.begin(this.#sessionId);
    this.#run = run;
    let noted = false;
    const over = (): void => {
      if (!this.#stopping) this.#journal.over(run);
    };
    this.inner.start(
      passOn(sink, {
        status: (status) => {
          // As soon as there is one: what connects (ssh) is to be found again as well.
          const { pid } = this.inner;
          if (!noted && pid !== undefined && status !== 'stopped') {
            noted = true;
            this.#journal.started(run, pid);
          }
          sink.status(status);
        },
        ended: (end) => {
          over();
          sink.ended(end);
        },
        failed: (error) => {
          over();
          sink.failed(error);
        },
      }),
    );
  }

  /** What would not end stays in the journal: the next hub tries again. */
  override async stop(): Promise<void> {
    this.#stopping = true;
    await this.inner.stop();
    if (this.#run !== undefined) this.#journal.over(this.#run);
  }
}

export function journaled(transport: Transport, journal: ProcessJournal, sessionId: string): Transport {
  return new JournaledTransport(transport, journal, sessionId);
}
