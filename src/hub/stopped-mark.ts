import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A hub that somebody stopped leaves a file until the next one starts. Connections that come back by themselves start no hub then
 * (`connect --unless-stopped`); one that was killed, or went down with its machine, they do.
 */
export class StoppedMark {
  readonly #file: string;

  constructor(stateFolder: string) {
    this.#file = join(stateFolder, 'hub.stopped');
  }

  /** On a disk that is full a hub has to stop as well. */
  leave(): void {
    try {
      writeFileSync(this.#file, '', { mode: 0o600 });
    } catch {}
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }
}
