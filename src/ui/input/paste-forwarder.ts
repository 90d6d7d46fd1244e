import { PASTE_END, PASTE_START, PasteFilter, type TerminalModes } from '../../core/index.ts';
import type { InputEvent } from './events.ts';

/**
 * A paste of the outer terminal on its way to one program, piece by piece. Where it goes, and whether it is bracketed, is settled at its start: a paste
 * never changes the pane half way.
 */
export class PasteForwarder {
  readonly #filter = new PasteFilter();
  readonly #bracketed: boolean;

  constructor(modes: TerminalModes) {
    this.#bracketed = modes.bracketedPaste;
  }

  /** Bytes for the program: feed it paste-start, paste-data and paste-end. Empty for other events. */
  forward(event: InputEvent): Uint8Array {
    switch (event.type) {
      case 'paste-start':
        return this.#bracketed ? PASTE_START : NOTHING;
      case 'paste-data':
        return this.#filter.feed(event.raw);
      case 'paste-end':
        return this.end();
      default:
        return NOTHING;
    }
  }

  /** The end, come or given up on. */
  end(): Uint8Array {
    const rest = this.#filter.end();
    if (!this.#bracketed) return rest;
    const all = new Uint8Array(rest.length + PASTE_END.length);
    all.set(rest);
    all.set(PASTE_END, rest.length);
    return all;
  }
}

const NOTHING = new Uint8Array(0);
