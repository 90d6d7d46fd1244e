import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Reply, Request } from './messages.ts';

/**
 * Enough for a checkpoint of the longest scrollback several times over; what V8 would take of its own accord is far more. When it
 * does not suffice the thread ends, which counts as a failure to save: the next try starts another.
 */
const LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 4 };

/** The worker's file: beside this one in the sources, beside the bundle that holds this one when built (scripts/build.mjs names it). */
function workerFile(): string {
  const here = import.meta.url;
  const name = here.endsWith('.ts') ? './worker.ts' : './store-worker.js';
  return fileURLToPath(new URL(name, here));
}

/** The thread, as a function that answers. Requests are answered in order. */
export class WorkerLink {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  #number = 0;
  #gone: Error | undefined;

  constructor() {
    this.#worker = new Worker(workerFile(), {
      name: 'store',
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Nothing of the environment is needed there.
      env: {},
      resourceLimits: LIMITS,
    });
    // The hub decides when it ends; an idle disk does not keep it up.
    this.#worker.unref();
    this.#worker.on('message', ({ number, reply }: { number: number; reply: Reply }) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (this.#waiting.size === 0) this.#worker.unref();
      waiting?.resolve(reply);
    });
    this.#worker.on('error', (error) => this.#lost(error instanceof Error ? error : new Error(String(error))));
    this.#worker.on('exit', () => this.#lost(new Error('the thread that saves has ended')));
  }

  get gone(): boolean {
    return this.#gone !== undefined;
  }

  /** Rejects when the thread is gone. */
  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    if (this.#gone) return Promise.reject(this.#gone);
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      if (this.#waiting.size === 0) this.#worker.ref();
      this.#waiting.set(number, { resolve, reject });
      this.#worker.postMessage({ number, request }, [...transfer]);
    });
  }

  async terminate(): Promise<void> {
    await this.#worker.terminate();
  }

  #lost(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
