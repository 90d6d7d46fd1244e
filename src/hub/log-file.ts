import { appendFileSync, chmodSync, renameSync, statSync } from 'node:fs';

/** Lines appended to a file of 0600 that is moved aside at a size: FILE, FILE.1, FILE.2 … What can't be written is dropped: a full disk stops no session. */
export class RotatingFile {
  readonly #path: string;
  readonly #limitBytes: number;
  readonly #keep: number;
  #bytes: number;

  /** `keep`: files altogether. */
  constructor(path: string, limitBytes = 5 * 1024 * 1024, keep = 3) {
    this.#path = path;
    this.#limitBytes = limitBytes;
    this.#keep = keep;
    try {
      this.#bytes = statSync(path).size;
      chmodSync(path, 0o600);
    } catch {
      this.#bytes = 0;
    }
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    try {
      if (this.#bytes > 0 && this.#bytes + bytes > this.#limitBytes) this.#rotate();
      appendFileSync(this.#path, line, { mode: 0o600 });
      this.#bytes += bytes;
    } catch {
      // Nowhere to say so.
    }
  }

  #rotate(): void {
    for (let n = this.#keep - 1; n >= 1; n--) {
      const from = n === 1 ? this.#path : `${this.#path}.${n - 1}`;
      try {
        renameSync(from, `${this.#path}.${n}`);
      } catch {
        // There are not that many yet.
      }
    }
    this.#bytes = 0;
  }
}
