import type { HeldReason, PromptOutcome } from '../../core/index.ts';
import { IrisError } from '../../core/index.ts';

/** What becomes of a message, without what every outcome has. */
export type Fate = Omit<PromptOutcome, 'id' | 'name' | 'message'>;

/** One prompt, from whoever gave it to what became of it. Whoever waits is told once; what happens after that shows in the session. */
export class Message {
  readonly id: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Whoever gave it waits for the answer. */
  readonly wait: boolean;
  /** It may wait for its turn. */
  readonly hold: boolean;
  held: HeldReason = 'queue';
  readonly fate: Promise<Fate>;
  readonly #settle: { readonly resolve: (fate: Fate) => void; readonly reject: (error: IrisError) => void };
  #told = false;

  constructor(id: string, text: string, since: number, options: { readonly wait: boolean; readonly hold: boolean }) {
    this.id = id;
    this.text = text;
    this.since = since;
    this.wait = options.wait;
    this.hold = options.hold;
    const { promise, resolve, reject } = Promise.withResolvers<Fate>();
    this.fate = promise;
    this.#settle = { resolve, reject };
    // A rejection nobody waits for any more is no broken belief.
    this.fate.catch(() => {});
  }

  get told(): boolean {
    return this.#told;
  }

  tell(fate: Fate): void {
    if (this.#told) return;
    this.#told = true;
    this.#settle.resolve(fate);
  }

  fail(error: IrisError): void {
    if (this.#told) return;
    this.#told = true;
    this.#settle.reject(error);
  }

  /** It was not submitted, and is not kept. */
  refuse(reason: string, remedy?: string): void {
    // Whoever waits for an answer gets none: that is an error. Others are told what became of it.
    if (this.wait) this.fail(new IrisError('failed', reason, remedy === undefined ? {} : { remedy }));
    else this.tell({ outcome: 'refused', reason, ...(remedy === undefined ? {} : { remedy }) });
  }
}
