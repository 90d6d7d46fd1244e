/** Rows that are kept: one a (viewer, session). The ones unused for longest go first; a viewer that comes back after that many others may repeat itself. */
const MAX_ROWS = 4096;

/** Which input was already taken, so that what a viewer sends again after a broken link is written once. Outlives links. */
export class InputLedger {
  readonly #last = new Map<string, number>();

  /** True when this number is new; then it is taken. */
  take(clientId: string, sessionId: string, inputSeq: number): boolean {
    const key = `${clientId} ${sessionId}`;
    const last = this.#last.get(key) ?? 0;
    if (inputSeq <= last) return false;
    // Deleted and set again: a Map is in order of insertion, so the first is the one unused for longest.
    this.#last.delete(key);
    this.#last.set(key, inputSeq);
    if (this.#last.size > MAX_ROWS) {
      for (const oldest of this.#last.keys()) {
        this.#last.delete(oldest);
        break;
      }
    }
    return true;
  }
}
