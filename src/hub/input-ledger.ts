import { IrisError } from '../core/index.ts';
import { type Failure, toFailure } from '../protocol/index.ts';

/**
 * Rows that are kept: one a (viewer, session). The ones unused for longest go first, but none with held input; a viewer that comes back after
 * that many others may repeat itself.
 */
const MAX_ROWS = 4096;
/** Refusals that a row remembers, for a viewer whose link broke before it heard of them; of more, the oldest are forgotten. */
const MAX_REFUSALS = 32;

/** What became of input that had been taken. `held`: nothing yet. */
export type InputFate = { readonly kind: 'done' | 'held' } | { readonly kind: 'refused'; readonly failure: Failure };

/** Numbers `from` to `to` of a viewer's input into a session, settled. */
export interface SettledInput {
  readonly clientId: string;
  readonly sessionId: string;
  readonly from: number;
  readonly to: number;
  /** Absent: they were written. */
  readonly refused?: Failure;
}

interface Row {
  last: number;
  readonly held: Set<number>;
  refusals: { from: number; to: number; failure: Failure }[];
}

/**
 * Which input was already taken, so that what a viewer sends again after a broken link is written once; and what became of it, so that it
 * hears of it once. Outlives links.
 */
export class InputLedger {
  readonly #rows = new Map<string, Row>();
  readonly #onSettled: (settled: SettledInput) => void;
  #settled: SettledInput[] = [];

  /** `onSettled` hears of input that had been held, neighbours together. */
  constructor(onSettled: (settled: SettledInput) => void = () => {}) {
    this.#onSettled = onSettled;
  }

  /** Undefined: this number is new, and taken now. */
  take(clientId: string, sessionId: string, inputSeq: number): InputFate | undefined {
    const key = keyOf(clientId, sessionId);
    const row: Row = this.#rows.get(key) ?? { last: 0, held: new Set(), refusals: [] };
    if (inputSeq <= row.last) return fateOf(row, inputSeq);
    row.last = inputSeq;
    // Deleted and set again: a Map is in order of insertion, so the first is the one unused for longest.
    this.#rows.delete(key);
    this.#rows.set(key, row);
    if (this.#rows.size > MAX_ROWS) {
      for (const [oldest, { held }] of this.#rows) {
        if (held.size > 0) continue;
        this.#rows.delete(oldest);
        break;
      }
    }
    return undefined;
  }

  /** It waits for the session's connection; `settle` follows. */
  hold(clientId: string, sessionId: string, inputSeq: number): void {
    this.#rows.get(keyOf(clientId, sessionId))?.held.add(inputSeq);
  }

  /** Held input was written, or refused. */
  settle(clientId: string, sessionId: string, inputSeq: number, refusal: IrisError | undefined): void {
    this.#rows.get(keyOf(clientId, sessionId))?.held.delete(inputSeq);
    const refused = refusal && this.refuse(clientId, sessionId, inputSeq, refusal);
    const last = this.#settled.at(-1);
    const joins =
      last?.clientId === clientId &&
      last.sessionId === sessionId &&
      last.to === inputSeq - 1 &&
      last.refused?.message === refused?.message;
    if (joins) this.#settled[this.#settled.length - 1] = { ...last, to: inputSeq };
    else {
      if (this.#settled.length === 0) queueMicrotask(() => this.#tell());
      const row = { clientId, sessionId, from: inputSeq, to: inputSeq };
      this.#settled.push(refused ? { ...row, refused } : row);
    }
  }

  /** Remembers that it was refused, and why. */
  refuse(clientId: string, sessionId: string, inputSeq: number, error: unknown): Failure {
    const failure = toFailure(error instanceof IrisError ? error : IrisError.from(error));
    const row = this.#rows.get(keyOf(clientId, sessionId));
    if (!row) return failure;
    const last = row.refusals.at(-1);
    if (last?.to === inputSeq - 1 && last.failure.message === failure.message) last.to = inputSeq;
    else row.refusals = [...row.refusals, { from: inputSeq, to: inputSeq, failure }].slice(-MAX_REFUSALS);
    return failure;
  }

  #tell(): void {
    for (const settled of this.#settled.splice(0)) this.#onSettled(settled);
  }
}

function keyOf(clientId: string, sessionId: string): string {
  return `${clientId} ${sessionId}`;
}

function fateOf({ held, refusals }: Row, inputSeq: number): InputFate {
  if (held.has(inputSeq)) return { kind: 'held' };
  const refusal = refusals.find(({ from, to }) => from <= inputSeq && inputSeq <= to);
  return refusal ? { kind: 'refused', failure: refusal.failure } : { kind: 'done' };
}
