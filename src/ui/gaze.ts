import type { SessionHost } from '../core/index.ts';

/** Tells the hub which sessions are before somebody's eyes: what an agent finished there is seen, and no longer `done`. */
export class Gaze {
  readonly #host: SessionHost;
  readonly #undo: () => void;
  #wanted: ReadonlySet<string> = new Set();
  #told = new Set<string>();
  #outerFocused = true;

  constructor(host: SessionHost) {
    this.#host = host;
    this.#undo = host.on((event) => {
      if (event.type !== 'connection') return;
      // The hub forgets with the link.
      if (event.connection.state !== 'online') this.#told.clear();
      else this.#tell();
    });
  }

  /** The sessions on the screen now. */
  look(sessionIds: ReadonlySet<string>): void {
    this.#wanted = sessionIds;
    this.#tell();
  }

  /** Nobody looks at a window that is not in front. */
  setOuterFocus(focused: boolean): void {
    this.#outerFocused = focused;
    this.#tell();
  }

  close(): void {
    this.#undo();
  }

  #tell(): void {
    if (this.#host.connection.state !== 'online') return;
    const wanted = this.#outerFocused ? this.#wanted : new Set<string>();
    for (const session of wanted) if (!this.#told.has(session)) this.#say(session, true);
    for (const session of this.#told) if (!wanted.has(session)) this.#say(session, false);
    this.#told = new Set(wanted);
  }

  #say(session: string, looking: boolean): void {
    // It may be gone, or the hub: then nobody is looking at it anyway.
    this.#host.command('session.seen', { session, looking }).catch(() => {});
  }
}
